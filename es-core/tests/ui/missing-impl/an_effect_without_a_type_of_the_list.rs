#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::{Projects, prelude::*};
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(Placed), effects(Placed), start = now, db = Rows)]
struct Orders;

project!(Orders, Placed, Rows);

fn run<Db: Send>(_: impl Projects<Db>) {}

fn main() {
    run::<Rows>(Orders);
}
