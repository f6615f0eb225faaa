//! Scenarios of decisions across streams.

use es_testing::decision;

use crate::courses::*;

#[test]
fn what_is_decided_is_what_happened() {
    decision::given((defined("c1", 2), subscribed("c1", "s1")))
        .when(subscribe("c1", "s2"))
        .then(subscribed("c1", "s2"));
}

#[test]
fn a_refusal_is_the_error_of_the_decision() {
    decision::given((defined("c1", 1), subscribed("c1", "s1")))
        .when(subscribe("c1", "s2"))
        .then_rejected(Refusal::Full { capacity: 1 });
}

#[test]
fn nothing_may_happen() {
    decision::given((defined("c1", 1), subscribed("c1", "s1")))
        .when(subscribe("c1", "s1"))
        .then_nothing();
}

#[test]
fn what_happened_elsewhere_is_not_seen() {
    decision::given((defined("c1", 1), defined("c2", 1), subscribed("c2", "s1")))
        .when(subscribe("c1", "s1"))
        .then_in_any_order(subscribed("c1", "s1"));
}

#[test]
#[should_panic(expected = "this scenario asserts nothing")]
fn a_scenario_without_then_is_told() {
    let _ = decision::given(()).when(subscribe("c1", "s1"));
}

#[test]
#[should_panic(expected = "cannot be stored: event `course-defined` cannot be encoded: \
                           the value of the tag `course` \"\" is empty")]
fn a_past_that_no_store_would_take_is_told() {
    let _ = decision::given(defined("", 1));
}

#[test]
#[should_panic(expected = "`Subscribe { course: \"\", student: \"s1\" }` cannot be decided: \
                           the value of the tag `course` \"\" is empty")]
fn a_decision_that_no_store_could_answer_is_told() {
    let _ = decision::given(()).when(subscribe("", "s1"));
}
