#[path = "../parcel.rs"]
#[macro_use]
mod parcel;

use es_core::prelude::*;
use parcel::*;

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(name = "delivery", id = u32, by = "order-id", starts(Placed), steps(Pay), deadline = "1h")]
struct Delivery;

says!(Delivery: apply Placed apply Paid prepare Pay compensate Pay);

fn main() {}
