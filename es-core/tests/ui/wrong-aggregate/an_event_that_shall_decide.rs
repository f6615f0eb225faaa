#[path = "../bank.rs"]
mod bank;
use bank::{AccountId, Opened};
use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(aggregate = Opened)]
struct Close {
    #[command(id)]
    account: AccountId,
}

fn main() {}
