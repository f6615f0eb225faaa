#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(school::Audited))]
struct Seats(#[decision_model(tag = "course")] String);

impl Apply<Audited> for Seats {
    fn apply(&mut self, _: Audited) {}
}

fn main() {}
