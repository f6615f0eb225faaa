#[path = "../bank.rs"]
mod bank;

use es_core::prelude::*;
use bank::*;

impl Superseded for Opened {
    type By = Paid;
    type Error = Never;
    fn superseded(self) -> Result<Self::By, Never> { Ok(Paid {}) }
}

#[derive(EventSet)]
#[event_set(superseded(Opened))]
enum Activity {
    Closed(Closed),
}

fn main() {}
