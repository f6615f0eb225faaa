use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String)]
struct Account {}

fn main() {}
