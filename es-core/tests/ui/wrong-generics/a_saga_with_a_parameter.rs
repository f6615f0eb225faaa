#[path = "../parcel.rs"]
mod parcel;

use es_core::prelude::*;

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(
    name = "delivery",
    id = u32,
    by = "order",
    starts(parcel::Placed),
    steps(parcel::Pay),
    deadline = "1h"
)]
struct Delivery<T>(T);

fn main() {}
