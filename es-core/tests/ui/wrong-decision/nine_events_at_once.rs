#[path = "../bank.rs"]
mod bank;
use bank::{Account, Open, Opened};
use es_core::prelude::*;

impl Decide<Open> for Account {
    type Events = (Opened, Opened, Opened, Opened, Opened, Opened, Opened, Opened, Opened);

    fn decide(&self, _: Open) -> Result<Self::Events, Self::Error> {
        todo!()
    }
}

fn main() {}
