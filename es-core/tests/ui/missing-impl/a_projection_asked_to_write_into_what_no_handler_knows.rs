#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(Placed))]
struct Orders;

project!(Orders, Placed, Rows);

fn run<Db: Send>(_: impl es_core::Projects<Db>) {}

fn main() {
    run::<Count>(Orders);
}
