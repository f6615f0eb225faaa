//! The definition of a projection, independent of the place that it writes into.

use super::key::ProjectionKey;
use crate::event::decode_error::RecordedDecodeError;
use crate::event::recorded::{Recorded, RecordedEvent};
use crate::event::set::EventSet;
use crate::read::subscription::Start;
use crate::validated_text::InvalidText;

/// Turns events into something to be read: rows of a table, a map in memory, a mail.
///
/// [Derive](derive@crate::Projection) it. The derive writes the enum of the listed events and the dispatch
/// to [`Project`](super::Project), or with `bulk` to [`ProjectAll`](super::ProjectAll), and with
/// `effects(…)` to [`React`](super::React):
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited { cents: i64 }
///
/// /// What came in, over all accounts.
/// #[derive(Projection)]
/// #[projection(name = "income", version = 1, events(Deposited))]
/// pub struct Income;
///
/// /// In memory; a table is as good.
/// #[derive(Default)]
/// pub struct Total(i64);
///
/// impl Project<Deposited, Total> for Income {
///     async fn project(
///         &self,
///         event: Recorded<Deposited>,
///         total: &mut Total,
///     ) -> Result<(), ProjectError> {
///         total.0 += event.event.cents;
///         Ok(())
///     }
/// }
/// ```
///
/// The same type runs in three ways. *Inline* it is part of every append, and the answer of a command
/// already shows in its rows. *In the background* it follows the log at its own pace, on however many
/// processes. *Live* it is folded when somebody asks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "not a projection",
    note = "put on it: #[derive(Projection)] #[projection(name = \"…\", version = 1, events(…))]"
)]
pub trait Projection: Send + Sync + 'static {
    /// The name under which its progress is kept. See [`ProjectionName`](super::ProjectionName).
    const NAME: &'static str;

    /// The version of what it writes, from 1. A new one is built beside the old.
    const VERSION: u32;

    /// The events that it handles.
    type Event: EventSet + Clone;

    /// The key that orders its events, as a word: `stream`, or the name of the declared function. A
    /// change of it changes the slots, and with them requires a new version.
    const KEYED_BY: &'static str = "stream";

    /// True if it has side effects, which a rebuild does not repeat.
    const HAS_EFFECTS: bool = false;

    /// The place where its effects begin if no version of it is known: [`Start::Now`], so that a projection that
    /// is run for the first time does not mail the whole history. Its rows are those of all events in any
    /// case. A later version goes on behind the effects of the one before.
    const EFFECTS_START: Start = Start::Now;

    /// The key of a stored event: its stream, unless declared otherwise.
    ///
    /// # Errors
    ///
    /// If the key is read from the event and the event cannot be read, or yields no key.
    fn key(event: &RecordedEvent) -> Result<ProjectionKey, KeyError> {
        Ok(ProjectionKey::of_stream(&event.stream))
    }
}

/// The reason that an event has no key. The event is then ordered with the others of its stream.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The event cannot be read.
    #[error(transparent)]
    Decode(#[from] RecordedDecodeError),
    /// The value that was declared as the key is not a valid key.
    #[error("the event at position {position} has no key")]
    Text {
        /// The position of the event in the log.
        position: crate::Position,
        /// The rule that the key breaks.
        source: InvalidText,
    },
    /// A stored event was read as several that have different keys.
    #[error("the event at position {position} was read as several, which have different keys")]
    Several {
        /// The position of the event in the log.
        position: crate::Position,
    },
}

/// The key that `key` reads from the parts of a stored event. Of one that is read as nothing, its
/// stream. What the derive calls for a declared key.
pub fn declared_key<S: EventSet, K: Into<String>>(
    stored: &RecordedEvent,
    key: impl Fn(&Recorded<S>) -> K,
) -> Result<ProjectionKey, KeyError> {
    let position = stored.position;
    let mut found: Option<ProjectionKey> = None;
    for event in stored.clone().decode::<S>()? {
        let key = ProjectionKey::new(key(&event).into())
            .map_err(|source| KeyError::Text { position, source })?;
        if found.as_ref().is_some_and(|found| *found != key) {
            return Err(KeyError::Several { position });
        }
        found = Some(key);
    }
    Ok(found.unwrap_or_else(|| ProjectionKey::of_stream(&stored.stream)))
}
