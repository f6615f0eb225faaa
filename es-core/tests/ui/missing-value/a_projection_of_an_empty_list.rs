use es_core::prelude::*;

#[derive(Projection)]
#[projection(name = "orders", events())]
struct Orders;

fn main() {}
