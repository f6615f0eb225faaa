#[path = "../bank.rs"]
mod bank;
use bank::{Account, AccountId};
use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Close {
    #[command(di)]
    account: AccountId,
}

fn main() {}
