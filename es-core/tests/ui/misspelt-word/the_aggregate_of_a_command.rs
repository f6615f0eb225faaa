#[path = "../bank.rs"]
mod bank;
use bank::{Account, AccountId};
use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(agregate = Account)]
struct Close {
    #[command(id)]
    account: AccountId,
}

fn main() {}
