//! The rules, one sentence each, and a race for the last seats.

use es_core::prelude::*;
use es_testing::prelude::*;

use crate::audit::SchoolEvent;
use crate::decisions::{
    ChangeLimit, ChangeSeats, DefineCourse, Enrol, Refusal, Subscribe, Unsubscribe,
};
use crate::events::{
    CourseDefined, LimitChanged, SeatsChanged, StudentEnrolled, Subscribed, Unsubscribed,
};
use crate::{audit, race};

es_testing::catalog!(
    "catalog",
    SchoolEvent {
        decisions: [DefineCourse, ChangeSeats, Enrol, ChangeLimit, Subscribe, Unsubscribe],
    },
);

fn rust(seats: u32) -> CourseDefined {
    CourseDefined { course: "rust".into(), seats }
}

fn ada(limit: u32) -> StudentEnrolled {
    StudentEnrolled { student: "ada".into(), limit }
}

fn attends(course: &str, student: &str) -> Subscribed {
    Subscribed { course: course.into(), student: student.into() }
}

fn left(course: &str, student: &str) -> Unsubscribed {
    Unsubscribed { course: course.into(), student: student.into() }
}

fn ada_subscribes() -> Subscribe {
    Subscribe { course: "rust".into(), student: "ada".into() }
}

#[test]
fn a_free_seat_can_be_taken() {
    decision::given((rust(1), ada(1))).when(ada_subscribes()).then(attends("rust", "ada"));
}

#[test]
fn a_full_course_takes_nobody() {
    decision::given((rust(1), ada(1), attends("rust", "bob")))
        .when(ada_subscribes())
        .then_rejected(Refusal::Full { seats: 1 });
}

#[test]
fn a_seat_that_was_given_back_can_be_taken() {
    decision::given((rust(1), ada(1), attends("rust", "bob"), left("rust", "bob")))
        .when(ada_subscribes())
        .then(attends("rust", "ada"));
}

#[test]
fn a_course_with_more_seats_takes_more() {
    let more = SeatsChanged { course: "rust".into(), seats: 2 };

    decision::given((rust(1), ada(1), attends("rust", "bob"), more))
        .when(ada_subscribes())
        .then(attends("rust", "ada"));
}

#[test]
fn seats_of_other_courses_do_not_count() {
    decision::given((rust(1), ada(1), attends("latin", "bob")))
        .when(ada_subscribes())
        .then(attends("rust", "ada"));
}

#[test]
fn a_student_attends_no_more_courses_than_allowed() {
    decision::given((rust(9), ada(1), attends("latin", "ada")))
        .when(ada_subscribes())
        .then_rejected(Refusal::TooMany { limit: 1 });
}

#[test]
fn a_student_may_be_allowed_more() {
    let more = LimitChanged { student: "ada".into(), limit: 2 };

    decision::given((rust(9), ada(1), attends("latin", "ada"), more))
        .when(ada_subscribes())
        .then(attends("rust", "ada"));
}

#[test]
fn nobody_attends_a_course_twice() {
    decision::given((rust(9), ada(9), attends("rust", "ada")))
        .when(ada_subscribes())
        .then_rejected(Refusal::Attends);
}

#[test]
fn course_and_student_must_be_known() {
    decision::given(ada(1)).when(ada_subscribes()).then_rejected(Refusal::NoSuchCourse);
    decision::given(rust(1)).when(ada_subscribes()).then_rejected(Refusal::NoSuchStudent);
}

#[test]
fn who_attends_can_leave_once() {
    let leave = || Unsubscribe { course: "rust".into(), student: "ada".into() };

    decision::given(attends("rust", "ada")).when(leave()).then(left("rust", "ada"));
    decision::given((attends("rust", "ada"), left("rust", "ada")))
        .when(leave())
        .then_rejected(Refusal::DoesNotAttend);
}

#[test]
fn courses_and_students_are_new_once() {
    let define = || DefineCourse { course: "rust".into(), seats: 3 };
    let enrol = || Enrol { student: "ada".into(), limit: 3 };

    decision::given(()).when(define()).then(rust(3));
    decision::given(rust(1)).when(define()).then_rejected(Refusal::CourseExists);
    decision::given(()).when(enrol()).then(ada(3));
    decision::given(ada(1)).when(enrol()).then_rejected(Refusal::StudentExists);
}

#[test]
fn what_is_as_it_should_be_is_not_changed() {
    let seats = |seats| ChangeSeats { course: "rust".into(), seats };
    let limit = |limit| ChangeLimit { student: "ada".into(), limit };

    decision::given(rust(3)).when(seats(3)).then_nothing();
    decision::given(rust(3)).when(seats(4)).then(SeatsChanged { course: "rust".into(), seats: 4 });
    decision::given(ada(3)).when(limit(3)).then_nothing();
    decision::given(ada(3)).when(limit(4)).then(LimitChanged { student: "ada".into(), limit: 4 });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_seats_go_to_as_many_students_as_there_are_seats() {
    let store = MemoryStore::new();
    let decisions = Decisions::new(store.clone());
    let course = "rust".to_owned();
    decisions.execute(DefineCourse { course: course.clone(), seats: 7 }).await.unwrap();
    let students: Vec<_> = (0..100).map(|nth| nth.to_string()).collect();
    for student in &students {
        decisions.execute(Enrol { student: student.clone(), limit: 1 }).await.unwrap();
    }

    let granted = race(&decisions, &course, &students).await.unwrap();

    let audit = audit::audit(&store).await.unwrap();
    assert_eq!((granted, audit.subscriptions, audit.broken.len()), (7, 7, 0));
}
