#[path = "../bank.rs"]
mod bank;

use es_core::prelude::*;
use bank::*;

#[derive(EventSet)]
#[event_set(superseded(Gone as Left))]
enum Activity {
    Closed(Closed),
}

fn main() {}
