#[path = "../parcel.rs"]
#[macro_use]
mod parcel;

use es_core::prelude::*;
use parcel::*;

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(name = "delivery", id = u32, by = "order", starts(Placed), steps(Pay, Other), deadline = "1h")]
struct Delivery;

says!(Delivery: apply Placed apply Paid prepare Pay prepare Other compensate Pay compensate Other);

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "pay")]
struct Other;

fn main() {}
