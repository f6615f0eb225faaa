#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Defined, Subscribed), tolerates(Subscribed as Joined))]
struct Seats(#[decision_model(tag = "course")] String);

impl Apply<Defined> for Seats {
    fn apply(&mut self, _: Defined) {}
}

impl Apply<Subscribed> for Seats {
    fn apply(&mut self, _: Subscribed) {}
}

fn main() {}
