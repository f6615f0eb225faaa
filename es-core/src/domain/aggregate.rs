//! The unit of consistency: a state, the events that make it, the errors of its decisions.

use std::fmt;

use crate::domain::rejection::Rejection;
use crate::event::describe::Describe;
use crate::event::set::EventSet;
use crate::write::snapshot_policy::SnapshotPolicy;

/// A state that is nothing but the fold of its events.
///
/// Derive it on the struct that holds the state. The derive writes the event enum and the
/// dispatch to [`Apply`]; `Default` is the state before the first event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "put on the struct that holds the state: #[derive(Aggregate, Default)] #[aggregate(name = \"…\", id = …, events(…))]"
)]
pub trait Aggregate: Describe + Sized + Send + Sync + 'static {
    /// The category of its streams: 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter
    /// first. Never changes once released.
    const NAME: &'static str;

    /// The id of an aggregate of this type. Its `Display` text is the key of the stream.
    type Id: AggregateId;

    /// The event type: an enum of all events of its streams.
    type Event: EventSet + Clone + fmt::Debug + PartialEq;

    /// The error with which a decision rejects a command.
    type Error: Rejection;

    /// The policy for storing the state as a snapshot; by default it is never stored. The derive
    /// writes it for `snapshot(every = 100)`.
    const SNAPSHOTS: Option<SnapshotPolicy<Self>> = None;

    /// The state before the first event. The derive takes that of `Default`.
    #[must_use]
    fn initial() -> Self;

    /// Applies one event to the state, by dispatch to [`Apply`]. It cannot fail, since the event is
    /// a fact.
    fn evolve(&mut self, event: Self::Event);
}

/// The effect of one type of event on the state of an aggregate.
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited { cents: i64 }
/// #[derive(Aggregate, Default)]
/// #[aggregate(name = "account", id = String, events(Deposited))]
/// pub struct Account { cents: i64 }
///
/// impl Apply<Deposited> for Account {
///     fn apply(&mut self, event: Deposited) {
///         self.cents += event.cents;
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` lists the event `{E}` but never says how to apply it",
    label = "listed here; `impl Apply<{E}> for {Self}` is missing",
    note = "write: impl Apply<{E}> for {Self} {{ fn apply(&mut self, event: {E}) {{ .. }} }}",
    note = "an event is applied by value: `Apply<&{E}>` is never asked for"
)]
pub trait Apply<E> {
    /// Changes the state as `event` says.
    fn apply(&mut self, event: E);
}

/// A type that can be the id of an aggregate. Its `Display` text is the key of the stream.
///
/// Implemented for every type that has the supertraits. Two different ids must never print the same
/// text, or two aggregates would share one stream. The text must obey the rules of
/// [`StreamKey`](crate::StreamKey).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the id of an aggregate",
    label = "an id needs `Display`, `Clone`, `Debug` and `PartialEq`",
    note = "derive `Clone, Debug, PartialEq` on it and implement `std::fmt::Display`: what it prints is the key of the stream"
)]
pub trait AggregateId:
    fmt::Display + fmt::Debug + Clone + PartialEq + Send + Sync + 'static
{
}

#[diagnostic::do_not_recommend]
impl<T: fmt::Display + fmt::Debug + Clone + PartialEq + Send + Sync + 'static> AggregateId for T {}
