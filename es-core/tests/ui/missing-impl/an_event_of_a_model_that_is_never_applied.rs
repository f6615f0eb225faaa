#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed))]
struct Seats {
    #[decision_model(tag)]
    course: String,
}

fn main() {}
