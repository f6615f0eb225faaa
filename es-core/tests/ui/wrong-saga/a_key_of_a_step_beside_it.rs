#[path = "../parcel.rs"]
#[macro_use]
mod parcel;

use es_core::prelude::*;
use parcel::*;

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(name = "delivery", id = u32, by = "order", starts(Placed), steps(Pay, timeout = "30s"), deadline = "1h")]
struct Delivery;

says!(Delivery: apply Placed apply Paid prepare Pay compensate Pay);

fn main() {}
