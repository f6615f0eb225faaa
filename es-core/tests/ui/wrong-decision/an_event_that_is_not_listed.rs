#[path = "../bank.rs"]
mod bank;
use bank::{Account, Open, Paid};
use es_core::prelude::*;

impl Decide<Open> for Account {
    type Events = Paid;

    fn decide(&self, _: Open) -> Result<Self::Events, Self::Error> {
        todo!()
    }
}

fn main() {}
