//! Which change is safe in which direction.

use es_core::shape::{Form, Kind, Schema, Tagging};
use es_testing::compatibility::{Rule, compatibility};

use super::forms::*;

/// Rules and places; whether new code reads old data; whether old code reads new data.
pub(super) fn compared(old: &Schema, new: &Schema) -> (Vec<(Rule, String)>, bool, bool) {
    let found = compatibility(old, new);
    let changes = found.changes().iter().map(|change| (change.rule, change.place.clone()));
    (changes.collect(), found.new_reads_old(), found.old_reads_new())
}

#[track_caller]
pub(super) fn one(
    old: &Schema,
    new: &Schema,
    rule: Rule,
    place: &str,
    new_reads_old: bool,
    old_reads_new: bool,
) {
    assert_eq!(compared(old, new), (vec![(rule, place.to_owned())], new_reads_old, old_reads_new));
}

#[track_caller]
pub(super) fn nothing(old: &Schema, new: &Schema) {
    assert_eq!(compared(old, new), (vec![], true, true));
}

fn cents(form: Form) -> Schema {
    plain([field("cents", form)])
}

fn payment(definition: es_core::shape::Definition) -> Schema {
    schema([("a::Paid", fields([field("by", named("a::Method"))])), ("a::Method", definition)])
}

#[test]
fn an_optional_field_may_come() {
    let more = plain([field("cents", I64), field("note", optional(TEXT))]);

    one(&cents(I64), &more, Rule::OptionalFieldAdded, "note", true, true);
}

#[test]
fn a_required_field_is_missing_in_old_data() {
    let more = plain([field("cents", I64), field("note", TEXT)]);

    one(&cents(I64), &more, Rule::RequiredFieldAdded, "note", false, true);
}

#[test]
fn a_field_that_goes_is_lost() {
    let required = plain([field("cents", I64), field("note", TEXT)]);
    let optional = plain([field("cents", I64), field("note", optional(TEXT))]);

    one(&required, &cents(I64), Rule::RequiredFieldRemoved, "note", false, false);
    one(&optional, &cents(I64), Rule::OptionalFieldRemoved, "note", false, true);
}

#[test]
fn strict_types_refuse_fields_that_they_do_not_know() {
    let strict_before = schema([("a::E", strict([field("cents", I64)]))]);
    let more = plain([field("cents", I64), field("note", optional(TEXT))]);

    let (changes, new_reads_old, old_reads_new) = compared(&strict_before, &more);

    let note = || "note".to_owned();
    assert_eq!(changes, [(Rule::OptionalFieldAdded, note()), (Rule::RefusedByOld, note())]);
    assert!(new_reads_old && !old_reads_new);
}

#[test]
fn a_wider_number_reads_the_narrower_one_and_not_back() {
    one(&cents(I32), &cents(I64), Rule::Widened, "cents", true, false);
    one(&cents(I64), &cents(I32), Rule::Narrowed, "cents", false, true);
}

#[test]
fn a_number_is_no_text() {
    one(&cents(I64), &cents(TEXT), Rule::FormChanged, "cents", false, false);
}

#[test]
fn every_uuid_is_a_text_and_not_every_text_a_uuid() {
    let uuid = || cents(Form::Text("Uuid"));

    one(&uuid(), &cents(TEXT), Rule::Widened, "cents", true, false);
    one(&cents(TEXT), &uuid(), Rule::Narrowed, "cents", false, true);
}

#[test]
fn what_may_be_absent_is_not_what_must_be_there() {
    one(&cents(I64), &cents(optional(I64)), Rule::MadeOptional, "cents", true, false);
    one(&cents(optional(I64)), &cents(I64), Rule::MadeRequired, "cents", false, true);
}

#[test]
fn null_among_elements_is_a_value_more() {
    let (without, within) = (cents(list(I64)), cents(list(optional(I64))));

    one(&without, &within, Rule::Widened, "cents[]", true, false);
    one(&within, &without, Rule::Narrowed, "cents[]", false, true);
}

#[test]
fn a_variant_that_comes_is_new_to_old_code() {
    let (two, three) =
        (payment(units(["Cash", "Card"])), payment(units(["Cash", "Card", "Check"])));

    one(&two, &three, Rule::VariantAdded, "by::Check", true, false);
    one(&three, &two, Rule::VariantRemoved, "by::Check", false, true);
}

