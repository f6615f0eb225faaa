//! The trait between the runtime and whatever keeps the events.

use std::future::Future;
use std::time::Duration;

use crate::event::placed_event::PlacedEvent;
use crate::event::recorded::RecordedEvent;
use crate::store::append::{Append, Appended};
use crate::store::append_error::AppendError;
use crate::store::append_lock::AppendLock;
use crate::store::cursor::Cursor;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::held_up::HeldUp;
use crate::store::page::{LogPage, QueryPage};
use crate::store::query::Query;
use crate::store::request::{AnsweredRequest, NewRequest, RequestKey, RequestMemory};
use crate::store::retag::EventTag;
use crate::store::selection::{Scope, SelectedPage, Selection, searched, tagged};
use crate::store::snapshot::{Fingerprint, Snapshot, SnapshotPage};
use crate::stream::{Position, StreamId, Version};

/// Keeps events for ever, in streams and in one log.
///
/// # Why it is shaped so
///
/// An event store answers four questions. *May these events follow what is there?* is
/// [`append`](Self::append): the only way in, and the only place where two writers meet. *What
/// happened to this one?* is [`stream_page`](Self::stream_page), and *what happened that matters
/// here, whoever it happened to?* is [`query_page`](Self::query_page): decisions read them, so they
/// see everything that is committed. *What happened at all, in which order?* is
/// [`log_page`](Self::log_page): a reader follows it from a checkpoint and must never have to look
/// back, so it sees only what no running append can still slip in front of.
///
/// Reads are pages and not cursors. A page is over when its future is: no connection is held while
/// a reader thinks, and a reader that goes away leaves nothing behind. The reads that services use, such
/// as [`read_stream`](crate::EventStoreExt::read_stream), are methods of
/// [`EventStoreExt`](crate::EventStoreExt), written once for every store.
///
/// The trait speaks of bytes ([`RawEvent`](crate::RawEvent)) and not of types, so a store is
/// written without knowing any domain, and one store serves all aggregates of a service.
///
/// A conflict is an answer with data and not a failure: [`AppendError::Conflict`] carries the
/// version that the writer should have known.
///
/// # What every store owes
///
/// Each guarantee is proven by tests of `es_testing::contract`, which an adapter runs with one
/// macro call; the module is named with the guarantee.
///
/// - **All or nothing.** An append stores all events of all its parts, or none, each as it went
///   in. `append`, `conflict::one_conflicting_part_refuses_the_whole_append`
/// - **Expected versions hold under concurrency.** Of two writers that expect the same version of
///   a stream, at most one succeeds; [`ExpectedVersion`](crate::ExpectedVersion) names all four.
///   `expected_version`, `conflict`
/// - **Versions** count 1, 2, 3 along a stream, without gaps; where a stream took the place of another,
///   on from where that one ended. `append::versions_count_from_one_without_gaps`
/// - **Positions** rise along every stream and are never given twice. Holes are allowed.
///   `order::positions_rise_and_are_never_given_twice`
/// - **Time** never goes back along a stream. `order::time_never_goes_back_along_a_stream`; a clock
///   that goes back is for each store's own tests to set
/// - **Imported events keep the instant that they bring**
///   ([`NewEvent::with_recorded_at`](crate::NewEvent::with_recorded_at)). One that is before the last
///   event of its stream, or that is yet to come, is refused by name. `imported`
/// - **The log is complete up to `safe`.** Once a page has answered with
///   [`safe`](LogPage::safe), no event will ever appear at or below it that was not there. `log`
/// - **A lock keeps others out.** What is decided and appended under the lock of its streams finds no
///   conflict; a lock that is kept and not used comes to its end. A store may do without. `lock`
/// - **Event ids are unique** in the whole store, and an append that is sent again is answered as it
///   was the first time. `event_ids`
/// - **Requests have one answer.** Of the appends and answers with one [request](crate::Append::with_request),
///   however many and whenever, one is stored, events and answer together; the others are told its answer, for
///   as long as it is remembered. The ids of events count before the request. A store may do without, and
///   then says so: [`find_request`](Self::find_request). `requests`
/// - **Tags are complete** where [`missing_tag`](Self::missing_tag) names none of them, and stay so. `retag`
/// - **Snapshots** come back as they were kept, and one that is not of the stream's history never
///   does. A store may do without. `snapshots`
/// - **A selection misses nothing**: what is in it and at or below [`through`](SelectedPage::through)
///   was in a page. `select`
/// - **Cursors exclude the place they name**, in both directions. `paging`
/// - **A fold sees the events of the stream**, each at its place. `paging::a_fold_reads_the_events_of_the_stream`
/// - **A future that is kept and not polled** holds nobody up, however often it was polled before.
///   `kept`
/// - **Dropping a future** leaves the store whole. An append whose future was dropped may have been
///   stored or not, never in part. `dropping::a_dropped_append_is_stored_whole_or_not_at_all`
///
/// # Decorators
///
/// A store that adds something to another one, such as a measurement or a fault of a test, implements
/// [`EventStoreDecorator`](crate::EventStoreDecorator): methods that it does not write are those of the other
/// store. Here they would be the defaults, which are right for every store and fast for none.
///
/// # Sharing
///
/// A store is a handle: `Clone` is cheap and clones speak to the same events.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event store",
    label = "not an event store",
    note = "use `es_core::MemoryStore`, `es_postgres::PgStore`, or implement `EventStore` and run `es_testing::contract!` against it"
)]
pub trait EventStore: Clone + Send + Sync + 'static {
    /// Stores the events of all parts, or none, each stream at its expected version.
    ///
    /// Two writers that expect the same version never both succeed; the loser gets
    /// [`Conflict`](crate::Conflict) with the version it should have known.
    ///
    /// The ids of the events count before the versions. If all of them are in the store, in these
    /// streams and in this order, the append was stored before: the answer is the first one, with
    /// [`already`](Appended::already) set. If only some are, or elsewhere, it is refused with
    /// [`DuplicateEvent`](AppendError::DuplicateEvent). So an append whose answer was lost is sent
    /// again as it was. The id is all that is compared, not the content.
    ///
    /// A [`Condition`](crate::Condition) is checked with the versions; if both are broken, the store
    /// names either.
    fn append(&self, append: Append) -> impl Future<Output = Result<Appended, AppendError>> + Send;

    /// Waits until an append like `draft` has its turn, and keeps everybody else from appending to its
    /// streams, and from writing the tags that its condition rests on, until the lock ends. `None` if
    /// the store has no such locks.
    ///
    /// Decided and appended under the lock, an append finds no conflict: of all who contend for a
    /// stream, each attempt of somebody succeeds. Repositories and decisions take one after a few
    /// conflicts.
    ///
    /// `draft` is an append that lost, for example; its versions and ids do not matter, nor what its
    /// condition has seen. An append through the lock may turn out to touch more than the draft; it
    /// then waits for that a moment only, and fails with
    /// [`Contention`](crate::StoreErrorKind::Contention).
    ///
    /// A store that gives locks lets nobody starve who waits for one, and takes back one that is not used
    /// for some seconds, so that nobody waits for a future that is kept and not polled. Dropping the
    /// future gives the turn up, and so does dropping the lock.
    ///
    /// # Errors
    ///
    /// [`Contention`](crate::StoreErrorKind::Contention) if there was no turn to be had within `wait`.
    fn lock(
        &self,
        draft: &Append,
        wait: Duration,
    ) -> impl Future<Output = Result<Option<AppendLock>, StoreError>> + Send {
        let _ = (draft, wait);
        async { Ok(None) }
    }

    /// Reads up to `limit` events of one stream, in the order of the cursor.
    ///
    /// Sees every append that was acknowledged before the call. A stream that does not exist is
    /// empty. Fewer than `limit` events means that the stream had no more at that moment.
    fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RecordedEvent>, StoreError>> + Send;

    /// Reads up to `limit` events of one stream after a version, upwards, with what a fold of the
    /// stream needs and nothing else.
    ///
    /// The events are those of [`stream_page`](Self::stream_page), seen as it sees them. States are loaded
    /// through this, so a store that can leave columns where they are writes its own.
    ///
    /// An event whose id, time or metadata is damaged may be in it or fail it.
    fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<PlacedEvent>, StoreError>> + Send {
        async move {
            let page = self.stream_page(stream, Cursor::After(after), limit).await?;
            Ok(page.into_iter().map(PlacedEvent::from).collect())
        }
    }

    /// Reads up to `limit` events of the log, in the order of the cursor, none of them beyond
    /// [`safe`](LogPage::safe).
    ///
    /// Fewer than `limit` events means that there were no more up to `safe` at that moment.
    fn log_page(
        &self,
        cursor: Cursor<Position>,
        limit: u32,
    ) -> impl Future<Output = Result<LogPage, StoreError>> + Send;

    /// Reads up to `limit` events after the position `after` that match `query`, in the order of
    /// the log, each with the items of the query that it matches.
    ///
    /// Sees every append that was acknowledged before the call, also beyond
    /// [`safe`](QueryPage::safe), since a decision rests on it. Fewer than `limit` events means that
    /// there were no more at that moment.
    fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<QueryPage, StoreError>> + Send;

    /// Finds one of `tags` that not all stored events of its name have, so that a decision which
    /// looks for them under it would not know of all; none if they are complete.
    ///
    /// A tag that is complete stays so: from then on an append of such an event without it is refused
    /// ([`LacksTag`](AppendError::LacksTag)). Where no event of the name is stored, or all have the tag,
    /// it is complete from now on. [`RetagStore`](crate::RetagStore) tells the rest.
    ///
    /// A store that does not know answers that they are complete.
    fn missing_tag(
        &self,
        tags: &[EventTag],
    ) -> impl Future<Output = Result<Option<EventTag>, StoreError>> + Send {
        let _ = tags;
        async { Ok(None) }
    }

    /// Looks for the answer to a request, which came into the store with an
    /// [append](crate::Append::with_request) or [by itself](Self::answer_request), and tells since when all
    /// answers are remembered.
    ///
    /// Sees every answer that was acknowledged before the call, unless it is older than that.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::StoreErrorKind::Unsupported) from a store that does not remember requests, as by
    /// default. Nobody brings a request to its appends then.
    fn find_request(
        &self,
        request: &RequestKey,
    ) -> impl Future<Output = Result<RequestMemory, StoreError>> + Send {
        let _ = request;
        async { Err(remembers_no_requests()) }
    }

    /// Keeps the answer to a request that stores no event, a refusal for example, unless it has one already:
    /// then that one is answered, and it stays.
    ///
    /// An append or an answer of the same request that is under way is waited for.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::StoreErrorKind::Unsupported) from a store that does not remember requests, as by
    /// default.
    fn answer_request(
        &self,
        request: NewRequest,
    ) -> impl Future<Output = Result<Option<AnsweredRequest>, StoreError>> + Send {
        let _ = request;
        async { Err(remembers_no_requests()) }
    }

    /// The newest snapshot of the stream that has this `shape` and is not newer than `at_most`, and
    /// up to `limit` events after it, in one round trip.
    ///
    /// A snapshot counts only if the event of its version is in the stream, stands at its position, and
    /// is the one that stood there when the snapshot was kept, by its id: another one is of another
    /// history, which a backup or a replaced database brings about. One that was ahead of its stream when
    /// it was kept never counts. If there are snapshots up to `at_most` and none of them will do, the page
    /// says why.
    ///
    /// A store without snapshots answers with the first events of the stream.
    fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> impl Future<Output = Result<SnapshotPage, StoreError>> + Send {
        let _ = (shape, at_most);
        async move { Ok(SnapshotPage::new(None, self.stream_page(stream, Cursor::START, limit).await?)) }
    }

    /// Keeps a snapshot, and of all snapshots of the stream, whatever their shapes, the `keep` newest.
    ///
    /// One of the same shape and version is replaced: it may be damaged. A store without snapshots
    /// does nothing.
    fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        let _ = (stream, snapshot, keep);
        async { Ok(()) }
    }

    /// The next events of a part of the log after a position, up to `limit` of them, none beyond
    /// [`safe`](SelectedPage::safe), and how far the log was searched for them.
    ///
    /// A page may be empty and not be the last: a store searches a bounded piece of the log at a time,
    /// so that what is rare keeps nobody waiting. There is no more at that moment if
    /// [`through`](SelectedPage::through) is [`safe`](SelectedPage::safe).
    ///
    /// Written here on [`log_page`](Self::log_page), and on [`query_page`](Self::query_page) for tags; a
    /// store that can have the database look writes its own.
    fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<SelectedPage, StoreError>> + Send {
        async move {
            match selection.scope() {
                Scope::Tags(tags) => tagged(self, tags, selection.types(), after, limit).await,
                _ => searched(self, selection, after, limit).await,
            }
        }
    }

    /// Returns when the log may have grown beyond `safe`, as it was told by a page: a hint that spares
    /// a reader at its end some waiting, and never a promise. May return at any time, and does after a
    /// second at the latest: who has other reasons to look sooner sets a time of its own.
    ///
    /// A store that asks nobody but itself returns after a tenth of a second; one that asks on behalf of
    /// all who wait, when there is something. An append of the same process should end the waiting at
    /// once. Dropping the future is nothing.
    fn log_grown(&self, safe: Position) -> impl Future<Output = ()> + Send {
        let _ = safe;
        tokio::time::sleep(POLL)
    }

    /// An append that does not end while readers of the log wait for it, with its owner; [`None`] where they
    /// do not, and from a store that cannot tell, as by default.
    fn held_up(&self) -> impl Future<Output = Result<Option<HeldUp>, StoreError>> + Send {
        async { Ok(None) }
    }
}

fn remembers_no_requests() -> StoreError {
    StoreError::new(
        StoreErrorKind::Unsupported,
        "this store does not remember requests; execute without a request id, or use a store that does, such as \
         `es_core::MemoryStore` or `es_postgres::PgStore`",
    )
}

/// The interval at which a store is asked for growth of its log, while nothing else tells of it.
pub(crate) const POLL: Duration = Duration::from_millis(100);
