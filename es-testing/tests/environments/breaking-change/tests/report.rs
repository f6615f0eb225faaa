//! The change is found, and a blessing does not hide it. Bless the reports with `UPDATE_EXPECT=1`.

use std::process::Command;
use std::{env, fs};

use environment_breaking_change::{present, released};
use expect_test::expect_file;

const DIRECTORY: &str = env!("CARGO_MANIFEST_DIR");

/// What the service has in its tests, once with the events of either release.
mod of_the_service {
    use super::{present, released};

    #[test]
    fn what_was_released_holds() {
        es_testing::events_lock!(released::AccountEvent);
        es_testing::golden!(
            released::AccountEvent,
            [released::Deposited { cents: 3_000_000_000, note: "rent".to_owned() }]
        );
    }

    #[test]
    #[ignore = "it fails: the tests below run it, and look at what it says"]
    fn the_lock_holds_after_the_change() {
        es_testing::events_lock!(present::AccountEvent);
    }

    #[test]
    #[ignore = "it fails: the tests below run it, and look at what it says"]
    fn the_golden_payloads_hold_after_the_change() {
        es_testing::golden!(
            present::AccountEvent,
            [present::Deposited { cents: 5 }, present::Closed {}]
        );
    }
}

/// What the test says when it fails, in a process of its own.
fn said(test: &str, blessing: &str) -> String {
    let output = Command::new(env::current_exe().expect("this test has a path"))
        .args([&format!("of_the_service::{test}"), "--exact", "--ignored", "--nocapture"])
        .env("ES_BLESS", blessing)
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("this test runs once more");
    assert!(!output.status.success(), "it holds");
    let errors = String::from_utf8(output.stderr).expect("a report is text");
    let (_, report) = errors.split_once("panicked at ").expect("it panics");
    let (_, report) = report.split_once('\n').expect("a report after the place");
    let (report, _) = report.split_once("\nnote: run with").expect("a note after the report");
    report.replace(DIRECTORY, "bank") + "\n"
}

fn lock() -> String {
    fs::read_to_string(format!("{DIRECTORY}/events.lock")).expect("the lock is committed")
}

/// The names of the files with golden payloads.
fn golden_files() -> Vec<String> {
    let mut files = Vec::new();
    for event in fs::read_dir(format!("{DIRECTORY}/tests/golden")).expect("they are committed") {
        for file in fs::read_dir(event.expect("an entry").path()).expect("a directory") {
            files.push(file.expect("an entry").file_name().to_string_lossy().into_owned());
        }
    }
    files.sort();
    files
}

#[test]
fn the_lock_tells_what_changed() {
    let report = said("the_lock_holds_after_the_change", "0");

    expect_file!["lock.txt"].assert_eq(&report);
}

#[test]
fn a_blessing_does_not_hide_the_change_from_the_lock() {
    let before = lock();

    let report = said("the_lock_holds_after_the_change", "1");

    expect_file!["lock.txt"].assert_eq(&report);
    assert_eq!(lock(), before);
}

#[test]
fn the_golden_payload_is_not_read_any_more() {
    let report = said("the_golden_payloads_hold_after_the_change", "0");

    expect_file!["golden.txt"].assert_eq(&report);
}

#[test]
fn a_blessing_does_not_hide_the_change_from_the_golden_payload() {
    let report = said("the_golden_payloads_hold_after_the_change", "1");

    expect_file!["golden.txt"].assert_eq(&report);
    assert_eq!(golden_files(), ["v1.expected", "v1.json"]);
}
