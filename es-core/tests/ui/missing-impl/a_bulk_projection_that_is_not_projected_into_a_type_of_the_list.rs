#[path = "../shop.rs"]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(Placed), bulk, db = Rows)]
struct Orders;

fn main() {}
