#[path = "../shop.rs"]
#[macro_use]
mod shop;

use es_core::prelude::*;
use shop::*;

#[derive(Projection)]
#[projection(name = "orders", events(Placed), superseded(Lost))]
struct Orders;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-lost")]
struct Lost {}

project!(Orders, Placed, Rows);

fn main() {}
