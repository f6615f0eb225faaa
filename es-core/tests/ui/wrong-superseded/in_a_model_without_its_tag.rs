#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Defined), superseded(Audited))]
struct Seats(#[decision_model(tag = "course")] String);

impl Apply<Defined> for Seats { fn apply(&mut self, _: Defined) {} }

impl Superseded for Audited {
    type By = ();
    type Error = Never;
    fn superseded(self) -> Result<(), Never> { Ok(()) }
}

fn main() {}
