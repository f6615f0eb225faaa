#[path = "../bank.rs"]
mod bank;
use bank::{Account, Open, Opened};
use es_core::prelude::*;

impl Decide<&Open> for Account {
    type Events = Opened;

    fn decide(&self, _: &Open) -> Result<Opened, Self::Error> {
        Ok(Opened {})
    }
}

fn main() {}
