#[path = "../bank.rs"]
mod bank;
use bank::{Account, Opened};
use es_core::prelude::*;

impl Decide<Opened> for Account {
    type Events = Opened;

    fn decide(&self, _: Opened) -> Result<Self::Events, Self::Error> {
        todo!()
    }
}

fn main() {}
