#[path = "../bank.rs"]
mod bank;
use bank::{Account, AccountId, Open};
use es_core::prelude::*;

async fn open(accounts: Repository<Account, MemoryStore>) {
    let _ = accounts.execute(Open { account: AccountId(1) }).await;
}

fn main() {}
