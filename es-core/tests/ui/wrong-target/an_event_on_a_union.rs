use es_core::prelude::*;

#[derive(Event)]
#[event(name = "account-changed")]
union Changed {
    opened: u32,
}

fn main() {}
