#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", evnts(Placed))]
struct Orders;

project!(Orders, Placed, Rows);

fn main() {}
