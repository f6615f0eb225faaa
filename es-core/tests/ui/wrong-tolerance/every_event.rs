#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Defined), tolerates(Defined))]
struct Seats(#[decision_model(tag = "course")] String);

impl Apply<Defined> for Seats {
    fn apply(&mut self, _: Defined) {}
}

fn main() {}
