//! Tags are part of what is released.

use es_core::EventHistory;
use es_testing::Blessing;
use es_testing::compatibility::{Rule, Tags, tags_compatibility};
use es_testing::lock::{self, LockError, Released};
use expect_test::expect_file;

use super::forms::*;
use super::reports::check;
use crate::scratch::Scratch;

fn subscribed(tags: &'static [&'static str], home: &'static str) -> EventHistory {
    history("subscribed", [plain([])]).with_tags(tags, Some(home))
}

/// True if the check refuses a change from `course` and `student`, at home with the course.
fn is_breach(tags: &'static [&'static str], home: &'static str) -> bool {
    let scratch = Scratch::new();
    let released = [subscribed(&["course", "student"], "course")];
    lock::hold(scratch.path(), &released, Blessing::Given).expect("nothing is released yet");

    let held = lock::hold(scratch.path(), &[subscribed(tags, home)], Blessing::Given);

    match held {
        Ok(_) => false,
        Err(LockError::Breach(_)) => true,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_lock_holds_the_home_and_the_other_tags() {
    let scratch = Scratch::new();
    let released = [subscribed(&["student", "course", "night"], "course")];

    lock::hold(scratch.path(), &released, Blessing::Given).expect("nothing is released yet");

    let text = scratch.read("events.lock");
    assert!(
        text.contains("event subscribed\n  home course\n  tag student\n  tag night\n"),
        "{text}"
    );
    assert_eq!(text.parse::<Released>().unwrap().to_string(), text);
}

#[test]
fn every_change_of_tags_is_a_breach_and_their_order_is_none() {
    assert!(!is_breach(&["course", "student"], "course"));
    assert!(!is_breach(&["student", "course"], "course"));
    assert!(is_breach(&["course", "student"], "student"));
    assert!(is_breach(&["course", "student", "term"], "course"));
    assert!(is_breach(&["course"], "course"));
    assert!(is_breach(&["course", "pupil"], "course"));
}

#[test]
fn the_report_tells_each_change_with_its_cure() {
    check(
        &[
            subscribed(&["course", "student"], "course"),
            history("left", [plain([])]).with_tags(&["course"], Some("course")),
            history("moved", [plain([])]).with_tags(&["from", "to"], Some("from")),
        ],
        &[
            subscribed(&["course", "pupil"], "course"),
            history("left", [plain([])]).with_tags(&["course", "term"], Some("course")),
            history("moved", [plain([])]).with_tags(&["to", "from"], Some("to")),
        ],
        &expect_file!["tags_that_changed.txt"],
    );
}

#[test]
fn an_event_that_was_renamed_keeps_its_tags() {
    let scratch = Scratch::new();
    let before = [subscribed(&["course"], "course")];
    lock::hold(scratch.path(), &before, Blessing::Given).expect("nothing is released yet");
    let renamed = |tags| {
        let event = history("enrolled", [plain([])]).with_aliases(&["subscribed"]);
        [event.with_tags(tags, Some("course"))]
    };

    let other = lock::hold(scratch.path(), &renamed(&["course", "term"]), Blessing::Given);
    let same = lock::hold(scratch.path(), &renamed(&["course"]), Blessing::Given);

    assert!(matches!(other, Err(LockError::Breach(_))), "{other:?}");
    same.expect("the tags are those of before");
}

const OF_BEFORE: &str = "\
format 1

event subscribed

  version 1: struct
";

#[test]
fn a_lock_of_an_earlier_release_is_read_and_its_tags_are_blessed_once() {
    let scratch = Scratch::new();
    scratch.write("events.lock", OF_BEFORE);
    let present = [subscribed(&["course", "student"], "course")];

    let before = lock::hold(scratch.path(), &present, Blessing::Withheld);
    lock::hold(scratch.path(), &present, Blessing::Given).expect("they are new");
    let after = lock::hold(scratch.path(), &[subscribed(&["student"], "student")], Blessing::Given);

    let Err(LockError::New(verdict)) = before else { panic!("{before:?}") };
    expect_file!["tags_of_a_lock_of_before.txt"].assert_eq(&verdict.to_string());
    assert!(matches!(after, Err(LockError::Breach(_))), "{after:?}");
}

#[test]
fn a_lock_of_an_earlier_release_without_tags_stays_as_it_is() {
    let scratch = Scratch::new();
    scratch.write("events.lock", OF_BEFORE);
    let present = [history("subscribed", [plain([])])];

    lock::hold(scratch.path(), &present, Blessing::Withheld).expect("nothing is new");

    assert_eq!(scratch.read("events.lock"), OF_BEFORE);
}

#[test]
fn a_tag_that_is_there_twice_and_a_second_home_are_told() {
    let error = |lines: &str| {
        let text = format!("format 2\nevent subscribed\n{lines}  version 1: struct\n");
        text.parse::<Released>().unwrap_err().to_string()
    };

    assert_eq!(error("  tag a\n  tag a\n"), "line 4: the tag `a` is there already");
    assert_eq!(
        error("  home a\n  home b\n"),
        "line 4: the home is there already, `a`: keep one of them"
    );
    assert_eq!(
        OF_BEFORE
            .replace("event subscribed\n", "event subscribed\n  tag a\n")
            .parse::<Released>()
            .unwrap_err()
            .to_string(),
        "line 4: a lock of format 1 has no tags: write `format 2` above"
    );
}

#[test]
fn each_change_of_tags_has_its_rule() {
    let old = Tags::new(&["course", "student"], Some("course"));
    let rules = |new: &Tags| -> Vec<Rule> {
        tags_compatibility(&old, new).changes().iter().map(|change| change.rule).collect()
    };

    assert_eq!(rules(&Tags::new(&["student", "course"], Some("course"))), []);
    assert_eq!(
        rules(&Tags::new(&["student", "term"], Some("student"))),
        [Rule::TagRemoved, Rule::TagAdded, Rule::HomeChanged]
    );
    let more = tags_compatibility(&old, &Tags::new(&["course", "student", "term"], Some("course")));
    assert!(!more.new_reads_old() && more.old_reads_new());
}
