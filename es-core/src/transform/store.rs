//! Stores that can put a corrected stream in the place of a wrong one.

use std::error::Error;
use std::future::Future;
use std::pin::pin;

use futures_util::TryStreamExt;

use crate::event::recorded::RecordedEvent;
use crate::event::tag::Tag;
use crate::store::append::AppendedStream;
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::paging;
use crate::stream::{Position, StreamId, Version};
use crate::transform::plan::Size;
use crate::transform::{Replacement, Rewrite, Transform, TransformError, Transformation};

/// The outcome of a transformation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transformed {
    /// The name of the old stream from now on.
    pub archive: StreamId,
    /// The new stream, and where its events stand. Its time is that of the last copy.
    pub stream: AppendedStream,
}

impl Transformed {
    /// The answer to a replacement: for the authors of stores.
    #[must_use]
    pub fn new(archive: StreamId, stream: AppendedStream) -> Self {
        Self { archive, stream }
    }
}

/// An [`EventStore`] that can put a corrected copy in the place of a stream.
///
/// # When
///
/// Rarely. What happened wrongly is set right by one more event that says so (a compensation), as
/// in any ledger; what ended has an event that ends it (a tombstone); both are ordinary appends, and
/// [`Metadata::with_reason`](crate::Metadata::with_reason) has their example. Events of an older shape
/// are upcast when they are read. What is left is a history that nobody can read or that must not be
/// read: written by a bug, holding what it should not hold, or cut into the wrong events.
///
/// # What it does
///
/// The corrected copy of a stream is written beside it and takes its name; the old one stays, for
/// audit, under a name of its own, its [archive](StreamId::archive). All at once:
///
/// ```text
/// before   account/ada      1 opened   2 deposited   3 deposited
/// after    account~4/ada    1 opened   2 deposited   3 deposited   4 stream-transformed
///          account/ada      5 opened   6 deposited
/// ```
///
/// # What it guarantees
///
/// Each is proven by tests of `es_testing::contract::transform`, `transform_races` and
/// `transform_readers`, which a store runs with `es_testing::transform_contract!`.
///
/// - **At once.** Whoever reads the stream reads the old one or the new one. If anything fails,
///   nothing is written. A future that is dropped leaves the one or the other.
/// - **Refused under concurrent appends.** The stream must be at the version that it was read at,
///   otherwise [`Conflict`](TransformError::Conflict); and an append that expects a
///   version of the old stream, or was decided on one, is refused. For this the copies count on from
///   the record: a version of a name never means two events, and no state that was remembered, no
///   snapshot and no version in somebody's hand ever fits the new stream by accident.
/// - **Nothing is lost.** The old events keep their ids, versions, positions and times. They are read
///   under the name of the archive, and nothing can be appended to it.
/// - **Both are linked.** The last event of the archive is the record of [who, when and
///   why](Transformation). The first version of a stream tells its archive, and each copy the event
///   that it stands for: [`Metadata::copy_of`](crate::Metadata::copy_of).
/// - **Copies keep time, metadata and tags** of what they stand for. They have ids and positions of
///   their own, after the record.
/// - **An append that is sent again** has its first answer, also if its events are in the archive by
///   now.
///
/// # What readers of the log see
///
/// The log is only added to: the record, then the copies. Old events are in it as before, under the
/// name of the archive from now on. A reader that keeps something about the stream has to begin
/// anew with it at the [record](Transformation::of); one that begins with the whole log passes by what
/// belongs to an [archive](StreamId::is_archive), or it counts events twice. Copies have the
/// time of what they stand for, so time goes back in the log there; along the stream it does not.
///
/// # What decisions across streams see
///
/// A query finds the copies and not what is in an archive. A decision that read the old events is
/// refused by its condition if a copy matches it. What was dropped, or does not match any more,
/// refuses nothing: it is as if it had never been.
///
/// # What it does not do
///
/// Programs of a version that knows nothing of this may take a state for current that is not: have
/// all of them replaced before. A snapshot of the old stream is not used for the new one. A moment
/// before the transformation, asked for by position, finds no event of the stream: it is in the
/// archive. It does not erase: what must vanish is not only in the archive, it is in every backup.
///
/// # Example
///
/// ```
/// use es_core::prelude::*;
/// use es_core::{Actor, EventName, Payload, RawEvent, Reason, Rewrite, Transform, TransformStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let store = MemoryStore::new();
/// # let ada: StreamId = "account/ada".parse()?;
/// # let raw = |name: &str, json: &str| -> Result<_, Box<dyn std::error::Error>> {
/// #     let raw = RawEvent::new(EventName::new(name)?, SchemaVersion(1), Payload::parse(json)?);
/// #     Ok(NewEvent::new(raw, Metadata::default()))
/// # };
/// # let events = vec![raw("opened", "{}")?, raw("deposited", r#"{"cents":100.0}"#)?];
/// # store.append(Append::to(ada.clone(), ExpectedVersion::NoStream, events)?).await?;
/// let transform = Transform::new(
///     ada.clone(),
///     Actor::new("mia, on call")?,
///     Reason::new("release 7 wrote cents as floats, see incident 12")?,
/// );
/// let done = store
///     .transform(transform, |event| -> Result<Rewrite, Box<dyn std::error::Error + Send + Sync>> {
///         if event.event.name.as_str() != "deposited" {
///             return Ok(Rewrite::Keep);
///         }
///         let whole = event.event.payload.as_str().replace(".0", "");
///         let raw = RawEvent::new(event.event.name, SchemaVersion(1), Payload::parse(whole)?);
///         Ok(NewEvent::new(raw, event.metadata).into())
///     })
///     .await?;
///
/// assert_eq!(done.archive.to_string(), "account~3/ada");
/// assert_eq!(done.stream.version, Version(5));
/// let events = store.stream_page(&ada, Cursor::START, 10).await?;
/// assert_eq!(events[1].event.payload.as_str(), r#"{"cents":100}"#);
/// let record = &store.transformations(&ada).await?[0];
/// assert_eq!(record.actor.as_str(), "mia, on call");
/// # Ok(())
/// # }
/// ```
pub trait TransformStore: EventStore {
    /// The tags under which the events of a stream are found, each with the position of its event, in
    /// any order.
    fn stream_tags(
        &self,
        stream: &StreamId,
    ) -> impl Future<Output = Result<Vec<(Position, Tag)>, StoreError>> + Send;

