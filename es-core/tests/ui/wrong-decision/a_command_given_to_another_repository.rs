#[path = "../bank.rs"]
mod bank;
use bank::{AccountId, Bill, Open};
use es_core::prelude::*;

async fn open(bills: Repository<Bill, MemoryStore>) {
    let _ = bills.execute(Open { account: AccountId(1) }).await;
}

fn main() {}
