#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(EventSet)]
enum Happened<T> {
    Opened(Opened),
    Other(T),
}

fn main() {}
