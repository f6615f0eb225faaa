#[path = "../bank.rs"]
mod bank;
use bank::Account;
use es_core::prelude::*;

#[derive(Command)]
#[command(aggregate = Account)]
union Wish {
    open: u32,
}

fn main() {}
