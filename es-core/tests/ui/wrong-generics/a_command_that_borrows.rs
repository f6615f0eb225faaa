#[path = "../bank.rs"]
mod bank;
use bank::AccountId;
use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(aggregate = bank::Account)]
struct Rename<'a> {
    #[command(id)]
    account: AccountId,
    owner: &'a str,
}

fn main() {}
