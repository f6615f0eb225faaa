#[path = "../bank.rs"]
mod bank;
use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(aggregate = bank::Account)]
enum Wish {
    Open,
    Close,
}

fn main() {}
