#[path = "../bank.rs"]
mod bank;
use bank::AccountId;
use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(aggregate = bank::Acount)]
struct Close {
    #[command(id)]
    account: AccountId,
}

fn main() {}
