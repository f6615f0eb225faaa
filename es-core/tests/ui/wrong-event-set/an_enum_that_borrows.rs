#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(EventSet)]
enum Happened<'a> {
    Opened(&'a Opened),
}

fn main() {}
