//! A page of the log becomes a batch.

use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::batch::{Batches, Next};
use super::consumer::Consumer;
use super::draft::{Draft, Entry, Reach};
use super::fault::Fault;
use super::page_reader::PageReader;
use super::phase::Input;
use super::sink::Sink;
use super::slot_holder::SlotHolder;
use super::slots::Caps;
use super::transient_retry::TransientFailure;
use crate::read::projection::rebuild::Verified;
use crate::read::projection::unreadable::is_unreadable;
use crate::read::projection::{Claim, Ended, ProjectionKey, ProjectionStore, Slot, VersionState};
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::selection::SelectedPage;
use crate::stream::Position;

/// Reads page after page, and handles the events that are the node's.
pub(super) struct PageProcessor<S, P: ProjectionStore, W: Sink<P>, C> {
    reader: PageReader<S>,
    batches: Batches<P, W, C>,
    has_effects: bool,
    /// The position up to which pages are handled event by event: one of them could not be handled
    /// as a whole.
    careful_to: Position,
    stop: CancellationToken,
}

/// The outcome of a page.
#[derive(Debug)]
pub(super) enum Done {
    /// More pages are there, or the same one has to be read again.
    More,
    /// Everything up to `safe` is done in the slots of the node. There may be more once the log has grown
    /// beyond `seen`; `None` if that changes nothing.
    CaughtUp {
        /// The position up to which the slots have come.
        safe: Position,
        /// The position up to which the log was seen.
        seen: Option<Position>,
    },
    /// The projection cannot be run on this log.
    End(Ended),
}

