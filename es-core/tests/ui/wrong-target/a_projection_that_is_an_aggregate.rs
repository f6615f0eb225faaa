#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Aggregate, Projection, Default)]
#[aggregate(name = "order", id = u32, events(Placed))]
#[projection(name = "orders", events(Placed))]
struct Order;

impl Apply<Placed> for Order {
    fn apply(&mut self, _: Placed) {}
}

fn main() {}
