//! The domain: a course has seats, a student attends at most so many courses.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "course-defined")]
pub(crate) struct CourseDefined {
    #[event(tag)]
    pub(crate) course: String,
    pub(crate) capacity: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed")]
pub(crate) struct Subscribed {
    #[event(tag, home)]
    pub(crate) course: String,
    #[event(tag)]
    pub(crate) student: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "unsubscribed")]
pub(crate) struct Unsubscribed {
    #[event(tag, home)]
    pub(crate) course: String,
    #[event(tag)]
    pub(crate) student: String,
}

/// How full a course is.
#[derive(DecisionModel, Clone, Debug, PartialEq)]
#[decision_model(events(CourseDefined, Subscribed, Unsubscribed), tolerates(Unsubscribed))]
pub(crate) struct Seats {
    #[decision_model(tag)]
    course: String,
    pub(crate) capacity: u32,
    pub(crate) taken: u32,
}

impl Seats {
    pub(crate) fn new(course: &str) -> Self {
        Self { course: course.to_owned(), capacity: 0, taken: 0 }
    }
}

impl Apply<CourseDefined> for Seats {
    fn apply(&mut self, event: CourseDefined) {
        self.capacity = event.capacity;
    }
}

impl Apply<Subscribed> for Seats {
    fn apply(&mut self, _: Subscribed) {
        self.taken += 1;
    }
}

impl Apply<Unsubscribed> for Seats {
    fn apply(&mut self, _: Unsubscribed) {
        self.taken -= 1;
    }
}

/// What a student attends.
#[derive(DecisionModel, Clone, Debug, PartialEq)]
#[decision_model(events(Subscribed, Unsubscribed))]
pub(crate) struct Student {
    #[decision_model(tag)]
    student: String,
    pub(crate) courses: Vec<String>,
}

impl Student {
    pub(crate) const MOST: usize = 3;

    pub(crate) fn new(student: &str) -> Self {
        Self { student: student.to_owned(), courses: Vec::new() }
    }
}

impl Apply<Subscribed> for Student {
    fn apply(&mut self, event: Subscribed) {
        self.courses.push(event.course);
    }
}

impl Apply<Unsubscribed> for Student {
    fn apply(&mut self, event: Unsubscribed) {
        self.courses.retain(|course| *course != event.course);
    }
}

#[derive(Serialize, Deserialize, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the course is full")]
    Full,
    #[error("the student attends {} courses already", Student::MOST)]
    Busy,
}

#[derive(Serialize, Clone, Debug)]
pub(crate) struct Subscribe {
    pub(crate) course: String,
    pub(crate) student: String,
}

impl Decision for Subscribe {
    type Model = (Seats, Student);
    type Events = Subscribed;
    type Error = Refusal;

    fn model(&self) -> Self::Model {
        (Seats::new(&self.course), Student::new(&self.student))
    }

    fn decide(&self, (course, student): &Self::Model) -> Result<Subscribed, Refusal> {
        if course.taken >= course.capacity {
            return Err(Refusal::Full);
        }
        if student.courses.len() >= Student::MOST {
            return Err(Refusal::Busy);
        }
        Ok(subscribed(&self.course, &self.student))
    }
}

pub(crate) fn subscribe(course: &str, student: &str) -> Subscribe {
    Subscribe { course: course.to_owned(), student: student.to_owned() }
}

pub(crate) fn defined(course: &str, capacity: u32) -> CourseDefined {
    CourseDefined { course: course.to_owned(), capacity }
}

pub(crate) fn subscribed(course: &str, student: &str) -> Subscribed {
    Subscribed { course: course.to_owned(), student: student.to_owned() }
}

pub(crate) fn unsubscribed(course: &str, student: &str) -> Unsubscribed {
    Unsubscribed { course: course.to_owned(), student: student.to_owned() }
}