impl<S, P, W, C> PageProcessor<S, P, W, C>
where
    S: EventStore,
    P: ProjectionStore,
    W: Sink<P>,
    C: Consumer<W::Db>,
{
    pub(super) fn new(
        reader: PageReader<S>,
        batches: Batches<P, W, C>,
        has_effects: bool,
        stop: CancellationToken,
    ) -> Self {
        Self { reader, batches, has_effects, careful_to: Position::START, stop }
    }

    pub(super) fn log(&self) -> &S {
        self.reader.log()
    }

    /// Lets go of all that was begun for the next page.
    pub(super) async fn put_back(&mut self) {
        self.batches.put_back().await;
    }

    /// Forgets what was read for the next page.
    pub(super) fn forget(&mut self) {
        self.reader.forget();
    }

    /// Tries the parked events of the node that are due.
    pub(super) async fn retry(&mut self, node: &mut SlotHolder<P>) -> Result<(), TransientFailure> {
        self.batches.retry(node).await
    }

    /// Verifies what the version has written, before it serves.
    pub(super) async fn verify(&self) -> Result<Verified, StoreError> {
        self.batches.verify(self.reader.log()).await
    }

    /// Reads the next page, handles the events that are the node's, and commits how far its slots
    /// have come.
    pub(super) async fn next(
        &mut self,
        node: &mut SlotHolder<P>,
    ) -> Result<Done, TransientFailure> {
        let (caps, is_limited) = self.caps(node).await?;
        let Some(from) = node.slots().from(&caps) else {
            if node.slots().are_unnoted() {
                let draft = Draft::new(node.slots().all(Position::START, &caps));
                self.batches.note(node, draft).await?;
            }
            // What a newer node has to do does not come on with the log.
            let seen = (!is_limited).then(|| caps.least());
            return Ok(Done::CaughtUp { safe: caps.least(), seen });
        };
        let page = self.read(node, from).await?;
        if page.incarnation != node.incarnation() {
            let (known, actual) = (node.incarnation(), page.incarnation);
            return Ok(Done::End(Ended::OtherLog { known, actual }));
        }
        if page.head < from {
            return Ok(Done::End(Ended::AheadOfLog { position: from, head: page.head }));
        }
        let (safe, through, is_careful) = (page.safe, page.through, from < self.careful_to);
        if through < safe && !is_careful {
            self.reader.read_ahead(through);
        }
        let span = self.batches.enter();
        span.record("es.global_position", through.0);
        let reach = Reach { through, caps, is_last: through >= safe };
        let handled = self.handle(node, page, &reach, is_careful).instrument(span);
        if !handled.await? || through < safe {
            return Ok(Done::More);
        }
        let least = safe.min(reach.caps.least());
        let seen = if is_limited { safe } else { least };
        Ok(Done::CaughtUp { safe: least, seen: Some(seen) })
    }

    /// The places up to which the slots may come, and whether this release is too old for one of them to come
    /// further.
    async fn caps(&mut self, node: &SlotHolder<P>) -> Result<(Caps, bool), TransientFailure> {
        let mut caps = Caps::none();
        if self.asks_for_limits(node)
            && let Some(limits) = node.limits().await?
        {
            caps = Caps::new(&limits);
        }
        let is_limited = self.batches.too_old().limit(&mut caps, node.slots().held());
        Ok((caps, is_limited))
    }

    /// True while a version with effects is built: it may not come beyond the one that serves.
    fn asks_for_limits(&self, node: &SlotHolder<P>) -> bool {
        self.has_effects && node.state() == VersionState::Building
    }

    async fn read(
        &mut self,
        node: &SlotHolder<P>,
        from: Position,
    ) -> Result<SelectedPage, StoreError> {
        self.reader.follow(node.owed());
        if !self.reader.has_page_after(from) {
            self.batches.put_back().await;
        }
        self.reader.read(from, &self.stop).await
    }

    /// Handles a page. Returns true if the page is done; if not, it is to be read again and handled
    /// event by event.
    async fn handle(
        &mut self,
        node: &mut SlotHolder<P>,
        mut page: SelectedPage,
        reach: &Reach,
        is_careful: bool,
    ) -> Result<bool, TransientFailure> {
        if node.slots().moved(reach.through, &reach.caps).is_empty() {
            return Ok(true);
        }
        let consumer = self.batches.consumer();
        page.events.retain(|event| !consumer.passes_by(event, node.log_end()));
        if let Some(why) = page.events.iter().find_map(|event| consumer.stops_at(event)) {
            node.on(Input::MustStop(why));
            return Ok(false);
        }
        let mut entries = self.sort(node, page, &reach.caps)?;
        if self.batches.are_stepwise() {
            let steps = std::mem::take(&mut entries);
            if !Box::pin(self.batches.handle_stepwise(node, steps, &self.stop)).await? {
                return Ok(false);
            }
        }
        let draft = Draft::of_page(node.slots(), &entries, reach);
        if draft.progress.slots.is_empty() {
            node.pass(&draft.passed);
            return Ok(true);
        }
        if is_careful || entries.iter().any(|entry| entry.fails.is_some()) {
            Box::pin(self.batches.handle_each(node, entries, draft)).await?;
            return Ok(true);
        }
        let is_done = self.handle_at_once(node, entries, draft, reach.through).await?;
        if !is_done {
            // Which event it was shows when they are handled one by one, and that only counts if they
            // are the node's to handle.
            self.careful_to = reach.through;
            self.reader.forget();
            node.ask();
        }
        Ok(is_done)
    }

    /// Handles all events of a page in one batch. Returns true if it was committed.
    async fn handle_at_once(
        &mut self,
        node: &mut SlotHolder<P>,
        entries: Vec<Entry>,
        mut draft: Draft,
        through: Position,
    ) -> Result<bool, TransientFailure> {
        let mut events = Vec::with_capacity(entries.len());
        for entry in entries {
            if node.keys().is_blocked(&entry.key) {
                draft.behind(entry);
            } else {
                events.push(node.handed(entry.slot, entry.key, entry.event));
            }
        }
        draft.handled = events.len() as u64;
        self.batches.span().record("es.events.count", draft.handled);
        self.batches.span().record("es.parked.count", draft.progress.parked.len() as u64);
        let mut batch = self.batches.begin(node, &draft).await?;
        match self.batches.handle(events, &mut batch).await {
            Ok(()) => {
                let next = self.next_batch(node);
                match self.batches.commit(node, batch, draft, next).await {
                    Err(TransientFailure::Refused(_)) => Ok(false),
                    // The slots may have gone for it, and come back.
                    Err(TransientFailure::Lost) if self.batches.has_outlasted() => {
                        self.careful_to = through;
                        Err(TransientFailure::Lost)
                    }
                    done => done.map(|()| true),
                }
            }
            // The handler was broken off within a statement, perhaps: nobody waits for that.
            Err(Fault::Overdue) => Ok(false),
            Err(Fault::Failed(error)) => {
                self.batches.rollback(batch).await;
                if self.batches.may_pass(&error, through) {
                    return Err(TransientFailure::Handler(error));
                }
                Ok(false)
            }
        }
    }

    /// The batch that comes next follows on the heels of this one if its events are there, and nothing is to be
    /// done before it that may take its time.
    fn next_batch(&self, node: &SlotHolder<P>) -> Next {
        let goes_on = self.reader.has_next()
            && !self.asks_for_limits(node)
            && !self.stop.is_cancelled()
            && !node.has_other_work();
        if goes_on { Next::AtOnce } else { Next::Later }
    }

    /// Returns the events of a page that are the node's to handle. An event that has no key is
    /// ordered with its stream. Fails if this release cannot tell the key of an event that may be
    /// the node's: a newer one can, and the node has to stop before it.
    fn sort(
        &mut self,
        node: &SlotHolder<P>,
        page: SelectedPage,
        caps: &Caps,
    ) -> Result<Vec<Entry>, TransientFailure> {
        let mut entries = Vec::with_capacity(page.events.len());
        for event in page.events {
            let is_open = |claim: &Claim| {
                event.position > claim.checkpoint && event.position <= caps.of(claim.slot)
            };
            let mut fails = self.batches.not_read(&event);
            let key = match self.batches.key(&event) {
                Ok(key) => key,
                Err(error) if is_unreadable(&error) && node.slots().held().any(is_open) => {
                    self.batches.is_too_old_for(&event, &error);
                    self.batches.too_old().stop_before(event.position);
                    return Err(TransientFailure::TooOld);
                }
                Err(error) => {
                    fails = Some(error);
                    ProjectionKey::of_stream(&event.stream)
                }
            };
            let slot = Slot::of(&key);
            if node.slots().get(slot).is_some_and(is_open) {
                entries.push(Entry { slot, key, event, fails });
            }
        }
        Ok(entries)
    }
}
