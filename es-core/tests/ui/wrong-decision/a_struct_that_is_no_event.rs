#[path = "../bank.rs"]
mod bank;
use bank::{Account, Open};
use es_core::prelude::*;

impl Decide<Open> for Account {
    type Events = Account;

    fn decide(&self, _: Open) -> Result<Self::Events, Self::Error> {
        todo!()
    }
}

fn main() {}
