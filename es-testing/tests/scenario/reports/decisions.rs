//! Reports of decisions across streams.

use es_testing::decision;
use expect_test::expect_file;

use super::check;
use crate::courses::*;

#[test]
fn a_decision_that_was_refused() {
    check(
        "the_last_seat_can_be_taken",
        || {
            decision::given((defined("c1", 1), subscribed("c1", "s1"), subscribed("c2", "s2")))
                .when(subscribe("c1", "s2"))
                .then(subscribed("c1", "s2"));
        },
        &expect_file!["a_decision_that_was_refused.txt"],
    );
}

#[test]
fn a_decision_that_was_granted() {
    check(
        "a_full_course_is_closed",
        || {
            decision::given(defined("c1", 2))
                .when(subscribe("c1", "s1"))
                .then_rejected(Refusal::Full { capacity: 2 });
        },
        &expect_file!["a_decision_that_was_granted.txt"],
    );
}

#[test]
fn a_decision_that_caused_another_event() {
    check(
        "a_seat_goes_to_who_asks",
        || {
            decision::given(defined("c1", 2))
                .when(subscribe("c1", "s1"))
                .then((subscribed("c1", "s2"), defined("c1", 3)));
        },
        &expect_file!["a_decision_that_caused_another_event.txt"],
    );
}
