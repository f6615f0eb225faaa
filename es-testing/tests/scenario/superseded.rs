//! Scenarios over a past that is written no more.

use std::convert::Infallible;

use es_core::prelude::*;
use es_testing::decision;
use es_testing::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "seats-taken")]
struct SeatsTaken {
    #[event(tag)]
    course: String,
    count: u32,
}

/// One at a time, once, and some of them for nobody.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "subscribed")]
struct Subscribed {
    #[event(tag)]
    course: String,
    student: Option<String>,
}

impl Superseded for Subscribed {
    type By = Option<SeatsTaken>;
    type Error = Infallible;

    fn superseded(self) -> Result<Self::By, Infallible> {
        Ok(self.student.map(|_| SeatsTaken { course: self.course, count: 1 }))
    }
}

#[derive(Aggregate, Default, Debug, PartialEq)]
#[aggregate(name = "course", id = String, events(SeatsTaken), superseded(Subscribed), error = Full)]
struct Course {
    taken: u32,
}

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(SeatsTaken), superseded(Subscribed))]
struct Seats {
    #[decision_model(tag)]
    course: String,
    taken: u32,
}

impl Apply<SeatsTaken> for Course {
    fn apply(&mut self, event: SeatsTaken) {
        self.taken += event.count;
    }
}

impl Apply<SeatsTaken> for Seats {
    fn apply(&mut self, event: SeatsTaken) {
        self.taken += event.count;
    }
}

#[derive(Debug, PartialEq)]
struct Full;

impl std::error::Error for Full {}

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the course is full")
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Course, any)]
struct Take {
    #[command(id)]
    course: String,
    count: u32,
}

impl Decide<Take> for Course {
    type Events = SeatsTaken;

    fn decide(&self, take: Take) -> Result<SeatsTaken, Full> {
        take_seats(self.taken, take)
    }
}

impl Decision for Take {
    type Model = Seats;
    type Events = SeatsTaken;
    type Error = Full;

    fn model(&self) -> Seats {
        Seats { course: self.course.clone(), taken: 0 }
    }

    fn decide(&self, seats: &Seats) -> Result<SeatsTaken, Full> {
        take_seats(seats.taken, self.clone())
    }
}

fn take_seats(taken: u32, Take { course, count }: Take) -> Result<SeatsTaken, Full> {
    if taken + count > 2 { Err(Full) } else { Ok(SeatsTaken { course, count }) }
}

fn subscribed(student: Option<&str>) -> Subscribed {
    Subscribed { course: "c1".into(), student: student.map(str::to_owned) }
}

fn take(count: u32) -> Take {
    Take { course: "c1".into(), count }
}

#[test]
fn an_aggregate_is_given_what_became_of_a_superseded_event() {
    let past = || subscribed(Some("ada")).superseded().unwrap();

    Course::given((past(), subscribed(None).superseded().unwrap()))
        .when(take(1))
        .then(SeatsTaken { course: "c1".into(), count: 1 })
        .and_state(Course { taken: 2 });
    Course::given([past(), past()]).when(take(1)).then_rejected(Full);
}

#[test]
fn a_decision_is_given_superseded_events_as_they_are_stored() {
    decision::given([subscribed(Some("ada")), subscribed(None)])
        .when(take(1))
        .then(SeatsTaken { course: "c1".into(), count: 1 });
    decision::given([subscribed(Some("ada")), subscribed(Some("bob"))])
        .when(take(1))
        .then_rejected(Full);
}
