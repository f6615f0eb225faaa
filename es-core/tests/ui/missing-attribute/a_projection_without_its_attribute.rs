#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
struct Orders;

project!(Orders, Placed, Rows);

fn main() {}
