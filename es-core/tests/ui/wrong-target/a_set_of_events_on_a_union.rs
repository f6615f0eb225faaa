use es_core::prelude::*;

#[derive(EventSet)]
union Happened {
    opened: u32,
}

fn main() {}
