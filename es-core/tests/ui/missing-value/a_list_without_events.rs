use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events())]
struct Account {}

fn main() {}
