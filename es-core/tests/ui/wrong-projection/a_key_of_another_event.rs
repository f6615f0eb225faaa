#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(Placed), key = key)]
struct Orders;

fn key(event: &Recorded<Placed>) -> String {
    event.stream.to_string()
}

project!(Orders, Placed, Rows);

fn main() {}
