#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

struct Paid;

#[derive(Projection)]
#[projection(name = "orders", events(Paid))]
struct Orders;

project!(Orders, Paid, Rows);

fn main() {}
