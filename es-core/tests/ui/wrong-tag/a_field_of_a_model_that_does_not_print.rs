use es_core::prelude::*;

#[derive(Clone, Debug)]
struct CourseId;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Defined))]
struct Seats(#[decision_model(tag = "course")] CourseId);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "course-defined")]
struct Defined(#[event(tag = "course")] String);

impl Apply<Defined> for Seats {
    fn apply(&mut self, _: Defined) {}
}

fn main() {}
