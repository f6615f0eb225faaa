//! Golden payloads, release after release. Bless the texts with `UPDATE_EXPECT=1`.

mod releases;

use es_core::EventSet;
use es_testing::Blessing::{Given, Withheld};
use es_testing::golden::{self, GoldenError};
use expect_test::{ExpectFile, expect_file};

use releases::*;

use crate::scratch::Scratch;

const V1: &str = "tests/golden/account-opened/v1.json";
const V1_EXPECTED: &str = "tests/golden/account-opened/v1.expected";

/// The files as the given release leaves them.
fn released<S: EventSet + PartialEq>(scratch: &Scratch, samples: &[S]) {
    golden::check(scratch.path(), samples, Given).expect("what is there holds");
}

fn after_first() -> Scratch {
    let scratch = Scratch::new();
    released(&scratch, &[first()]);
    scratch
}

/// What is said, without the place of the directory.
fn said(scratch: &Scratch, result: Result<Vec<std::path::PathBuf>, GoldenError>) -> String {
    let error = result.expect_err("it does not hold");
    error.to_string().replace(&scratch.path().display().to_string(), "bank") + "\n"
}

fn check<S: EventSet + PartialEq>(scratch: &Scratch, samples: &[S], report: &ExpectFile) {
    let text = said(scratch, golden::check(scratch.path(), samples, Withheld));
    report.assert_eq(&text);
}

#[test]
fn a_sample_becomes_the_payload_of_its_version() {
    let scratch = after_first();

    assert_eq!(scratch.read(V1), "{\n  \"owner\": \"ada\"\n}\n");
    golden::check::<First>(scratch.path(), &[], Withheld).expect("it is there");
}

#[test]
fn without_a_blessing_nothing_is_written() {
    let scratch = Scratch::new();

    check(&scratch, &[first()], &expect_file!["not_there_yet.txt"]);

    assert!(scratch.files().is_empty());
}

#[test]
fn another_sample_does_not_change_what_is_there() {
    let scratch = after_first();
    let before = scratch.read(V1);

    released(&scratch, &[First(v1::Opened { owner: "eve".to_owned() })]);

    assert_eq!(scratch.read(V1), before);
}

#[test]
fn a_version_without_a_sample_is_reported() {
    check::<First>(&Scratch::new(), &[], &expect_file!["without_a_sample.txt"]);
}

#[test]
fn each_release_adds_what_it_reads_and_leaves_what_was_there() {
    let scratch = after_first();
    let payload = scratch.read(V1);
    let readings = scratch.read(V1_EXPECTED);

    released(&scratch, &[Second(second())]);

    assert_eq!(scratch.read(V1), payload);
    assert!(scratch.read(V1_EXPECTED).starts_with(&readings));
    expect_file!["readings.txt"].assert_eq(&scratch.read(V1_EXPECTED));
}

#[test]
fn a_new_reading_fails_until_it_is_blessed() {
    let scratch = after_first();

    let text = said(&scratch, golden::check(scratch.path(), &[Second(second())], Withheld));

    assert!(text.contains("bank/tests/golden/account-opened/v1.expected"), "{text}");
    assert!(text.contains("bank/tests/golden/account-opened/v2.json"), "{text}");
}

#[test]
fn a_step_that_changed_is_found() {
    let scratch = after_first();
    released(&scratch, &[Second(second())]);

    check::<SecondInDollars>(&scratch, &[], &expect_file!["another_reading.txt"]);
}

#[test]
fn a_blessing_for_the_next_version_does_not_hide_a_step_that_changed() {
    let scratch = after_first();
    released(&scratch, &[Second(second())]);
    let readings = scratch.read(V1_EXPECTED);

    let blessed = golden::check(scratch.path(), &[ThirdInDollars(third())], Given);

    assert!(matches!(blessed, Err(GoldenError::Broken(_))), "{blessed:?}");
    assert_eq!(scratch.read(V1_EXPECTED), readings);
    assert!(!scratch.path().join("tests/golden/account-opened/v3.json").exists());
}

#[test]
fn the_way_up_from_every_version_holds() {
    let scratch = after_first();
    released(&scratch, &[Second(second())]);

    released(&scratch, &[Third(third())]);

    golden::check::<Third>(scratch.path(), &[], Withheld).expect("all three are read");
    assert_eq!(scratch.read(V1_EXPECTED).matches("\nread as\n").count(), 3);
}

#[test]
fn a_version_that_is_not_read_any_more_is_found() {
    let scratch = after_first();

    check(&scratch, &[SecondAlone(second())], &expect_file!["an_unknown_version.txt"]);
}

#[test]
fn a_damaged_payload_is_found() {
    let scratch = after_first();
    scratch.write(V1, "{ \"owner\": 7 }");

    check::<First>(&scratch, &[], &expect_file!["a_damaged_payload.txt"]);
}

#[test]
fn an_event_of_a_reading_that_no_set_has_is_found() {
    let scratch = after_first();
    let readings = scratch.read(V1_EXPECTED).replace("account-opened 1", "account-founded 1");
    scratch.write(V1_EXPECTED, &readings);

    check::<First>(&scratch, &[], &expect_file!["an_unknown_event.txt"]);
}

#[test]
fn readings_that_cannot_be_read_are_found() {
    let scratch = after_first();
    scratch.write(V1_EXPECTED, "read as\n  account-opened one\n    {}\n");

    let text = said(&scratch, golden::check::<First>(scratch.path(), &[], Given));

    assert!(text.contains("damaged: line 2: the version is no number"), "{text}");
}

#[test]
fn a_released_version_without_a_payload_is_reported_and_one_from_the_store_will_do() {
    let scratch = Scratch::new();
    let event = "event account-opened\n\n  version 1: struct\n    owner: String\n";
    scratch.write("events.lock", &format!("format 1\n\n{event}"));
    let samples = [Second(second())];

    check(&scratch, &samples, &expect_file!["without_a_payload.txt"]);
    scratch.write(V1, "{\"owner\":\"joe\"}");
    released(&scratch, &samples);

    assert!(scratch.read(V1_EXPECTED).contains("\"currency\": \"EUR\""));
}
