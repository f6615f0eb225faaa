//! What is set aside, tried again.

use tracing::Instrument;

use super::batch::Draft;
use super::consumer::Consumer;
use super::trouble::Hitch;
use super::turns::Runner;
use crate::projection::{Parked, ProjectionKey, ProjectionStore, Slot, SlotProgress};
use crate::spans;
use crate::store::EventStore;
use crate::stream::Position;

/// How many keys are looked after at a time.
const KEYS: u32 = 100;

/// The events of one key that are tried in one batch, in order.
struct Line {
    events: Vec<Parked>,
    /// Whether there may be more behind them.
    has_more: bool,
}

impl Line {
    fn slot(&self) -> Option<Slot> {
        self.events.first().map(|first| first.slot)
    }
}

impl<S: EventStore, P: ProjectionStore, C: Consumer<P::Db>> Runner<S, P, C> {
    /// Tries what is due, in one batch; what is due beyond it comes in the next turn.
    pub(super) async fn retry(&mut self) -> Result<(), Hitch> {
        let due = self.kept.due(self.lease.id(), &self.slots.numbers(), KEYS).await?;
        if due.is_empty() {
            return Ok(());
        }
        if due.len() >= KEYS as usize {
            self.waiting.look_now();
        }
        let lines = self.lines(due).await?;
        let span = spans::project(self.lease.id());
        self.span = span.clone();
        self.try_lines(lines).instrument(span).await
    }

    /// Each due event, and what waits behind it if it waited itself until now: then the one before it
    /// is done, and these will be, too. All read before the batch is begun, which may hold the only
    /// connection that there is.
    async fn lines(&self, due: Vec<Parked>) -> Result<Vec<Line>, Hitch> {
        let mut room = self.options.batch() as usize;
        let mut lines = Vec::with_capacity(due.len());
        for first in due {
            let waited = first.error.is_none() && first.dropped.is_none();
            let limit = room.min(self.options.batch() as usize);
            let mut line = Line { events: vec![first], has_more: true };
            if waited && limit > 0 {
                let behind = self.behind(&line.events[0], limit).await?;
                line.has_more = behind.len() >= limit;
                room -= behind.len();
                line.events.extend(behind);
            }
            lines.push(line);
        }
        Ok(lines)
    }

    async fn behind(&self, first: &Parked, limit: usize) -> Result<Vec<Parked>, Hitch> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let after = first.event.position;
        Ok(self.kept.parked(self.lease.id(), &first.key, after, limit).await?)
    }

    async fn try_lines(&mut self, lines: Vec<Line>) -> Result<(), Hitch> {
        let mut draft = Draft::default();
        // Keys of which everything that was read is done, and where that ended.
        let mut cleared: Vec<(ProjectionKey, Position)> = Vec::new();
        for slot in lines.iter().map(Line::slot) {
            let is_named = draft.progress.slots.iter().any(|named| Some(named.slot) == slot);
            let claim = slot.filter(|_| !is_named).and_then(|slot| self.slots.get(slot));
            draft.progress.slots.extend(
                claim.map(|claim| SlotProgress::new(claim.slot, claim.epoch, claim.checkpoint)),
            );
        }
        let mut batch = self.begin(&draft).await?;
        for Line { events, has_more } in lines {
            let mut last = None;
            for parked in events {
                last = Some((parked.key.clone(), parked.event.position));
                if !self.try_again(parked, &mut batch, &mut draft).await? {
                    last = None;
                    break;
                }
            }
            match last {
                Some((key, _)) if !has_more => draft.freed.push(key),
                Some(last) => cleared.push(last),
                None => {}
            }
        }
        self.span.record("es.events.count", draft.handled);
        self.commit(batch, draft).await?;
        self.free(cleared).await
    }

    /// Tries one event; says whether it is done, or dropped.
    async fn try_again(
        &self,
        parked: Parked,
        batch: &mut P::Batch,
        draft: &mut Draft,
    ) -> Result<bool, Hitch> {
        let Parked { slot, key, event, attempts, dropped, .. } = parked;
        let position = event.position;
        if dropped.is_none() {
            draft.handled += 1;
            let tried = match self.key(&event) {
                Ok(_) => self.handle_one(slot, &event, batch).await?,
                Err(keyless) => Err(keyless),
            };
            match tried {
                Ok(()) => {}
                Err(error) if self.kept.is_transient(&error) => return Err(Hitch::Handler(error)),
                Err(error) => {
                    let tried = attempts.saturating_add(1);
                    draft.failed_again(key, position, &error, tried, self.options.on_failure());
                    return Ok(false);
                }
            }
        }
        draft.progress.settled.push((key, position));
        Ok(true)
    }

    /// Of these keys more may wait, which is due now that the event before it is done.
    async fn free(&mut self, cleared: Vec<(ProjectionKey, Position)>) -> Result<(), Hitch> {
        for (key, after) in cleared {
            let next = self.kept.parked(self.lease.id(), &key, after, 1).await?;
            if next.is_empty() {
                self.waiting.free(&key);
            } else {
                self.waiting.look_now();
            }
        }
        Ok(())
    }
}
