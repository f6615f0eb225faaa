#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

fn all(_: Repository<Opened, MemoryStore>) {
    Repository::<Opened, _>::new(MemoryStore::new());
}

fn main() {}
