//! The text of a lock.

use es_core::EventHistory;
use es_core::shape::{Form, Kind, Schema, Tagging};
use es_testing::Blessing;
use es_testing::lock::{self, Released};
use expect_test::expect_file;

use super::forms::*;
use crate::scratch::Scratch;

fn blessed(histories: &[EventHistory]) -> String {
    let scratch = Scratch::new();
    lock::hold(scratch.path(), histories, Blessing::Given).expect("nothing is released yet");
    scratch.read("events.lock")
}

fn bank() -> Vec<EventHistory> {
    let first = plain([field("amount", I64), field("note", TEXT)]);
    let second = schema([
        ("bank::Deposited", fields([field("money", named("bank::money::Money"))])),
        ("bank::money::Currency", units(["EUR", "USD"])),
        (
            "bank::money::Money",
            fields([field("cents", I64), field("currency", named("bank::money::Currency"))]),
        ),
    ]);
    let opened = plain([
        field("owner", TEXT),
        field("born", opaque("chrono::NaiveDate")),
        field("referrer", optional(TEXT)),
    ]);
    let pinged = Schema { form: Form::Unit, definitions: [].into() };
    vec![
        history("money-deposited", [first, second]),
        history("account-opened", [opened]).with_aliases(&["opened"]),
        history("pinged", [pinged]).superseded(),
    ]
}

fn everything() -> Vec<EventHistory> {
    let every_form = fields([
        field("text", Form::Text("Uuid")),
        field("type", Form::Text("char")),
        field("strange: \"key\"", Form::Bool),
        field("float", Form::Float("f32")),
        field("positive", Form::Integer("NonZero<u64>")),
        field("pair", Form::Tuple(vec![I32, list(optional(TEXT))])),
        field("alone", Form::Tuple(vec![I32])),
        field("hash", Form::Array(Box::new(Form::Integer("u8")), 32)),
        field("rates", Form::Map(Box::new(TEXT), Box::new(named("a::Rate")))),
        field("other", Form::Set(Box::new(named("b::Rate")))),
        field("nothing", Form::Unit),
        field("put", named("a::Put<a::Rate>")),
        field("shadow", named("a::String")),
        field("payment", named("a::Payment")),
        field("tree", named("a::Every")),
        field("lost", opaque("(dyn \"quoted\")")),
        with(field("renamed", I32), "alias = \"before[1]\""),
        with(field("merged", I32), "alias\n    = \"x\""),
    ]);
    let with_default = {
        let mut field = field("tags", list(TEXT));
        field.required = false;
        field
    };
    let payment = variants(
        Tagging::Adjacent { tag: "kind".to_owned(), content: "data".to_owned() },
        [
            ("Cash", Kind::Unit),
            ("Card", Kind::Struct(vec![field("number", TEXT), with_default])),
            ("Split", Kind::Tuple(vec![I64, I64])),
            ("Other", Kind::Newtype(TEXT)),
        ],
    );
    vec![history(
        "everything",
        [schema([
            ("a::Every", every_form),
            ("a::Rate", definition(Kind::Newtype(I64))),
            ("b::Rate", strict([field("rate", I64)])),
            ("a::Put<a::Rate>", definition(Kind::Tuple(vec![I64, I64]))),
            ("a::String", definition(Kind::Unit)),
            ("a::Payment", payment),
        ])],
    )]
}

#[test]
fn a_lock() {
    expect_file!["a_lock.txt"].assert_eq(&blessed(&bank()));
}

#[test]
fn every_form() {
    expect_file!["every_form.txt"].assert_eq(&blessed(&everything()));
}

#[test]
fn what_is_written_is_read_as_it_was_written() {
    let text = blessed(&[bank(), everything()].concat());

    let released: Released = text.parse().expect("a lock that was just written");

    assert_eq!(released.to_string(), text);
}

#[test]
fn what_is_read_is_what_the_code_has() {
    let histories = [bank(), everything()].concat();
    let released: Released = blessed(&histories).parse().expect("a lock that was just written");

    let verdict = lock::check(&released, &histories);

    assert_eq!(verdict.to_string(), "");
    assert!(!verdict.is_breach() && !verdict.is_new());
}

#[test]
fn the_order_in_which_sets_are_given_is_no_part_of_it() {
    let mut backwards = bank();
    backwards.reverse();

    assert_eq!(blessed(&backwards), blessed(&bank()));
}

#[test]
fn an_event_of_two_sets_is_there_once() {
    assert_eq!(blessed(&[bank(), bank()].concat()), blessed(&bank()));
}

#[test]
fn two_branches_that_add_an_event_each_change_different_lines() {
    let one = [bank(), vec![history("aaa", [plain([])])]].concat();
    let other = [bank(), vec![history("zzz", [plain([])])]].concat();
    let both = [bank(), vec![history("aaa", [plain([])]), history("zzz", [plain([])])]].concat();

    let without = blessed(&bank());
    let (head, events) = without.split_once("\n\n").expect("a head and events");

    assert_eq!(blessed(&other), without.clone() + "\nevent zzz\n\n  version 1: struct\n");
    assert_eq!(blessed(&one), format!("{head}\n\nevent aaa\n\n  version 1: struct\n\n{events}"));
    assert_eq!(blessed(&both), blessed(&one) + "\nevent zzz\n\n  version 1: struct\n");
}

#[test]
fn an_event_and_a_type_within_it_may_have_one_name() {
    let event = schema([
        ("bank::Deposited", fields([field("before", named("old::Deposited"))])),
        ("old::Deposited", fields([field("cents", I64)])),
    ]);
    let text = blessed(&[history("money-deposited", [event])]);

    let released: Released = text.parse().expect("a lock that was just written");

    assert!(text.contains("    before: Deposited\n    type Deposited: struct\n"), "{text}");
    assert_eq!(released.to_string(), text);
}
