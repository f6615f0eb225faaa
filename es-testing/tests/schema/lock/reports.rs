//! What a lock that does not hold says.

use es_core::EventHistory;
use es_core::shape::Form;
use es_testing::Blessing;
use es_testing::lock;
use expect_test::{ExpectFile, expect_file};

use super::forms::*;
use crate::scratch::Scratch;

/// The report of a code that has `present`, where `released` is released.
pub(crate) fn check(released: &[EventHistory], present: &[EventHistory], report: &ExpectFile) {
    let scratch = Scratch::new();
    if !released.is_empty() {
        lock::hold(scratch.path(), released, Blessing::Given).expect("nothing is released yet");
    }
    let error =
        lock::hold(scratch.path(), present, Blessing::Withheld).expect_err("it does not hold");
    report.assert_eq(&format!("{error}\n"));
}

#[test]
fn changes_of_what_is_released() {
    let old = plain([field("cents", I64), field("note", TEXT)]);
    let new = plain([field("cents", I32), field("channel", named("bank::Channel"))]);
    let new = es_core::shape::Schema {
        definitions: new
            .definitions
            .into_iter()
            .chain([("bank::Channel".to_owned(), units(["Web"]))])
            .collect(),
        ..new
    };

    check(
        &[history("money-deposited", [plain([]), old])],
        &[history("money-deposited", [plain([]), new])],
        &expect_file!["changes_of_what_is_released.txt"],
    );
}

#[test]
fn a_field_that_may_have_been_renamed() {
    check(
        &[history("money-deposited", [plain([field("amount", I64)])])],
        &[history("money-deposited", [plain([field("cents", I64)])])],
        &expect_file!["a_field_that_may_have_been_renamed.txt"],
    );
}

#[test]
fn a_change_in_a_nested_type() {
    let deposited = |form: Form| {
        schema([
            ("bank::Deposited", fields([field("lines", list(named("bank::Line")))])),
            ("bank::Line", fields([field("price", form)])),
        ])
    };
    let version_2 = || plain([field("total", I64)]);

    check(
        &[
            history("bill-paid", [deposited(I64)]),
            history("bill-sent", [deposited(I64), version_2()]),
        ],
        &[
            history("bill-paid", [deposited(TEXT)]),
            history("bill-sent", [deposited(TEXT), version_2()]),
        ],
        &expect_file!["a_change_in_a_nested_type.txt"],
    );
}

#[test]
fn a_variant_that_comes_and_a_type_that_cannot_be_looked_into() {
    let paid = |variants, date: &str| {
        let by = field("by", named("bank::Method"));
        schema([
            ("bank::Paid", fields([by, field("on", opaque(date))])),
            ("bank::Method", variants),
        ])
    };

    check(
        &[history("bill-paid", [paid(units(["Cash"]), "chrono::NaiveDate")])],
        &[history("bill-paid", [paid(units(["Cash", "Card"]), "time::Date")])],
        &expect_file!["a_variant_and_an_opaque_type.txt"],
    );
}

#[test]
fn things_that_are_gone() {
    let opened = || {
        history("account-opened", [plain([]), plain([field("owner", TEXT)])])
            .with_aliases(&["opened"])
    };
    let mut less = opened();
    less.versions.remove(0);
    less.aliases = &[];

    check(
        &[opened(), history("pinged", [plain([])])],
        &[less],
        &expect_file!["things_that_are_gone.txt"],
    );
}

#[test]
fn no_lock_yet() {
    check(
        &[],
        &[history("account-opened", [plain([]), plain([field("owner", TEXT)])])],
        &expect_file!["no_lock_yet.txt"],
    );
}

#[test]
fn things_that_are_new() {
    let old = || plain([field("cents", I64)]);
    let new = plain([field("cents", I64), field("channel", TEXT)]);
    let needless = plain([field("cents", I64), field("note", optional(TEXT))]);

    check(
        &[
            history("money-deposited", [old()]),
            history("money-withdrawn", [old()]),
            history("fee-charged", [old()]),
            history("pinged", [plain([])]),
        ],
        &[
            history("money-deposited", [old(), new]),
            history("money-withdrawn", [old(), needless]),
            history("fee-charged", [plain([field("cents", I64), field("why", optional(TEXT))])])
                .with_aliases(&["fee"]),
            history("pinged", [plain([])]).superseded(),
            history("account-closed", [plain([field("on", list(opaque("chrono::NaiveDate")))])]),
        ],
        &expect_file!["things_that_are_new.txt"],
    );
}

#[test]
fn one_name_for_two_events() {
    check(
        &[],
        &[history("paid", [plain([field("cents", I64)])]), history("paid", [plain([])])],
        &expect_file!["one_name_for_two_events.txt"],
    );
}
