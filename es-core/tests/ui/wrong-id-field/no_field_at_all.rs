#[path = "../bank.rs"]
mod bank;
use bank::Account;
use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Close;

fn main() {}
