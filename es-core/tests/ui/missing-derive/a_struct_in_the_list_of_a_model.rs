use es_core::prelude::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Closed))]
struct Seats(#[decision_model(tag = "course")] String);

struct Closed;

impl Apply<Closed> for Seats {
    fn apply(&mut self, _: Closed) {}
}

fn main() {}
