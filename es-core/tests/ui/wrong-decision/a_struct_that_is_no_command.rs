#[path = "../bank.rs"]
mod bank;
use bank::{Account, Opened};
use es_core::prelude::*;

impl Decide<Opened> for Account {
    type Events = Opened;

    fn decide(&self, _: Opened) -> Result<Opened, Self::Error> {
        todo!()
    }
}

fn main() {}
