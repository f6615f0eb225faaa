#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::Subscribed;

#[derive(Aggregate, DecisionModel, Default, Clone, Debug)]
#[aggregate(name = "course", id = String, events(Subscribed))]
struct Course {
    #[decision_model(tag)]
    term: String,
}

impl Apply<Subscribed> for Course {
    fn apply(&mut self, _: Subscribed) {}
}

fn main() {}
