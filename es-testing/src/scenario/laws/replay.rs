//! A state is the same, from wherever its replay begins.

use es_core::__private::{keep, kept};
use es_core::Aggregate;

use super::fold::{fold, foldable, go_on, panicked, same, told};
use super::trial::Broken;
use crate::page::Line;
use crate::scenario::chain;

/// A replay from the beginning and one from each snapshot on the way end in the same state.
pub(super) fn replays<A: Aggregate + PartialEq>(events: &[A::Event]) -> Result<(), Broken> {
    let events = foldable::<A>(events);
    let Ok(whole) = fold::<A>(events) else { return Ok(()) };
    for at in 0..=events.len() {
        let (before, after) = events.split_at(at);
        let Ok(state) = fold::<A>(before) else { return Ok(()) };
        // An empty stream has no snapshot.
        let state = if at == 0 { state } else { from_snapshot(state, before)? };
        let state = match go_on(state, after) {
            Ok(state) => state,
            Err((_, panic)) => return Err(other(before, after, panicked(&panic))),
        };
        if !same(&state, &whole) {
            return Err(other(
                before,
                after,
                Line::different(&state.describe(), &whole.describe()),
            ));
        }
    }
    Ok(())
}

/// The state as it comes out of its snapshot; of an aggregate without snapshots as it is.
fn from_snapshot<A: Aggregate + PartialEq>(state: A, before: &[A::Event]) -> Result<A, Broken> {
    let lost = |stored: Vec<Line>, line: Line| Broken {
        headline: format!("a state of `{}` does not come back from its snapshot", A::NAME),
        blocks: vec![
            ("given", told(before)),
            ("state", vec![Line::context(&state.describe())]),
            ("stored", stored),
            ("read", vec![line]),
        ],
        cure: "store all of the state: a field with #[serde(skip)] or a form that JSON does not \
               have is lost, and such a state is never kept"
            .to_owned(),
    };
    let Some(text) = keep(&state) else { return Ok(state) };
    let text = text.map_err(|error| lost(Vec::new(), Line::lost(chain(&*error))))?;
    let Some(back) = kept::<A>(&text) else { return Ok(state) };
    back.map_err(|error| lost(vec![Line::text(&text)], Line::lost(chain(&error))))
}

fn other<A: es_core::Describe>(before: &[A], after: &[A], line: Line) -> Broken {
    let (headline, kept, cure) = if before.is_empty() {
        (
            "two replays of the same events end in different states",
            Vec::new(),
            "apply with nothing but the state and the event: no clock, no dice, no shared counters",
        )
    } else {
        (
            "a replay from a snapshot ends in another state than one of all events",
            told(before),
            "store all that apply rests on: a field that the snapshot leaves out is gone after it, \
             also where PartialEq does not see it",
        )
    };
    let mut blocks = vec![("given", told(after))];
    if !before.is_empty() {
        blocks =
            vec![("given", kept), ("kept", vec![Line::text("a snapshot")]), ("then", told(after))];
    }
    blocks.push(("state", vec![line]));
    Broken { headline: headline.to_owned(), blocks, cure: cure.to_owned() }
}
