//! What a blessing writes, and what it refuses.

use es_core::EventHistory;
use es_core::shape::Form;
use es_testing::Blessing;
use es_testing::lock::{self, LockError};

use super::forms::*;
use crate::scratch::Scratch;

/// A directory whose lock has these.
fn released(histories: &[EventHistory]) -> Scratch {
    let scratch = Scratch::new();
    lock::hold(scratch.path(), histories, Blessing::Given).expect("nothing is released yet");
    scratch
}

fn deposited(form: Form) -> EventHistory {
    history("money-deposited", [plain([field("cents", form)])])
}

#[test]
fn without_it_nothing_is_written() {
    let scratch = Scratch::new();

    let missing = lock::hold(scratch.path(), &[deposited(I64)], Blessing::Withheld);

    assert!(matches!(missing, Err(LockError::Missing { .. })), "{missing:?}");
    assert!(scratch.files().is_empty());
}

#[test]
fn what_is_new_fails_until_it_is_blessed() {
    let scratch = released(&[deposited(I64)]);
    let more = [deposited(I64), history("account-closed", [plain([])])];

    let before = lock::hold(scratch.path(), &more, Blessing::Withheld);
    lock::hold(scratch.path(), &more, Blessing::Given).expect("it is new");
    let after = lock::hold(scratch.path(), &more, Blessing::Withheld);

    assert!(matches!(before, Err(LockError::New(_))), "{before:?}");
    after.expect("it is in the lock");
    assert_eq!(scratch.files(), ["events.lock"]);
}

#[test]
fn it_does_not_hide_a_change_of_what_is_released() {
    let scratch = released(&[deposited(I64)]);
    let lock = scratch.read("events.lock");
    let changed = [deposited(I32), history("account-closed", [plain([])])];

    let blessed = lock::hold(scratch.path(), &changed, Blessing::Given);

    assert!(matches!(blessed, Err(LockError::Breach(_))), "{blessed:?}");
    assert_eq!(scratch.read("events.lock"), lock);
}

#[test]
fn it_does_not_forget_an_event_a_version_or_an_alias() {
    let history = || {
        history("account-opened", [plain([]), plain([field("owner", TEXT)])])
            .with_aliases(&["opened"])
    };
    let scratch = released(&[history()]);
    let mut without_first = history();
    without_first.versions.remove(0);
    let mut without_alias = history();
    without_alias.aliases = &[];

    let refused = [vec![], vec![without_first], vec![without_alias]]
        .map(|present| lock::hold(scratch.path(), &present, Blessing::Given));

    assert!(refused.iter().all(|refused| matches!(refused, Err(LockError::Breach(_)))));
}

#[test]
fn a_new_version_leaves_the_lines_of_the_old_one() {
    let old = || plain([field("cents", I32)]);
    let scratch = released(&[history("money-deposited", [old()])]);
    let lock = scratch.read("events.lock");
    let next = [history("money-deposited", [old(), plain([field("cents", I64)])])];

    lock::hold(scratch.path(), &next, Blessing::Given).expect("version 2 is new");

    assert_eq!(scratch.read("events.lock"), lock + "\n  version 2: struct\n    cents: i64\n");
}

#[test]
fn an_optional_field_is_added_to_the_version_that_is_written() {
    let scratch = released(&[deposited(I64)]);
    let lock = scratch.read("events.lock");
    let more = plain([field("cents", I64), field("note", optional(TEXT))]);

    lock::hold(scratch.path(), &[history("money-deposited", [more])], Blessing::Given)
        .expect("it is safe in both directions");

    assert_eq!(scratch.read("events.lock"), lock + "    note: Option<String>\n");
}

#[test]
fn a_version_that_is_only_read_may_be_read_as_more_than_it_was() {
    let current = || plain([field("cents", I64), field("by", TEXT)]);
    let scratch =
        released(&[history("money-deposited", [plain([field("cents", I32)]), current()])]);
    let wider = [history("money-deposited", [plain([field("cents", I64)]), current()])];
    let narrower =
        [history("money-deposited", [plain([field("cents", Form::Integer("i16"))]), current()])];

    let held = lock::hold(scratch.path(), &wider, Blessing::Withheld);
    let breach = lock::hold(scratch.path(), &narrower, Blessing::Withheld);

    held.expect("every i32 is an i64");
    assert!(matches!(breach, Err(LockError::Breach(_))), "{breach:?}");
}

#[test]
fn an_event_that_is_renamed_keeps_what_was_released_under_the_old_name() {
    let scratch = released(&[history("opened", [plain([]), plain([field("owner", TEXT)])])]);
    let lock = scratch.read("events.lock");
    let renamed = || {
        history("zz-opened", [plain([]), plain([field("owner", TEXT)])]).with_aliases(&["opened"])
    };

    lock::hold(scratch.path(), &[renamed()], Blessing::Given).expect("the old name is an alias");

    let block = "\nevent zz-opened\n  alias opened\n\n  version 2: struct\n    owner: String\n";
    assert_eq!(scratch.read("events.lock"), lock + block);
    lock::hold(scratch.path(), &[renamed()], Blessing::Withheld).expect("all is in the lock");
}

#[test]
fn an_event_comes_to_be_superseded_and_is_not_written_again() {
    let scratch = released(&[deposited(I64)]);

    lock::hold(scratch.path(), &[deposited(I64).superseded()], Blessing::Given)
        .expect("it is still read");
    let again = lock::hold(scratch.path(), &[deposited(I64)], Blessing::Given);

    assert!(scratch.read("events.lock").contains("event money-deposited\n  superseded\n"));
    assert!(matches!(again, Err(LockError::Breach(_))), "{again:?}");
}

#[test]
fn an_event_that_one_set_writes_and_another_only_reads_is_written() {
    let both = [deposited(I64).superseded(), deposited(I64)];

    let scratch = released(&both);

    assert!(!scratch.read("events.lock").contains("superseded"));
}

#[test]
fn an_older_code_than_the_lock_is_told_where_it_ends() {
    let scratch = released(&[history("money-deposited", [plain([]), plain([field("by", TEXT)])])]);

    let error =
        lock::hold(scratch.path(), &[history("money-deposited", [plain([])])], Blessing::Given)
            .expect_err("version 2 is released");

    let said = "`money-deposited` version 2 is released, and the code ends at version 1";
    assert!(error.to_string().contains(said), "{error}");
}
