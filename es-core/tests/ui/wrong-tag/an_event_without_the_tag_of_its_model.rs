#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Enrolled))]
struct Seats {
    #[decision_model(tag)]
    course: String,
}

impl Apply<Enrolled> for Seats {
    fn apply(&mut self, _: Enrolled) {}
}

fn main() {}
