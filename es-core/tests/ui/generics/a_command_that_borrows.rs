#[path = "../bank.rs"]
mod bank;
use bank::{Account, AccountId};
use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Rename<'a> {
    #[command(id)]
    account: AccountId,
    owner: &'a str,
}

fn main() {}
