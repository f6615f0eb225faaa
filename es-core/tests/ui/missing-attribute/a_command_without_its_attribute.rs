use es_core::prelude::*;

#[derive(Command, Clone)]
struct Close {
    account: u32,
}

fn main() {}