#[test]
fn a_change_within_a_variant_is_found() {
    let card = |form| {
        let kind = Kind::Struct(vec![field("number", form)]);
        payment(variants(Tagging::External, [("Card", kind)]))
    };

    one(&card(I64), &card(I32), Rule::Narrowed, "by::Card.number", false, true);
}

#[test]
fn tags_elsewhere_are_another_form() {
    let inside = Tagging::Internal("kind".to_owned());
    let outside = payment(units(["Cash"]));
    let inside = payment(variants(inside, [("Cash", Kind::Unit)]));

    one(&outside, &inside, Rule::FormChanged, "by", false, false);
}

#[test]
fn without_tags_the_order_of_variants_counts() {
    let untagged = |one: (&'static str, Form), other: (&'static str, Form)| {
        let kinds = [one, other].map(|(name, form)| (name, Kind::Newtype(form)));
        payment(variants(Tagging::Untagged, kinds))
    };
    let (number, text) = (|| ("Number", I64), || ("Text", TEXT));

    one(
        &untagged(number(), text()),
        &untagged(text(), number()),
        Rule::UntaggedChanged,
        "by",
        false,
        false,
    );
    nothing(&untagged(number(), text()), &untagged(("Amount", I64), text()));
}

#[test]
fn what_cannot_be_looked_into_promises_nothing_once_its_name_changes() {
    let (date, day) = (cents(opaque("chrono::NaiveDate")), cents(opaque("time::Date")));
    let moved = cents(opaque("chrono::naive::date::NaiveDate"));

    nothing(&date, &moved);
    one(&date, &day, Rule::Unknown, "cents", false, false);
    one(&date, &cents(TEXT), Rule::Unknown, "cents", false, false);
}

#[test]
fn an_attribute_of_unknown_effect_is_a_change_and_an_alias_more_is_none() {
    let with_attribute = |attribute| plain([with(field("cents", I64), attribute)]);

    one(
        &cents(I64),
        &with_attribute("getter = \"Cents::get\""),
        Rule::AttributesChanged,
        "cents",
        false,
        false,
    );
    nothing(&cents(I64), &with_attribute("alias = \"amount\""));
    nothing(&with_attribute("alias=\"amount\""), &with_attribute("alias = \"amount\""));
    let alias_gone = compatibility(&with_attribute("alias = \"amount\""), &cents(I64));
    assert!(!alias_gone.new_reads_old());
}

#[test]
fn a_default_that_is_always_written_is_no_change_and_one_that_is_left_out_is() {
    let mut with_default = field("cents", I64);
    with_default.required = false;
    let left_out = with(with_default.clone(), "skip_serializing_if = \"is_zero\"");

    nothing(&cents(I64), &plain([with_default]));
    one(&cents(I64), &plain([left_out]), Rule::MadeOptional, "cents", true, false);
}

#[test]
fn names_of_types_and_the_order_of_fields_are_not_stored() {
    let one = schema([
        ("a::Paid", fields([field("cents", named("a::Cents")), field("note", TEXT)])),
        ("a::Cents", definition(Kind::Newtype(I64))),
    ]);
    let other = schema([("b::Payed", fields([field("note", TEXT), field("cents", I64)]))]);

    nothing(&one, &other);
    nothing(&other, &one);
}

#[test]
fn a_type_that_holds_itself_has_an_end() {
    let tree = |form| {
        let children = field("children", list(named("a::Tree")));
        schema([("a::Tree", fields([field("weight", form), children]))])
    };

    nothing(&tree(I64), &tree(I64));
    one(&tree(I32), &tree(I64), Rule::Widened, "weight", true, false);
}

#[test]
fn types_that_hold_themselves_in_odd_ways_have_an_end() {
    let lists = |name: &str, form| Schema {
        form,
        definitions: [(name.to_owned(), definition(Kind::Newtype(list(list(named(name))))))].into(),
    };
    let itself_or_null = schema([("a::A", definition(Kind::Newtype(optional(named("a::A")))))]);
    let itself = schema([("a::A", definition(Kind::Newtype(named("a::A"))))]);

    nothing(&lists("a::A", named("a::A")), &lists("b::B", list(named("b::B"))));
    nothing(&itself_or_null, &itself_or_null);
    nothing(&itself, &itself);
}
