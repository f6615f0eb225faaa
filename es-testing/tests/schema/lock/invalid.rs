//! Files that are no locks.

use es_testing::Blessing;
use es_testing::lock::{self, LockError, Released};

use crate::scratch::Scratch;

/// What is said of a lock with these lines after its head.
fn error(lines: &str) -> String {
    let text = format!("format 1\n{lines}");
    text.parse::<Released>().expect_err("it is no lock").to_string()
}

#[test]
fn an_open_merge() {
    let text = "event a\n<<<<<<< HEAD\n  version 1: struct\n";

    assert_eq!(
        error(text),
        "line 3: a merge was left open here: keep the lines of both sides, and where both released \
         the same version, give one of them the next number"
    );
}

#[test]
fn no_format_or_a_later_one() {
    let none = "event a\n".parse::<Released>().expect_err("there is no format").to_string();
    let later = "format 3\n".parse::<Released>().expect_err("there is no 3").to_string();

    assert_eq!(none, "line 1: the first line that is no comment must be `format 2`");
    assert_eq!(later, "line 1: format 3 is of a later release; this reads up to format 2");
}

#[test]
fn a_version_twice() {
    let text = "event a\n  version 1: struct\n    cents: i64\n  version 1: unit\n";

    assert_eq!(
        error(text),
        "line 5: version 1 is there already: a version is released once, give one of them the next number"
    );
}

#[test]
fn an_event_twice() {
    let text = "event a\n  version 1: unit\nevent a\n  version 2: unit\n";

    assert_eq!(
        error(text),
        "line 4: `a` is there already: keep one `event a`, with the versions of both"
    );
}

#[test]
fn a_type_that_nobody_spelled_out() {
    let text = "event a\n  version 1: struct\n    money: Money\n";

    assert_eq!(
        error(text),
        "line 3: `Money` is named in this version, and no line `type Money: …` says what it is"
    );
}

#[test]
fn a_form_that_does_not_end() {
    let text = "event a\n  version 1: struct\n    note: Option<String\n";

    assert_eq!(error(text), "line 4: `>` is missing at the end");
}

#[test]
fn a_line_that_belongs_to_nothing() {
    let text = "event a\n  version 1: struct\n        cents: i64\n";

    assert_eq!(error(text), "line 4: the line is set in too far: it belongs to nothing above");
}

#[test]
fn a_word_that_no_event_has() {
    assert_eq!(
        error("event a\n  versoin 1: unit\n"),
        "line 3: `versoin 1: unit` is nothing that an event has: `alias …`, `home …`, `tag …`, `superseded` or `version …`"
    );
}

#[test]
fn an_event_without_a_version() {
    assert_eq!(
        error("event a\n  superseded\n"),
        "line 2: the event has no version: a lock holds what was released"
    );
}

#[test]
fn a_blessing_does_not_write_over_a_file_that_is_no_lock() {
    let scratch = Scratch::new();
    scratch.write("events.lock", "<<<<<<< HEAD\nformat 1\n");

    let blessed = lock::hold(scratch.path(), &[], Blessing::Given);

    assert!(matches!(blessed, Err(LockError::Invalid(_))), "{blessed:?}");
    assert_eq!(scratch.read("events.lock"), "<<<<<<< HEAD\nformat 1\n");
}
