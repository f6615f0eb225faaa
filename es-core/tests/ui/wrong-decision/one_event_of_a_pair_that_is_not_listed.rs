#[path = "../bank.rs"]
mod bank;
use bank::{Account, Open, Opened, Paid};
use es_core::prelude::*;

impl Decide<Open> for Account {
    type Events = (Opened, Paid);

    fn decide(&self, _: Open) -> Result<Self::Events, Self::Error> {
        todo!()
    }
}

fn main() {}
