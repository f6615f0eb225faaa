#[path = "../parcel.rs"]
#[macro_use]
mod parcel;

use es_core::prelude::*;
use parcel::*;

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(name = "delivery", id = u32, by = "order", starts(Placed, Again), steps(Pay), deadline = "1h")]
struct Delivery;

says!(Delivery: apply Placed apply Again apply Paid prepare Pay compensate Pay);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub struct Again { #[event(tag)] pub order: u32 }

fn main() {}
