//! Code completion in an annotation.
//!
//! The cursor is written `¦`. An editor puts a word of its own there and looks up, at the place
//! that the word has in the expansion, the names that the expansion without it has in scope.

use std::collections::BTreeSet;

use super::editor::words_at;
use super::{Derive, expansion, mistakes};
use crate::keys::GROUPS;
use crate::{
    activity, aggregate, command, decision_model, event, event_set, projection, saga, shape,
};

const CURSOR: &str = "¦";
const WORD: &str = "wordOfTheEditor";

/// The keys that are in scope where the expansion of `item` has the cursor.
fn offered(derive: Derive, item: &str) -> BTreeSet<String> {
    let scope = before_the_cursor(derive, item);
    let scope = scope.strip_suffix(" :: * ; use self :: { ").expect("a list of names");
    let (_, module) = scope.rsplit_once("__private :: keys :: ").expect("a module of keys");
    keys_in(module)
}

/// The expansion before the word of the editor, which is the same without it.
fn before_the_cursor(derive: Derive, item: &str) -> String {
    let (without, with) = (item.replace(CURSOR, ""), item.replace(CURSOR, WORD));
    let without = expansion(derive, &without).to_string();
    let word = word_at_the_cursor(item);
    assert!(words_at(derive, &with, &word).contains(&word), "the word keeps its place");
    let with = expansion(derive, &with).to_string();
    let (before, _) = with.split_once(&word).expect("it is written");
    assert!(without.starts_with(before), "{without}\nis not the same as\n{before}");
    before.to_owned()
}

/// The word begun at the cursor, as the editor continues it.
fn word_at_the_cursor(item: &str) -> String {
    let (before, _) = item.split_once(CURSOR).expect("a cursor");
    let begun = before.rsplit(|char: char| !char.is_alphanumeric()).next().unwrap_or_default();
    format!("{begun}{WORD}")
}

/// The names in a module of es-core's keys.
fn keys_in(module: &str) -> BTreeSet<String> {
    let file = syn::parse_file(include_str!("../../../es-core/src/__private/keys.rs")).unwrap();
    let module = modules(file.items).find(|each| each.ident == module).expect("it is there");
    let (_, keys) = module.content.unwrap();
    modules(keys).map(|key| key.ident.to_string()).collect()
}

fn modules(items: Vec<syn::Item>) -> impl Iterator<Item = syn::ItemMod> {
    items.into_iter().filter_map(|item| match item {
        syn::Item::Mod(module) => Some(module),
        _ => None,
    })
}

/// The keys in the message for an annotation without keys, without keywords: no item has such a
/// name.
fn told(derive: Derive, item: &str) -> BTreeSet<String> {
    let mistakes = mistakes(derive, &item.replace(CURSOR, WORD));
    let unknown = format!("unknown key `{}`; ", word_at_the_cursor(item));
    let keys = mistakes.iter().find_map(|told| told.strip_prefix(&unknown)).expect("it is told");
    let keys = keys.rsplit_once(" of ").map_or(keys, |(_, keys)| keys);
    let (_, keys) = keys.split_once(" is ").or_else(|| keys.split_once(" are ")).expect("a list");
    let quoted = keys.split('`').skip(1).step_by(2);
    quoted.filter(|key| is_identifier(key)).map(str::to_owned).collect()
}

fn is_identifier(key: &str) -> bool {
    syn::parse_str::<syn::Ident>(key).is_ok()
}

#[track_caller]
fn every_key_is_offered(derive: Derive, item: &str) {
    assert_eq!(offered(derive, item), told(derive, item));
}

#[test]
fn an_editor_is_offered_every_key_of_the_table() {
    for (vocabulary, _) in GROUPS {
        let keys = vocabulary.keys().into_iter().filter(|key| is_identifier(key));
        let keys: BTreeSet<_> = keys.map(str::to_owned).collect();

        assert_eq!(keys_in(&vocabulary.module()), keys, "{}", vocabulary.module());
    }
}

#[test]
fn an_empty_list_on_an_event_is_completed() {
    every_key_is_offered(event::derive, "#[event(¦)] struct Opened;");
}

#[test]
fn a_half_written_key_is_completed() {
    every_key_is_offered(event::derive, "#[event(na¦)] struct Opened;");
}

#[test]
fn an_empty_list_on_a_field_of_an_event_is_completed() {
    every_key_is_offered(
        event::derive,
        r#"#[event(name = "opened")] struct Opened { #[event(¦)] by: String }"#,
    );
}

#[test]
fn an_empty_list_on_an_aggregate_is_completed() {
    every_key_is_offered(aggregate::derive, "#[aggregate(¦)] struct Door;");
}

#[test]
fn an_empty_list_on_a_set_is_completed() {
    every_key_is_offered(event_set::derive, "#[event_set(¦)] enum Seen { Up(Opened) }");
}

#[test]
fn an_empty_list_on_a_decision_model_is_completed() {
    every_key_is_offered(decision_model::derive, "#[decision_model(¦)] struct Doors { house: u8 }");
}

