//! A state and how it comes about.

use es_core::__private::equals_itself;
use es_core::{Aggregate, Describe};

use super::caught::{Panic, caught};
use super::trial::Broken;
use crate::page::Line;

/// The state after `events`, or at which of them it panicked.
pub(super) fn fold<A: Aggregate>(events: &[A::Event]) -> Result<A, (usize, Panic)> {
    go_on(A::initial(), events)
}

/// The state after `events`, which come after `state`.
pub(super) fn go_on<A: Aggregate>(mut state: A, events: &[A::Event]) -> Result<A, (usize, Panic)> {
    for (nth, event) in events.iter().cloned().enumerate() {
        caught(|| state.evolve(event)).map_err(|panic| (nth, panic))?;
    }
    Ok(state)
}

/// The events before the first at which the fold panics.
pub(super) fn foldable<A: Aggregate>(events: &[A::Event]) -> &[A::Event] {
    match fold::<A>(events) {
        Err((nth, _)) => events.get(..nth).unwrap_or(events),
        Ok(_) => events,
    }
}

/// Equal, or alike where a state is not even equal to itself, as with NaN.
pub(super) fn same<A: Aggregate + PartialEq>(one: &A, other: &A) -> bool {
    if equals_itself(one) { one == other } else { one.describe() == other.describe() }
}

/// Events as a past.
pub(super) fn told<E: Describe>(events: &[E]) -> Vec<Line> {
    if events.is_empty() {
        return vec![Line::text("nothing")];
    }
    events.iter().map(|event| Line::context(&event.describe())).collect()
}

/// No sequence of its own events may make an aggregate panic.
pub(super) fn applies<A: Aggregate>(events: &[A::Event]) -> Result<(), Broken> {
    let Err((nth, panic)) = fold::<A>(events) else { return Ok(()) };
    let (before, after) = events.split_at(nth);
    let mut blocks = vec![("given", told(before))];
    if let Ok(state) = fold::<A>(before) {
        blocks.push(("state", vec![Line::context(&state.describe())]));
    }
    blocks.push(("apply", told(after.get(..1).unwrap_or_default())));
    blocks.push(("panic", vec![panicked(&panic)]));
    Err(Broken {
        headline: format!("`{}` panics when it applies an event", A::NAME),
        blocks,
        cure: "apply tells what has happened and cannot refuse: let it take every event, with \
               saturating_add or a wider type where numbers meet their limits"
            .to_owned(),
    })
}

pub(super) fn panicked(panic: &Panic) -> Line {
    let mut line = Line::lost(panic.message.clone());
    line.details.push(format!("at {}", panic.place));
    line
}
