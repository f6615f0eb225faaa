//! A saga whose events, steps and answers are called as the types that its expansion uses.

use es_core::prelude::*;
use es_core::process::{Call, Compensate, Perform, Prepare, Tried};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "started")]
struct ListedStart {
    #[event(tag)]
    definition: String,
}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "request", output = Answer)]
struct Request;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Answer;

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "refuse")]
struct Compensates;

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(
    name = "definition",
    id = String,
    by = "definition",
    starts(ListedStart),
    steps(Request, Compensates(no_compensation = "nothing was done")),
    deadline = "1h"
)]
struct Definition;

impl Apply<ListedStart> for Definition {
    fn apply(&mut self, _: ListedStart) {}
}

impl Apply<Answer> for Definition {
    fn apply(&mut self, _: Answer) {}
}

impl Prepare<Request> for Definition {
    fn prepare(&self) -> Request {
        Request
    }
}

impl Prepare<Compensates> for Definition {
    fn prepare(&self) -> Compensates {
        Compensates
    }
}

impl Compensate<Request> for Definition {
    type By = Compensates;

    fn compensate(&self, _: Tried<Answer>) -> Compensates {
        Compensates
    }
}

struct Backward;

type Error = es_core::process::ActivityError;

impl Perform<Request> for Backward {
    async fn perform(&self, _: Request, _: &Call<'_>) -> Result<Answer, Error> {
        Ok(Answer)
    }
}

impl Perform<Compensates> for Backward {
    async fn perform(&self, _: Compensates, _: &Call<'_>) -> Result<(), Error> {
        Ok(())
    }
}

fn performs<S: es_core::process::Saga>(_: &impl es_core::sagas::Performs<S>) {}

fn main() {
    performs::<Definition>(&Backward);
    let start = ListedStart { definition: "d-1".into() };
    assert_eq!(<Definition as es_core::process::Saga>::id(&start.into()), "d-1");
}