#[test]
fn an_empty_list_on_a_field_of_a_decision_model_is_completed() {
    every_key_is_offered(
        decision_model::derive,
        "#[decision_model(events(Opened))] struct Doors { #[decision_model(¦)] house: u8 }",
    );
}

#[test]
fn an_empty_list_on_a_projection_is_completed() {
    every_key_is_offered(projection::derive, "#[projection(¦)] struct Pages;");
}

#[test]
fn an_empty_list_on_a_command_is_completed() {
    every_key_is_offered(command::derive, "#[command(¦)] struct Open;");
}

#[test]
fn an_empty_list_on_a_field_of_a_command_is_completed() {
    every_key_is_offered(
        command::derive,
        "#[command(aggregate = Door, any)] struct Open { #[command(¦)] door: u8 }",
    );
}

#[test]
fn an_empty_list_on_an_activity_is_completed() {
    every_key_is_offered(activity::derive, "#[activity(¦)] struct TakePayment;");
}

#[test]
fn an_empty_list_on_a_saga_is_completed() {
    every_key_is_offered(saga::derive, "#[saga(¦)] struct Fulfilment;");
}

#[test]
fn the_keys_behind_a_step_are_completed() {
    let saga = |keys: &str| {
        format!(r#"#[saga(name = "s", id = u8, by = "a", {keys}, deadline = "1h")] struct S;"#)
    };

    every_key_is_offered(saga::derive, &saga("starts(A), steps(Ship(¦))"));
    every_key_is_offered(saga::derive, &saga("starts(A), steps(Ship(optional, tim¦))"));
    every_key_is_offered(saga::derive, &saga("starts(A(¦)), steps(B)"));
    every_key_is_offered(saga::derive, &saga("starts(A), steps(B), retired(C(¦))"));
    every_key_is_offered(saga::derive, &saga("starts(A), steps(B), compensation(¦)"));
}

#[test]
fn an_empty_list_on_a_field_of_a_shape_is_completed() {
    every_key_is_offered(shape::derive, "struct Line { #[shape(¦)] day: Day }");
}

#[test]
fn a_half_written_key_on_a_field_of_a_shape_is_completed() {
    every_key_is_offered(shape::derive, "struct Line { #[shape(op¦)] day: Day }");
}

/// A field of an event in its second version, with `change` on it.
fn event_with(change: &str) -> String {
    format!(
        r#"#[event(name = "paid", version = 2)] struct Paid {{ by: String, #[event({change})] cents: i64 }}"#
    )
}

#[test]
fn the_list_of_a_new_field_is_completed() {
    every_key_is_offered(event::derive, &event_with("added(¦)"));
    every_key_is_offered(event::derive, &event_with("added(in = 2, de¦)"));
}

#[test]
fn the_list_of_a_renamed_field_is_completed() {
    every_key_is_offered(event::derive, &event_with("renamed(¦)"));
    every_key_is_offered(event::derive, &event_with("renamed(in = 2, fr¦)"));
}

#[test]
fn the_list_of_a_changed_field_is_completed() {
    every_key_is_offered(event::derive, &event_with("changed(¦)"));
    every_key_is_offered(event::derive, &event_with("changed(in = 2, from = u32, wi¦)"));
}

#[test]
fn the_list_of_a_removed_field_is_completed_behind_its_type() {
    let event =
        |removed| format!(r#"#[event(name = "paid", version = 2, {removed})] struct Paid;"#);

    every_key_is_offered(event::derive, &event("removed(note: String, ¦)"));
    every_key_is_offered(event::derive, &event("removed(note: String, in = 2, add¦)"));
    every_key_is_offered(event::derive, &event("removed(note: String, in = 2, added(¦))"));
}

#[test]
fn the_list_of_snapshots_is_completed() {
    let aggregate = |snapshot| {
        format!(r#"#[aggregate(name = "door", id = u8, events(Opened), {snapshot})] struct Door;"#)
    };

    every_key_is_offered(aggregate::derive, &aggregate("snapshot(¦)"));
    every_key_is_offered(aggregate::derive, &aggregate("snapshot(every = 100, ke¦)"));
}

#[test]
fn a_function_of_fields_is_completed_before_its_fields_are_there() {
    assert!(
        before_the_cursor(event::derive, &event_with("added(in = 2, with = ¦)"))
            .ends_with("fn __function () { ")
    );
    assert!(
        before_the_cursor(event::derive, &event_with("added(in = 2, with = prices::old¦)"))
            .ends_with("fn __function () { prices :: ")
    );
}

#[test]
fn a_function_of_the_key_is_completed() {
    let item = r#"#[projection(name = "pages", events(Opened), key = owner¦)] struct Pages;"#;

    assert!(before_the_cursor(projection::derive, item).ends_with("(__stored , "));
}

#[test]
fn a_sound_annotation_has_nothing_for_an_editor() {
    let event = expansion(event::derive, &event_with("added(in = 2, with = price(by))"));

    assert!(!event.to_string().contains("rust_analyzer"), "{event}");
}
