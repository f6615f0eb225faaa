//! A course and its events, for mistakes that need more of a domain than they are about.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "course-defined")]
pub struct Defined {
    #[event(tag)]
    pub course: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed")]
pub struct Subscribed {
    #[event(tag, home)]
    pub course: String,
    #[event(tag)]
    pub student: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "student-enrolled")]
pub struct Enrolled {
    #[event(tag)]
    pub student: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "school-audited")]
pub struct Audited;

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Defined, Subscribed))]
pub struct Course {
    #[decision_model(tag)]
    pub course: String,
}

impl Apply<Defined> for Course {
    fn apply(&mut self, _: Defined) {}
}

impl Apply<Subscribed> for Course {
    fn apply(&mut self, _: Subscribed) {}
}

pub type Never = core::convert::Infallible;

pub fn course() -> Course {
    Course { course: "c1".into() }
}
