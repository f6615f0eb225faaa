#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(Placed), effects(Placed), start = now)]
struct Orders;

project!(Orders, Placed, Rows);

fn main() {}
