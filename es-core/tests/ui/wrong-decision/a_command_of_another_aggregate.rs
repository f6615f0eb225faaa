#[path = "../bank.rs"]
mod bank;
use bank::{Bill, Open, Paid};
use es_core::prelude::*;

impl Decide<Open> for Bill {
    type Events = Paid;

    fn decide(&self, _: Open) -> Result<Paid, Self::Error> {
        todo!()
    }
}

fn main() {}
