use es_core::prelude::*;

#[derive(DecisionModel, Clone, Debug)]
struct Seats {
    taken: u32,
}

fn main() {}
