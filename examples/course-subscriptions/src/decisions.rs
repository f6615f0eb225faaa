//! Decisions, and the rules by which they are granted.

use es_core::prelude::*;

use crate::events::{
    CourseDefined, LimitChanged, SeatsChanged, StudentEnrolled, Subscribed, Unsubscribed,
};
use crate::models::{Attendance, Occupancy};

/// The reason that a decision is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("there is such a course already")]
    CourseExists,
    #[error("there is such a student already")]
    StudentExists,
    #[error("there is no such course")]
    NoSuchCourse,
    #[error("there is no such student")]
    NoSuchStudent,
    #[error("all {seats} seats are taken")]
    Full { seats: u32 },
    #[error("the student attends {limit} courses already, and may not attend more")]
    TooMany { limit: u32 },
    #[error("the student attends the course already")]
    Attends,
    #[error("the student does not attend the course")]
    DoesNotAttend,
}

#[derive(Clone, Debug)]
pub struct DefineCourse {
    pub course: String,
    pub seats: u32,
}

impl Decision for DefineCourse {
    type Model = Occupancy;
    type Events = CourseDefined;
    type Error = Refusal;

    fn model(&self) -> Occupancy {
        Occupancy::new(&self.course)
    }

    fn decide(&self, course: &Occupancy) -> Result<CourseDefined, Refusal> {
        match course.seats {
            None => Ok(CourseDefined { course: self.course.clone(), seats: self.seats }),
            Some(_) => Err(Refusal::CourseExists),
        }
    }
}

/// Changes the seats of a course. Nobody loses a seat by it: with fewer seats than students, the
/// next ones are refused.
#[derive(Clone, Debug)]
pub struct ChangeSeats {
    pub course: String,
    pub seats: u32,
}

impl Decision for ChangeSeats {
    type Model = Occupancy;
    type Events = Option<SeatsChanged>;
    type Error = Refusal;

    fn model(&self) -> Occupancy {
        Occupancy::new(&self.course)
    }

    fn decide(&self, course: &Occupancy) -> Result<Option<SeatsChanged>, Refusal> {
        let seats = course.seats.ok_or(Refusal::NoSuchCourse)?;
        let changed = SeatsChanged { course: self.course.clone(), seats: self.seats };
        Ok((seats != self.seats).then_some(changed))
    }
}

#[derive(Clone, Debug)]
pub struct Enrol {
    pub student: String,
    pub limit: u32,
}

impl Decision for Enrol {
    type Model = Attendance;
    type Events = StudentEnrolled;
    type Error = Refusal;

    fn model(&self) -> Attendance {
        Attendance::new(&self.student)
    }

    fn decide(&self, student: &Attendance) -> Result<StudentEnrolled, Refusal> {
        match student.limit {
            None => Ok(StudentEnrolled { student: self.student.clone(), limit: self.limit }),
            Some(_) => Err(Refusal::StudentExists),
        }
    }
}

#[derive(Clone, Debug)]
pub struct ChangeLimit {
    pub student: String,
    pub limit: u32,
}

impl Decision for ChangeLimit {
    type Model = Attendance;
    type Events = Option<LimitChanged>;
    type Error = Refusal;

    fn model(&self) -> Attendance {
        Attendance::new(&self.student)
    }

    fn decide(&self, student: &Attendance) -> Result<Option<LimitChanged>, Refusal> {
        let limit = student.limit.ok_or(Refusal::NoSuchStudent)?;
        let changed = LimitChanged { student: self.student.clone(), limit: self.limit };
        Ok((limit != self.limit).then_some(changed))
    }
}

/// The rule that no single stream could hold: seats of the course, courses of the student.
#[derive(Clone, Debug)]
pub struct Subscribe {
    pub course: String,
    pub student: String,
}

impl Decision for Subscribe {
    type Model = (Occupancy, Attendance);
    type Events = Subscribed;
    type Error = Refusal;

    fn model(&self) -> (Occupancy, Attendance) {
        (Occupancy::new(&self.course), Attendance::new(&self.student))
    }

    fn decide(&self, (course, student): &(Occupancy, Attendance)) -> Result<Subscribed, Refusal> {
        let seats = course.seats.ok_or(Refusal::NoSuchCourse)?;
        let limit = student.limit.ok_or(Refusal::NoSuchStudent)?;
        if student.courses.contains(&self.course) {
            return Err(Refusal::Attends);
        }
        if course.taken >= seats {
            return Err(Refusal::Full { seats });
        }
        if student.courses.len() >= limit as usize {
            return Err(Refusal::TooMany { limit });
        }
        Ok(Subscribed { course: self.course.clone(), student: self.student.clone() })
    }
}

#[derive(Clone, Debug)]
pub struct Unsubscribe {
    pub course: String,
    pub student: String,
}

impl Decision for Unsubscribe {
    type Model = Attendance;
    type Events = Unsubscribed;
    type Error = Refusal;

    fn model(&self) -> Attendance {
        Attendance::new(&self.student)
    }

    fn decide(&self, student: &Attendance) -> Result<Unsubscribed, Refusal> {
        if !student.courses.contains(&self.course) {
            return Err(Refusal::DoesNotAttend);
        }
        Ok(Unsubscribed { course: self.course.clone(), student: self.student.clone() })
    }
}
