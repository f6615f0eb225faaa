#[path = "../bank.rs"]
mod bank;
use bank::{Account, AccountId};
use es_core::prelude::*;

#[derive(Clone)]
#[command(aggregate = Account)]
struct Close {
    #[command(id)]
    account: AccountId,
}

fn name<C: Command>(_: &C) -> &'static str {
    C::NAME
}

fn main() {
    name(&Close { account: AccountId(1) });
}
