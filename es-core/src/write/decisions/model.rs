//! The decision model: the state that a decision rests on.

use std::fmt;

use crate::event::set::EventSet;
use crate::store::query::{InvalidQuery, Query};

/// A state that is the fold of all events that match its query, wherever they stand.
///
/// As small as a decision needs it: not "the course", but "how full the course is".
///
/// Derive it on the struct that holds the state. The derive writes the event enum, the dispatch to
/// [`Apply`](crate::Apply) and the query: the listed events that carry all tags of the model.
///
/// By hand it is a set of events, a query and a fold:
///
/// ```
/// use es_core::prelude::*;
/// use es_core::{InvalidQuery, Query, QueryItem, Tag};
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "subscribed")]
/// # pub struct Subscribed { #[event(tag)] course: String }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "unsubscribed")]
/// # pub struct Unsubscribed { #[event(tag)] course: String }
///
/// #[derive(EventSet)]
/// pub enum Attendance {
///     Subscribed(Subscribed),
///     Unsubscribed(Unsubscribed),
/// }
///
/// #[derive(Clone, Debug)]
/// pub struct Seats {
///     course: String,
///     taken: u32,
/// }
///
/// impl DecisionModel for Seats {
///     type Event = Attendance;
///
///     fn query(&self) -> Result<Query, InvalidQuery> {
///         let course = Tag::new("course", &self.course)?;
///         Query::new(vec![QueryItem::of::<Attendance>(vec![course])?])
///     }
///
///     fn evolve(&mut self, event: Attendance) {
///         match event {
///             Attendance::Subscribed(_) => self.taken += 1,
///             Attendance::Unsubscribed(_) => self.taken -= 1,
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a decision model",
    label = "not a decision model",
    note = "put on the struct that holds what a decision knows: #[derive(DecisionModel, Clone, Debug)] #[decision_model(events(…))]",
    note = "a decision rests on one model or on a tuple of up to eight"
)]
pub trait DecisionModel: Clone + fmt::Debug + Send + Sync + 'static {
    /// The events that its query can find. An event that is found and is not among them is an error
    /// when the model is read: a decision must not rest on less than has happened.
    type Event: EventSet;

    /// The query for the events that concern it.
    ///
    /// # Errors
    ///
    /// If a tagged field prints what cannot be the value of a tag.
    fn query(&self) -> Result<Query, InvalidQuery>;

    /// The query for the events that a decision must not have missed when its own are stored; by
    /// default all those of [`query`](Self::query).
    ///
    /// A narrower query lets more decisions pass at the same time. It may leave out events that
    /// cannot turn a granted decision into a wrong one: a seat that is given back unseen makes no
    /// subscription wrong. The condition never matters to a refusal, which stores nothing and rests
    /// on what was just read.
    fn condition(&self) -> Result<Query, InvalidQuery> {
        self.query()
    }

    /// Brings the model up to date with one event. Never refuses: what happened has happened.
    fn evolve(&mut self, event: Self::Event);
}
