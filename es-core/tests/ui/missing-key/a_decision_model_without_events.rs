use es_core::prelude::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(tolerates(Subscribed))]
struct Seats {
    taken: u32,
}

fn main() {}
