#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed))]
struct Seats {
    course: String,
}

impl Apply<Subscribed> for Seats {
    fn apply(&mut self, _: Subscribed) {}
}

fn main() {}
