#[path = "../bank.rs"]
mod bank;
use bank::{Opened, Paid};
use es_core::prelude::*;

#[derive(EventSet)]
enum Happened {
    Both(Opened, Paid),
}

fn main() {}
