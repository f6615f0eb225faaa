//! Decision models: they know as little as the decisions need.

use std::collections::BTreeSet;

use es_core::prelude::*;

use crate::events::{
    CourseDefined, LimitChanged, SeatsChanged, StudentEnrolled, Subscribed, Unsubscribed,
};

/// The seats of a course that are taken. A seat that is given back unseen makes no subscription
/// wrong.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(
    events(CourseDefined, SeatsChanged, Subscribed, Unsubscribed),
    tolerates(Unsubscribed)
)]
pub struct Occupancy {
    #[decision_model(tag)]
    course: String,
    pub seats: Option<u32>,
    pub taken: u32,
}

impl Occupancy {
    pub fn new(course: &str) -> Self {
        Self { course: course.to_owned(), seats: None, taken: 0 }
    }
}

impl Apply<CourseDefined> for Occupancy {
    fn apply(&mut self, event: CourseDefined) {
        self.seats = Some(event.seats);
    }
}

impl Apply<SeatsChanged> for Occupancy {
    fn apply(&mut self, event: SeatsChanged) {
        self.seats = Some(event.seats);
    }
}

impl Apply<Subscribed> for Occupancy {
    fn apply(&mut self, _: Subscribed) {
        self.taken += 1;
    }
}

impl Apply<Unsubscribed> for Occupancy {
    fn apply(&mut self, _: Unsubscribed) {
        self.taken -= 1;
    }
}

/// The courses that a student attends, and the largest number of them.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(StudentEnrolled, LimitChanged, Subscribed, Unsubscribed))]
pub struct Attendance {
    #[decision_model(tag)]
    student: String,
    pub limit: Option<u32>,
    pub courses: BTreeSet<String>,
}

impl Attendance {
    pub fn new(student: &str) -> Self {
        Self { student: student.to_owned(), limit: None, courses: BTreeSet::new() }
    }
}

impl Apply<StudentEnrolled> for Attendance {
    fn apply(&mut self, event: StudentEnrolled) {
        self.limit = Some(event.limit);
    }
}

impl Apply<LimitChanged> for Attendance {
    fn apply(&mut self, event: LimitChanged) {
        self.limit = Some(event.limit);
    }
}

impl Apply<Subscribed> for Attendance {
    fn apply(&mut self, event: Subscribed) {
        self.courses.insert(event.course);
    }
}

impl Apply<Unsubscribed> for Attendance {
    fn apply(&mut self, event: Unsubscribed) {
        self.courses.remove(&event.course);
    }
}
