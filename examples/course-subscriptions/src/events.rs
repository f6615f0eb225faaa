//! Events of courses and students. A subscription is an event of both.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "course-defined")]
pub struct CourseDefined {
    #[event(tag)]
    pub course: String,
    pub seats: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "seats-changed")]
pub struct SeatsChanged {
    #[event(tag)]
    pub course: String,
    pub seats: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "student-enrolled")]
pub struct StudentEnrolled {
    #[event(tag)]
    pub student: String,
    /// The largest number of courses.
    pub limit: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "limit-changed")]
pub struct LimitChanged {
    #[event(tag)]
    pub student: String,
    pub limit: u32,
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
#[event(name = "unsubscribed")]
pub struct Unsubscribed {
    #[event(tag, home)]
    pub course: String,
    #[event(tag)]
    pub student: String,
}
