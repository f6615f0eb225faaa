//! Stores that can write the tags of events that are stored already.

use std::future::Future;

use crate::event::decode_error::RecordedDecodeError;
use crate::event::definition::Event;
use crate::event::encode_error::EncodeError;
use crate::event::name::EventName;
use crate::event::recorded::{NewEvent, RecordedEvent, TooManyTags};
use crate::event::set::EventType;
use crate::event::tag::Tag;
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::retag::{RetagError, RetagProgress, Retagged};
use crate::store::selection::Selection;
use crate::stream::{Position, StreamId};
use crate::write::retry::until_answered;

/// The number of events that are written at a time: their streams are held for as long.
const PAGE: u32 = 100;

/// The tags that a call writes: those of `event`, under all names that it is stored under.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retag {
    /// The event as the code has it.
    pub event: EventType,
    /// The names under which it is stored.
    pub names: Vec<EventName>,
}

/// A stored event, and the tags that it has by now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaggedPosition {
    /// The stream it was read from.
    pub stream: StreamId,
    /// The position of the event in the log.
    pub position: Position,
    /// The tags of the event.
    pub tags: Vec<Tag>,
}

/// An [`EventStore`] that knows which tags its events have, and writes those that came later.
///
/// # Tags are part of what is released
///
/// A tag that is added to an event is on what is appended from then on, and on nothing that is stored.
/// A decision that looks for the event under the tag would know of half of what happened, and let a
/// seat be taken twice. So a store writes down which tags are complete, and
/// [`Decisions`](crate::Decisions) asks before it reads:
///
/// ```text
/// the event is new, or all stored ones have the tag     complete, found out once by looking
/// stored without the tag                                refused: DecisionError::MissingTag
/// retag has been called, and goes on                    refused; and an append without the tag too
/// retag is done                                         complete
/// ```
///
/// Where a tag is complete, an append of the event without it is refused
/// ([`AppendError::LacksTag`](crate::AppendError::LacksTag)). It can only come from a release that does
/// not know of the tag, and is refused rather than noticed: an event that slips through would make
/// every later decision wrong. Before `retag` such a release goes on undisturbed, so in a rolling
/// deployment the order is:
///
/// 1. Add the tag, and its line to `events.lock`. Deploy. Decisions that rest on the tag are refused
///    until step 3; so let the release only add the tag, and a later one the decision.
/// 2. Wait until the release before has ended.
/// 3. Call [`retag`](Self::retag) for the event, once, from anywhere.
///
/// # What it guarantees
///
/// - **Nothing is missed.** When `retag` has answered, every stored event of these names is found
///   under all of its tags, whatever was appended meanwhile.
/// - **The log stays as it is**: events, order, positions and streams.
/// - **It goes on.** A call that failed, or whose future was dropped, leaves whole pages; the next one
///   goes on behind them. Two at a time do the same work twice and no harm.
/// - **Nothing is taken away**: a tag that the event has no more stays on what is stored under it, and
///   is no longer asked of appends.
///
/// # Example
///
/// ```
/// use es_core::prelude::*;
/// use es_core::RetagStore;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "subscribed")]
/// pub struct Subscribed {
///     #[event(tag, home)]
///     pub course: String,
///     /// A tag since the second release.
///     #[event(tag)]
///     pub student: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let store = MemoryStore::new();
/// let done = store.retag::<Subscribed>(|progress| println!("{progress}")).await?;
/// println!("{} events are found under all of their tags", done.events);
/// # Ok(())
/// # }
/// ```
///
/// The events need not come from decisions, and a type with several names is written under all.
pub trait RetagStore: EventStore {
    /// Requires all tags of `retag.event` on every append of its names from now on, and no others.
    /// Returns when every append that did not know of them has ended, with the position to go on
    /// from: the smallest up to which a call before has written all of these tags.
    fn begin_retag(
        &self,
        retag: &Retag,
    ) -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// Adds the tags that events lack, and records that everything is done up to `through`. All or
    /// nothing. Leaves out events that are in an [archive](StreamId::is_archive) by now.
    fn write_tags(
        &self,
        retag: &Retag,
        events: &[TaggedPosition],
        through: Position,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Records that the tags are complete.
    fn end_retag(&self, retag: &Retag) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes the tags of all stored events `E`, as its code has them now: each is read, old versions
    /// upcast, and put under the tags that it lacks. `progress` is told after each page.
    ///
    /// # Errors
    ///
    /// See [`RetagError`]. What was written stays; call it again.
    fn retag<E: Event>(
        &self,
        mut progress: impl FnMut(&RetagProgress) + Send,
    ) -> impl Future<Output = Result<Retagged, RetagError>> + Send {
        async move {
            let retag = Retag::of::<E>().map_err(|invalid| {
                StoreError::new(crate::store::error::StoreErrorKind::Unsupported, invalid)
            })?;
            let mut after = until_answered(|| self.begin_retag(&retag)).await?;
            // Everything at or before this was appended before the store began to ask for the tags.
            let until = until_answered(|| self.log_page(Cursor::END, 1)).await?.head;
            let selection = Selection::log().with_types(retag.names.iter().cloned());
            let mut events = 0;
            while after < until {
                let page = until_answered(|| self.select_page(&selection, after, PAGE)).await?;
                let is_at_the_end = page.through <= after;
                let found = page.events.iter().filter(|event| retag.has(event));
                let tagged = found.map(tagged::<E>).collect::<Result<Vec<_>, _>>()?;
                events += tagged.len() as u64;
                after = page.through.max(after);
                until_answered(|| self.write_tags(&retag, &tagged, after)).await?;
                let (event, through) = (EventName::of::<E>(), after.min(until));
                progress(&RetagProgress { event, through, until, events });
                if is_at_the_end {
                    // Somebody's open transaction holds the end of the log up.
                    self.log_grown(page.safe).await;
                }
            }
            until_answered(|| self.end_retag(&retag)).await?;
            Ok(Retagged::new(events))
        }
    }
}

impl Retag {
    /// The tags of the event `E`.
    fn of<E: Event>() -> Result<Self, crate::validated_text::InvalidText> {
        let event = EventType::of::<E>();
        let names = event.names().map(EventName::new).collect::<Result<_, _>>()?;
        Ok(Self { event, names })
    }

    /// The names of the tags, each once.
    #[must_use]
    pub fn tags(&self) -> Vec<&'static str> {
        let mut tags = self.event.tags.to_vec();
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// True if `event` has one of the names and is in no archive: a selection has that record as well.
    fn has(&self, event: &RecordedEvent) -> bool {
        self.names.contains(&event.event.name) && !event.stream.is_archive()
    }
}

fn tagged<E: Event>(stored: &RecordedEvent) -> Result<TaggedPosition, RetagError> {
    let position = stored.position;
    let event = E::decode(stored.event.version, &stored.event.payload).map_err(|source| {
        RetagError::Decode(Box::new(RecordedDecodeError {
            stream: stored.stream.clone(),
            version: stored.version,
            position,
            source,
        }))
    })?;
    let unfit = |source| RetagError::Tags { position, source };
    let tags = event.tags();
    let tags = tags.map_err(|source| unfit(EncodeError::new(EventName::of::<E>(), source)))?;
    if tags.len() > NewEvent::MAX_TAGS {
        let source = TooManyTags { tags: tags.len() };
        return Err(unfit(EncodeError::new(EventName::of::<E>(), source)));
    }
    Ok(TaggedPosition { stream: stored.stream.clone(), position, tags })
}
