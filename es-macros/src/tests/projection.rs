//! Each mistake in a projection with its error message.

use super::mistakes;
use crate::projection;

fn of_projection(item: &str) -> Vec<String> {
    mistakes(projection::derive, item)
}

/// The messages for these keys beside a name.
fn of_keys(keys: &str) -> Vec<String> {
    of_projection(&format!(r#"#[projection(name = "p", {keys})] struct Balances;"#))
}

#[test]
fn a_sound_projection_has_no_mistake() {
    let keys = "version = 2, events(Opened, m::Paid as P), superseded(Old), effects(Opened, Sent), start = 7, \
                key = m::owner_of, bulk, db(PgConnection, Vec<(u8, i64)>), crate = crate::events";

    assert_eq!(of_keys(keys), [""; 0]);
    assert_eq!(of_keys("events(Opened), db = PgConnection"), [""; 0]);
}

#[test]
fn effects_alone_are_a_projection() {
    assert_eq!(of_keys("effects(Opened), start = now"), [""; 0]);
}

#[test]
fn a_projection_without_annotation_is_told_the_whole_of_it() {
    assert_eq!(
        of_projection("struct OpenOrders;"),
        ["the projection `OpenOrders` does not say what it follows; \
          write on it `#[projection(name = \"open-orders\", events(…))]`"],
    );
}

#[test]
fn a_projection_has_a_name_and_events() {
    assert_eq!(
        of_projection("#[projection(version = 1)] struct Balances;"),
        [
            "`name` is missing; write `name = \"balances\"`: what its progress is kept under, \
             so that the struct may be renamed",
            "`events` is missing; list what it follows, `events(Opened, Closed)`",
        ],
    );
}

#[test]
fn the_name_of_a_projection_is_an_identifier_with_a_version_behind_it() {
    let long = "a".repeat(41);

    assert_eq!(
        of_projection(&format!(r#"#[projection(name = "{long}", events(A))] struct Balances;"#)),
        [format!(
            "the name of a projection \"{long}\" is 41 bytes long; \
             allowed are 1 to 40 ASCII letters, digits, `-`, `_` and `.`, a letter first"
        )],
    );
}

#[test]
fn the_versions_of_a_projection_begin_at_one() {
    assert_eq!(
        of_keys("version = 0, events(A)"),
        ["`0` is not a version; versions are whole numbers from 1 to 4294967295, \
          write `version = 1` or leave it out"],
    );
}

#[test]
fn a_projection_is_a_struct() {
    assert_eq!(
        of_projection(r#"#[projection(name = "p", events(A))] enum Balances { A }"#),
        ["`Projection` goes on a struct, which its handlers are written for; \
          what follows from the events is kept in what it writes into"],
    );
}

#[test]
fn a_projection_borrows_nothing() {
    assert_eq!(
        of_projection(r#"#[projection(name = "p", events(A))] struct Balances<'a>(&'a str);"#),
        ["a projection owns its data and takes no lifetime; \
          hold a `String`, a `Vec` or another owned type in place of what `'a` borrows"],
    );
}

#[test]
fn one_struct_has_one_enum_of_events() {
    assert_eq!(
        of_projection(r#"#[aggregate(name = "a")] #[projection(name = "p")] struct Account;"#),
        ["an aggregate is no projection as well, since each writes a `AccountEvent`; \
          put the projection on a struct of its own"],
    );
    assert_eq!(
        of_projection(r#"#[projection(name = "p")] #[decision_model(events(A))] struct Seats;"#),
        ["a decision model is no projection as well, since each writes a `SeatsEvent`; \
          put the projection on a struct of its own"],
    );
}

#[test]
fn a_field_says_nothing_of_a_projection() {
    assert_eq!(
        of_projection(
            r#"#[projection(name = "p", events(A))] struct Balances { #[projection(bulk)] a: u8 }"#
        ),
        ["`projection` goes on the struct, not on a field; move it there"],
    );
}

#[test]
fn an_effect_is_listed_once() {
    assert_eq!(
        of_keys("events(A), effects(A, A), start = now"),
        ["`A` is listed twice; remove one of the two"],
    );
}

#[test]
fn the_variant_of_an_effect_is_that_of_the_event() {
    assert_eq!(
        of_keys("events(A), effects(A as B), start = now"),
        ["`A` has the variant that it has in `events`; write `A` alone"],
    );
}

#[test]
fn an_effect_of_another_event_has_a_variant_of_its_own() {
    assert_eq!(
        of_keys("events(A), effects(billing::A), start = now"),
        ["two events are called `A`, `A` and `billing::A`; write `billing::A as BillingA`"],
    );
}

#[test]
fn an_effect_of_a_superseded_event_is_never_called() {
    assert_eq!(
        of_keys("events(A), superseded(B), effects(B), start = now"),
        ["`B` is among the current events as well; an event that is superseded is read \
          and no longer written, take it off one of the two lists"],
    );
}

#[test]
fn bulk_stands_alone() {
    assert_eq!(of_keys("events(A), bulk = true"), ["`bulk` takes no value; write `bulk` alone"],);
}

#[test]
fn a_key_is_read_by_a_function_that_has_a_name() {
    let example = ["this is no value for `key`; write `key = owner_of`"];

    assert_eq!(of_keys("events(A), key = |event| event.id"), example);
    assert_eq!(of_keys(r#"events(A), key = "owner_of""#), example);
    assert_eq!(of_keys("events(A), key"), ["`key` needs a value; write `key = owner_of`"]);
}

#[test]
fn what_is_written_into_is_a_list_of_types() {
    assert_eq!(of_keys("events(A), db"), ["`db` needs a value; write `db = PgConnection`"]);
    assert_eq!(
        of_keys("events(A), db()"),
        ["no types are listed; write what it writes into, for example `db(PgConnection)`"],
    );
    assert_eq!(
        of_keys("events(A), db(Pg, 7, Pg)"),
        [
            "this is not a type; write for example `db(PgConnection, Totals)`",
            "`Pg` is listed twice; remove one of the two",
        ],
    );
    assert_eq!(
        of_keys("events(A), db(Pg Totals)"),
        ["a comma is missing here; write `,` between two types"],
    );
}

#[test]
fn a_misspelt_key_is_the_only_mistake_of_a_projection() {
    assert_eq!(of_keys("evnts(A)"), ["unknown key `evnts`; did you mean `events`?"]);
    assert_eq!(
        of_keys("events(A), destination = Pg"),
        ["unknown key `destination`; known keys of `projection` are `name`, `version`, `events`, \
          `superseded`, `effects`, `start`, `key`, `bulk`, `db` and `crate`"],
    );
}

#[test]
fn effects_begin_where_it_is_said() {
    assert_eq!(
        of_keys("effects(Opened)"),
        ["`start` is missing: where the effects of a new projection begin; write `start = now` \
             beside it, or `start = beginning` for those of the whole history"]
    );
    assert_eq!(of_keys("effects(Opened), start = beginning"), [""; 0]);
    assert_eq!(
        of_keys("effects(Opened), start = tomorrow"),
        [
            "this is no value for `start`; write `start = now`, `start = beginning` or `start = 4711`"
        ]
    );
    assert_eq!(
        of_keys("events(Opened), start = now"),
        [
            "`start` says where effects begin, and none are listed; list them, `effects(Opened)`, or \
          remove it"
        ]
    );
}
