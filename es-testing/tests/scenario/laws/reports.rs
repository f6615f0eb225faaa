//! What is said of a law that does not hold.

use std::thread;

use es_core::shape::Form;
use es_testing::laws::Laws;
use expect_test::{ExpectFile, expect_file};

use super::broken::{
    Close, Closed, Deposited, Diary, Double, Forgetful, Half, Named, Noted, Person, Purse, Roll,
    Ticker, Treacherous,
};
use super::history::{event, i64, text};

/// The report of `law`, tried by a test called `name`, without line numbers.
fn check(name: &str, law: impl FnOnce() + Send + 'static, report: &ExpectFile) {
    let named = thread::Builder::new().name(format!("laws::{name}"));
    let panic =
        named.spawn(law).expect("a thread starts").join().expect_err("the law does not hold");
    let text = panic.downcast::<String>().expect("a report is text");
    let lines: Vec<String> = without_colour(&text).lines().map(without_line).collect();
    report.assert_eq(&(lines.join("\n") + "\n"));
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

fn without_line(line: &str) -> String {
    match line.rsplit_once(".rs:") {
        Some((before, number)) if number.chars().all(|digit| digit.is_ascii_digit()) => {
            format!("{before}.rs:LINE")
        }
        _ => line.to_owned(),
    }
}

fn purse() -> Laws<Purse> {
    Laws::of(vec![event::<Deposited>(&[("cents", i64())]), event::<Closed>(&[])])
}

#[test]
fn an_event_that_is_not_read_back() {
    let laws = || Laws::<Diary>::of(vec![event::<Noted>(&[("text", text())])]);

    check(
        "every_event_is_read_back_as_it_was",
        move || laws().every_event_is_read_back_as_it_was(),
        &expect_file!["an_event_that_is_not_read_back.txt"],
    );
}

#[test]
fn an_apply_that_overflows() {
    check(
        "apply_takes_every_sequence_of_events",
        || purse().apply_takes_every_sequence_of_events(),
        &expect_file!["an_apply_that_overflows.txt"],
    );
}

#[test]
fn a_state_that_its_snapshot_forgets() {
    let laws = || Laws::<Forgetful>::of(vec![event::<Deposited>(&[("cents", i64())])]);

    check(
        "a_replay_from_any_snapshot_ends_in_the_same_state",
        move || laws().a_replay_from_any_snapshot_ends_in_the_same_state(),
        &expect_file!["a_state_that_its_snapshot_forgets.txt"],
    );
}

#[test]
fn a_snapshot_that_ends_elsewhere() {
    let laws = || Laws::<Treacherous>::of(vec![event::<Deposited>(&[("cents", i64())])]);

    check(
        "a_replay_from_any_snapshot_ends_in_the_same_state",
        move || laws().a_replay_from_any_snapshot_ends_in_the_same_state(),
        &expect_file!["a_snapshot_that_ends_elsewhere.txt"],
    );
}

#[test]
fn an_apply_that_looks_at_a_clock() {
    let laws = || Laws::<Ticker>::of(vec![event::<Closed>(&[])]);

    check(
        "a_replay_from_any_snapshot_ends_in_the_same_state",
        move || laws().a_replay_from_any_snapshot_ends_in_the_same_state(),
        &expect_file!["an_apply_that_looks_at_a_clock.txt"],
    );
}

#[test]
fn a_decision_with_two_answers() {
    let laws = || purse().commands(|| Roll { purse: "ada".into() });

    check(
        "a_decision_answers_the_same_twice",
        move || laws().a_decision_answers_the_same_twice(),
        &expect_file!["a_decision_with_two_answers.txt"],
    );
}

#[test]
fn a_decision_that_panics() {
    let laws = || purse().commands(|cents| Double { purse: "ada".into(), cents });

    check(
        "a_decision_answers_the_same_twice",
        move || laws().a_decision_answers_the_same_twice(),
        &expect_file!["a_decision_that_panics.txt"],
    );
}

#[test]
fn a_decided_event_that_is_not_read() {
    let laws = || Laws::<Half>::of(Vec::new()).commands(|| Close { half: "ada".into() });

    check(
        "every_decided_event_is_read_back",
        move || laws().every_decided_event_is_read_back(),
        &expect_file!["a_decided_event_that_is_not_read.txt"],
    );
}

#[test]
fn laws_of_decisions_without_commands() {
    check(
        "a_decision_answers_the_same_twice",
        || purse().a_decision_answers_the_same_twice(),
        &expect_file!["laws_of_decisions_without_commands.txt"],
    );
}

#[test]
fn an_event_of_unknown_form() {
    let opaque = Form::Option(Box::new(Form::Opaque("person::Name".to_owned())));
    let laws = move || Laws::<Person>::of(vec![event::<Named>(&[("name", opaque.clone())])]);

    check(
        "every_event_is_read_back_as_it_was",
        move || laws().every_event_is_read_back_as_it_was(),
        &expect_file!["an_event_of_unknown_form.txt"],
    );
}

#[test]
fn an_event_that_takes_none_of_its_form() {
    let laws = || Laws::<Person>::of(vec![event::<Named>(&[("name", text())])]);

    check(
        "every_event_is_read_back_as_it_was",
        move || laws().every_event_is_read_back_as_it_was(),
        &expect_file!["an_event_that_takes_none_of_its_form.txt"],
    );
}

#[test]
fn an_event_made_by_hand_is_not_drawn_from_its_form() {
    let form = Form::Opaque("person::Name".to_owned());

    Laws::<Person>::of(vec![event::<Named>(&[("name", form)])])
        .events(Named::ada)
        .every_event_is_read_back_as_it_was();
}