    /// Puts a replacement in the place of a stream, all or nothing: the record to the end of the old
    /// one, the old one under its archive's name, the copies under the name of the stream. The first
    /// copy has the version after the record; each has the time of its original, and is found under its
    /// own tags. The old events are found under none.
    ///
    /// # Errors
    ///
    /// [`Conflict`](TransformError::Conflict) unless the stream is at the version that it was read at.
    fn replace(
        &self,
        replacement: Replacement,
    ) -> impl Future<Output = Result<Transformed, TransformError>> + Send;

    /// Puts what `rewrite` makes of each event in the place of a stream.
    ///
    /// # Errors
    ///
    /// Whatever the error, nothing is written; see [`TransformError`]. After a
    /// [`Conflict`](TransformError::Conflict) it can be tried again.
    fn transform<E>(
        &self,
        transform: Transform,
        rewrite: impl FnMut(RecordedEvent) -> Result<Rewrite, E> + Send,
    ) -> impl Future<Output = Result<Transformed, TransformError>> + Send
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        async move {
            let stream = &transform.stream;
            if stream.is_archive() {
                return Err(TransformError::Archive { stream: stream.clone() });
            }
            let mut events = Vec::new();
            let mut size = Size::default();
            {
                let mut stored = pin!(paging::stream(self.clone(), stream.clone(), Cursor::START));
                while let Some(event) = stored.try_next().await? {
                    size.add(event.event.payload.as_str(), stream)?;
                    events.push(event);
                }
            }
            let tags = self.stream_tags(stream).await?;
            let replacement = Replacement::of(&transform, events, tags, rewrite)?;
            self.replace(replacement).await
        }
    }

    /// The transformations of a stream, the newest first.
    fn transformations(
        &self,
        stream: &StreamId,
    ) -> impl Future<Output = Result<Vec<Transformation>, StoreError>> + Send {
        async move {
            let mut found = Vec::new();
            let mut stream = stream.clone();
            loop {
                let first = self.stream_page(&stream, Cursor::START, 1).await?;
                let Some(first) = first.first().filter(|first| first.version > Version(1)) else {
                    return Ok(found);
                };
                stream = stream.archive(Version(first.version.0 - 1));
                let last = self.stream_page(&stream, Cursor::END, 1).await?;
                let Some(record) = last.first().and_then(Transformation::of) else {
                    return Ok(found);
                };
                found.push(record);
            }
        }
    }
}
