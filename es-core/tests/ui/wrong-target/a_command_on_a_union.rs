#[path = "../bank.rs"]
mod bank;
use es_core::prelude::*;

#[derive(Command)]
#[command(aggregate = bank::Account)]
union Wish {
    open: u32,
}

fn main() {}
