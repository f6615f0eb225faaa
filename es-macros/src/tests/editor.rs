//! The meanings that an editor finds for a listed event: every word of an expansion with its span
//! is offered as one.

use std::collections::BTreeSet;

use proc_macro2::{LineColumn, TokenStream, TokenTree};

use super::{Derive, expansion};
use crate::{aggregate, decision_model, event_set, saga};

/// The words that have the place of `word`, which stands once in `item`.
pub(super) fn words_at(derive: Derive, item: &str, word: &str) -> BTreeSet<String> {
    let column = item.find(word).expect("it is in the item");
    let mut words = BTreeSet::new();
    collect(expansion(derive, item), LineColumn { line: 1, column }, &mut words);
    words
}

fn collect(tokens: TokenStream, place: LineColumn, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), place, words),
            // The type that is to be inferred is no word.
            TokenTree::Ident(word) if word.span().start() == place && word != "_" => {
                words.insert(word.to_string());
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[test]
fn an_event_of_an_aggregate_is_nothing_else() {
    let item = r#"#[aggregate(name = "door", id = u8, events(Opened, Closed))] struct Door;"#;

    assert_eq!(words_at(aggregate::derive, item, "Closed"), BTreeSet::from(["Closed".to_owned()]));
}

#[test]
fn an_event_of_a_model_is_nothing_else() {
    let item = "#[decision_model(events(Opened, Closed))] struct Doors { #[decision_model(tag)] house: u8 }";

    let words = words_at(decision_model::derive, item, "Closed");

    assert_eq!(words, BTreeSet::from(["Closed".to_owned()]));
}

#[test]
fn an_event_of_a_set_is_nothing_else() {
    let item = "enum Seen { Up(Opened), Down(Closed) }";

    assert_eq!(words_at(event_set::derive, item, "Closed"), BTreeSet::from(["Closed".to_owned()]));
}

#[test]
fn a_step_and_a_start_of_a_saga_are_nothing_else() {
    let item = r#"#[saga(name = "s", id = u8, by = "a", starts(Placed), steps(Pay(optional), Mail(no_compensation = "why")), retired(Ship), deadline = "1h")] struct S;"#;

    for word in ["Placed", "Pay", "Mail", "Ship"] {
        assert_eq!(words_at(saga::derive, item, word), BTreeSet::from([word.to_owned()]));
    }
}
