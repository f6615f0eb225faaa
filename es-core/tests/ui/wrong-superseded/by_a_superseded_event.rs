#[path = "../bank.rs"]
mod bank;

use es_core::prelude::*;
use bank::*;

impl Superseded for Opened {
    type By = Gone;
    type Error = Never;
    fn superseded(self) -> Result<Self::By, Never> { Ok(Gone {}) }
}

#[derive(EventSet)]
#[event_set(superseded(Gone, Opened))]
enum Activity {
    Closed(Closed),
}

fn main() {}
