#[path = "../parcel.rs"]
#[macro_use]
mod parcel;

use es_core::prelude::*;
use parcel::*;

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(name = "delivery", id = u32, by = "order", starts(Placed(undone)), steps(Pay), deadline = "1h")]
struct Delivery;

says!(Delivery: apply Placed apply Paid prepare Pay compensate Pay);

impl es_core::process::CompensateStart<Placed> for Delivery { type By = Ship; fn compensate_start(&self) -> Ship { Ship } }

fn main() {}
