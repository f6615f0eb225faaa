#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(Placed, Shipped))]
struct Orders;

project!(Orders, Placed, Rows);
project!(Orders, Shipped, Count);

fn main() {}
