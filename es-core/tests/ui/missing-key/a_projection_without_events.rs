use es_core::prelude::*;

#[derive(Projection)]
#[projection(name = "orders")]
struct Orders;

fn main() {}
