#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::Subscribed;

#[derive(EventSet, Clone, Debug, PartialEq)]
enum Happened { Subscribed(Subscribed) }

#[derive(Aggregate, DecisionModel, Default, Clone, Debug)]
#[aggregate(name = "course", id = String, event = Happened)]
struct Course {
    #[decision_model(tag)]
    course: String,
}

impl Apply<Happened> for Course { fn apply(&mut self, _: Happened) {} }

fn main() {}
