#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Reopened {}

#[derive(EventSet)]
enum AccountEvent {
    Opened(Opened),
    Reopened(Reopened),
}

fn main() {}
