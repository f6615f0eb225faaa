#[path = "../parcel.rs"]
#[macro_use]
mod parcel;

use es_core::prelude::*;
use parcel::*;

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(name = "delivery", id = u32, by = "order", starts(Placed(retired), New), steps(Pay), deadline = "1h")]
struct Delivery;

says!(Delivery: apply Placed apply New apply Paid prepare Pay compensate Pay);

impl es_core::process::CompensateStart<Placed> for Delivery { type By = Ship; fn compensate_start(&self) -> Ship { Ship } }

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-new")]
pub struct New { #[event(tag)] pub order: u32 }

fn main() {}
