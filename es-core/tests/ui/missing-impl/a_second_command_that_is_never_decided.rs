#[path = "../bank.rs"]
mod bank;
use bank::{Account, AccountId, Open};
use es_core::prelude::*;

impl Decide<Open> for Account {
    type Events = ();
    fn decide(&self, _: Open) -> Result<(), Self::Error> {
        Ok(())
    }
}
#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Close(#[command(id)] AccountId);
async fn close(accounts: Repository<Account, MemoryStore>) {
    let _ = accounts.execute(Close(AccountId(1))).await;
}

fn main() {}
