//! A saga whose steps are not written yet.

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{Activity, Definition};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub struct Placed {}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Pay;

impl Activity for Pay {
    const NAME: &'static str = "pay";
    type Output = ();
}

pub struct Delivery;

impl Apply<()> for Delivery {
    fn apply(&mut self, (): ()) {}
}

pub fn delivery() -> Definition<Delivery> {
    Definition::new(1, Duration::from_secs(60))
}
