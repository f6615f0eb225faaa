//! A page of the log becomes a batch.

use tokio::time::sleep;
use tracing::Instrument;

use super::batch::{Draft, Entry};
use super::consumer::Consumer;
use super::fault::Fault;
use super::read_ahead::{ReadAhead, page_size};
use super::run_loop::{Runner, Turn};
use super::sink::Sink;
use super::slots::Caps;
use super::transient_retry::TransientFailure;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::spans;
use crate::read::projection::unreadable::{NotOnTheList, is_unreadable};
use crate::read::projection::{
    Claim, Ended, ProjectError, ProjectionKey, ProjectionStore, Slot, VersionState,
};
use crate::store::event_store::EventStore;
use crate::store::selection::SelectedPage;
use crate::stream::Position;

/// The number of events below which noting all slots in the store would cost more than the batch.
const FEW: usize = 8;

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// Reads the next page, handles the events that are the node's, and commits how far its slots
    /// have come.
    pub(super) async fn next_page(&mut self) -> Result<Turn, TransientFailure> {
        let (caps, is_limited) = self.caps().await?;
        let Some(from) = self.slots.from(&caps) else {
            if self.slots.are_unnoted() {
                self.note(&caps).await?;
            }
            // What a newer node has to do does not come on with the log.
            let seen = (!is_limited).then(|| caps.least());
            return Box::pin(self.has_caught_up(caps.least(), seen)).await;
        };
        let page = self.read(from).await?;
        if page.incarnation != self.incarnation {
            let (known, actual) = (self.incarnation, page.incarnation);
            return Ok(Turn::End(Ended::OtherLog { known, actual }));
        }
        if page.head < from {
            return Ok(Turn::End(Ended::AheadOfLog { position: from, head: page.head }));
        }
        let (safe, through, is_careful) = (page.safe, page.through, from < self.careful_to);
        if through < safe && !is_careful && self.ahead.is_none() {
            let (limit, selection) = (page_size(self.options.batch()), &self.selection);
            self.ahead = Some(ReadAhead::begin(&self.log, selection, through, limit));
        }
        let span = spans::project(self.lease.id());
        span.record("es.global_position", through.0);
        self.span = span.clone();
        let is_done = self.handle_page(page, &caps, is_careful).instrument(span).await?;
        if through < safe || !is_done {
            return Ok(Turn::Again);
        }
        let seen = if is_limited { safe } else { safe.min(caps.least()) };
        Box::pin(self.has_caught_up(safe.min(caps.least()), Some(seen))).await
    }

    /// The places up to which the slots may come, and whether this release is too old for one of them to come further.
    async fn caps(&self) -> Result<(Caps, bool), TransientFailure> {
        let mut caps = Caps::none();
        if self.state == VersionState::Building
            && self.has_effects
            && let Some(limits) = self.kept.limits(self.lease.id()).await?
        {
            caps = Caps::new(&limits);
        }
        let is_limited = self.too_old.limit(&mut caps, self.slots.held());
        Ok((caps, is_limited))
    }

    async fn read(&mut self, from: Position) -> Result<SelectedPage, TransientFailure> {
        let batch = self.options.batch() as usize;
        let (page, left) = match self.ahead.take().filter(|ahead| ahead.is_after(from)) {
            Some(ahead) if ahead.is_there() => ahead.page(batch).await?,
            ahead => {
                self.put_back().await;
                match ahead {
                    Some(ahead) => ahead.page(batch).await?,
                    None => ReadAhead::cut(self.select(from).await?, batch),
                }
            }
        };
        self.ahead = left;
        let linger = self.options.linger();
        let is_last = page.through >= page.safe && !page.events.is_empty();
        if linger.is_zero() || !is_last || page.events.len() >= batch {
            return Ok(page);
        }
        // What comes a moment later is still in time.
        self.put_back().await;
        self.stop.run_until_cancelled(sleep(linger)).await;
        let (page, left) = ReadAhead::cut(self.select(from).await?, batch);
        self.ahead = left;
        Ok(page)
    }

    async fn select(&self, from: Position) -> Result<SelectedPage, crate::StoreError> {
        let (selection, limit) = (&self.selection, page_size(self.options.batch()));
        self.log.select_page(selection, from, limit).await
    }

    /// Handles a page. Returns true if the page is done; if not, it is to be read again and handled
    /// event by event.
    async fn handle_page(
        &mut self,
        mut page: SelectedPage,
        caps: &Caps,
        is_careful: bool,
    ) -> Result<bool, TransientFailure> {
        let through = page.through;
        let mut moved = self.slots.moved(through, caps);
        if moved.is_empty() {
            return Ok(true);
        }
        let is_last = through >= page.safe;
        page.events.retain(|event| !self.consumer.passes_by(event, self.log_end));
        if let Some(why) = page.events.iter().find_map(|event| self.consumer.stops_at(event)) {
            self.to_stop = Some(why);
            return Ok(false);
        }
        let entries = self.sort(page, caps)?;
        let entries = if self.is_stepwise() {
            if !Box::pin(self.handle_stepwise(entries)).await? {
                return Ok(false);
            }
            moved = self.slots.moved(through, caps);
            Vec::new()
        } else {
            entries
        };
        let are_noted = is_last || entries.len() >= FEW || self.slots.are_to_be_noted();
        let mut draft = if are_noted {
            Draft::new(self.slots.all(through, caps))
        } else {
            let bit = |slot: Slot| 1_u64 << slot.number();
            let touched = entries.iter().fold(0, |touched, entry| touched | bit(entry.slot));
            let passed = moved.extract_if(.., |slot| touched & bit(slot.slot) == 0).collect();
            let mut draft = Draft::new(moved);
            draft.passed = passed;
            draft
        };
        if draft.progress.slots.is_empty() {
            self.slots.pass(&draft.passed);
            return Ok(true);
        }
        let is_careful = is_careful || entries.iter().any(|entry| entry.fails.is_some());
        if is_careful {
            Box::pin(self.handle_each(entries, draft)).await?;
            return Ok(true);
        }
        let mut events = Vec::with_capacity(entries.len());
        for entry in entries {
            if self.waiting.is_blocked(&entry.key) {
                draft.behind(entry);
            } else {
                events.push(self.handed(entry.slot, entry.event));
            }
        }
        draft.handled = events.len() as u64;
        self.span.record("es.events.count", draft.handled);
        self.span.record("es.parked.count", draft.progress.parked.len() as u64);
        let mut batch = self.begin(&draft).await?;
        let is_done = match self.handle(events, &mut batch).await {
            Ok(()) => match self.commit(batch, draft).await {
                Err(TransientFailure::Refused(_)) => false,
                // The slots may have gone for it, and come back.
                Err(TransientFailure::Lost) if self.has_outlasted() => {
                    self.careful_to = through;
                    return Err(TransientFailure::Lost);
                }
                done => done.map(|()| true)?,
            },
            // The handler was broken off within a statement, perhaps: nobody waits for that.
            Err(Fault::Overdue) => false,
            Err(Fault::Failed(error)) => {
                self.rollback(batch).await;
                let may_pass = self.kept.is_transient(&error) && !self.has_outlasted();
                if may_pass
                    && !(self.kept.is_contention(&error) && self.contended.is_too_often(through))
                {
                    return Err(TransientFailure::Handler(error));
                }
                false
            }
        };
        if !is_done {
            // Which event it was shows when they are handled one by one, and that only counts if they
            // are the node's to handle.
            self.careful_to = through;
            self.ahead = None;
            self.must_beat = true;
        }
        Ok(is_done)
    }

    /// Notes the checkpoints of all slots in the store.
    async fn note(&mut self, caps: &Caps) -> Result<(), TransientFailure> {
        let draft = Draft::new(self.slots.all(Position::START, caps));
        let batch = self.begin(&draft).await?;
        self.commit(batch, draft).await
    }

    /// Returns the events of a page that are the node's to handle. An event that has no key is
    /// ordered with its stream. Fails if this release cannot tell the key of an event that may be
    /// the node's: a newer one can, and the node has to stop before it.
    fn sort(&mut self, page: SelectedPage, caps: &Caps) -> Result<Vec<Entry>, TransientFailure> {
        let mut entries = Vec::with_capacity(page.events.len());
        for event in page.events {
            let is_open = |claim: &Claim| {
                event.position > claim.checkpoint && event.position <= caps.of(claim.slot)
            };
            let mut fails = self.not_read(&event);
            let key = match self.key(&event) {
                Ok(key) => key,
                Err(error) if is_unreadable(&error) && self.slots.held().any(is_open) => {
                    self.too_old.met(&event, &error, &self.lease);
                    self.too_old.stop_before(event.position);
                    return Err(TransientFailure::TooOld);
                }
                Err(error) => {
                    fails = Some(error);
                    ProjectionKey::of_stream(&event.stream)
                }
            };
            let slot = Slot::of(&key);
            if self.slots.get(slot).is_some_and(is_open) {
                entries.push(Entry { slot, key, event, fails });
            }
        }
        Ok(entries)
    }

    /// The reason why an event is not for this release of the consumer, if it is not.
    pub(super) fn not_read(&self, event: &RecordedEvent) -> Option<ProjectError> {
        let is_read =
            self.consumer.reads(&event.event.name) || event.transformed_stream().is_some();
        (!is_read).then(|| ProjectError::new(NotOnTheList::new(self.lease.id(), event)))
    }
}
