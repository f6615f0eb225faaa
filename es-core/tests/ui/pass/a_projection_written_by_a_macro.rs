#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

macro_rules! counted {
    ($name:ident, $stored:literal, $($event:ident),+) => {
        #[derive(Projection)]
        #[projection(name = $stored, events($($event),+))]
        struct $name;

        $(project!($name, $event, Count);)+
    };
}

counted!(Orders, "orders", Placed, Shipped);

fn main() {
    assert_eq!((Orders::NAME, OrdersEvent::EVENTS.len()), ("orders", 2));
}
