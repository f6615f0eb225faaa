use es_core::prelude::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Defined))]
struct Seats<'a>(#[decision_model(tag = "course")] &'a str);

fn main() {}
