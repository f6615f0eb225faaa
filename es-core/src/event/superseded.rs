//! Events that are read for ever and written no more.

use std::error::Error;

use crate::event::definition::Event;

/// An event that is no longer written: others have taken its place.
///
/// What was stored stays as it is. Whoever lists the event as superseded,
/// `#[aggregate(…, events(…), superseded(Changed))]` and likewise on an
/// [`EventSet`](macro@crate::EventSet) and on a [`DecisionModel`](macro@crate::DecisionModel), reads
/// it as what it has become, and never meets the old type: no variant, no `Apply`.
///
/// ```
/// use std::convert::Infallible;
///
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "customer-moved")]
/// # pub struct Moved { pub address: String }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "note-added")]
/// # pub struct NoteAdded { pub note: String }
///
/// /// Written until 2024. It said too little about what was changed.
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "customer-changed")]
/// pub struct Changed {
///     pub address: Option<String>,
///     pub note: Option<String>,
/// }
///
/// impl Superseded for Changed {
///     type By = (Option<Moved>, Option<NoteAdded>);
///     type Error = Infallible;
///
///     fn superseded(self) -> Result<Self::By, Infallible> {
///         let moved = self.address.map(|address| Moved { address });
///         Ok((moved, self.note.map(|note| NoteAdded { note })))
///     }
/// }
///
/// #[derive(Aggregate, Default, Clone)]
/// #[aggregate(name = "customer", id = String, events(Moved, NoteAdded), superseded(Changed))]
/// pub struct Customer {
///     address: String,
///     notes: Vec<String>,
/// }
/// # impl Apply<Moved> for Customer { fn apply(&mut self, e: Moved) { self.address = e.address; } }
/// # impl Apply<NoteAdded> for Customer { fn apply(&mut self, e: NoteAdded) { self.notes.push(e.note); } }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use es_core::{EventName, Payload, RawEvent};
/// # let store = MemoryStore::new();
/// # let id = "ada".to_owned();
/// # let payload = Payload::parse(r#"{"address":"12 Elm St","note":"rings twice"}"#)?;
/// # let old = RawEvent::new(EventName::of::<Changed>(), SchemaVersion(1), payload);
/// # let stream = StreamId::of::<Customer>(&id)?;
/// # let append = Append::to(stream, ExpectedVersion::NoStream, vec![NewEvent::new(old, Metadata::default())])?;
/// # store.append(append).await?;
/// // One `customer-changed` is stored.
/// let ada = Repository::<Customer, _>::new(store).load(&id).await?;
/// assert_eq!(ada.state.address, "12 Elm St");
/// assert_eq!(ada.state.notes, ["rings twice"]);
/// assert_eq!(ada.version, Version(1));
/// # Ok(())
/// # }
/// ```
///
/// # What holds
///
/// - Everything that decodes for a set reads a superseded event so: loads, time travel, histories,
///   the tails of snapshots, remembered states, decision models and readers of the log. Queries and
///   conditions of decision models ask for its name as well.
/// - What it became has its place: id, stream, version, position, time and metadata are those of the
///   stored event. The version of a stream counts stored events, never what they became.
/// - In order. Forwards its parts come in their order, and backwards in the reverse of it. A reader that
///   stops between them goes on with the next: by the [place](crate::Recorded::place) of the last one
///   in a [history](crate::Repository::history_from), by the checkpoint of a
///   [subscription](crate::TypedSubscription).
/// - All or nothing: if `superseded` fails, reading it is a
///   [`DecodeError::Superseded`](crate::DecodeError::Superseded) and nothing of it is applied.
/// - It cannot be written by an aggregate that lists it: a decision that names it does not compile.
///
/// An event whose *shape* has changed needs a version, not a successor; one that has another *name*
/// needs an alias. Superseded is what has become several events, another event, or nothing at all.
#[diagnostic::on_unimplemented(
    message = "`{Self}` never says what became of it",
    label = "`impl Superseded for {Self}` is missing",
    note = "write: impl Superseded for {Self} {{ type By = ..; type Error = Infallible; fn superseded(self) -> Result<Self::By, Infallible> {{ .. }} }}"
)]
pub trait Superseded: Event {
    /// The events that have taken its place, in any form that [`IntoEvents`](crate::IntoEvents)
    /// names: an event, a tuple of up to eight, an `Option`, a `Vec`, an array, or `()` for an
    /// event that is retired. Each of them is among the current ones of every set that lists this
    /// one as superseded.
    type By;

    /// The reason that a stored event cannot be read as that;
    /// [`Infallible`](std::convert::Infallible) if it always can.
    type Error: Into<Box<dyn Error + Send + Sync>>;

    /// Turns this event into what has taken its place. Only the event may matter: this is called at
    /// every read.
    fn superseded(self) -> Result<Self::By, Self::Error>;
}
