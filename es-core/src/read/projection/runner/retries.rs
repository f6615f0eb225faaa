//! Retries of parked events.

use tracing::Instrument;

use super::batch::Draft;
use super::consumer::Consumer;
use super::fault::Tried;
use super::one_by_one::Known;
use super::run_loop::Runner;
use super::sink::Sink;
use super::transient_retry::TransientFailure;
use crate::read::projection::spans;
use crate::read::projection::{
    Parked, ProjectError, ProjectionKey, ProjectionStore, Slot, SlotProgress,
};
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The number of keys that are retried at a time.
const KEYS: u32 = 100;

/// The events of one key that are tried in one batch, in order.
struct Line {
    events: Vec<Parked>,
    /// True if there may be more events behind them.
    has_more: bool,
}

impl Line {
    fn slot(&self) -> Option<Slot> {
        self.events.first().map(|first| first.slot)
    }
}

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// Tries the due events in one batch; those that are due beyond it come in the next turn.
    pub(super) async fn retry(&mut self) -> Result<(), TransientFailure> {
        let due = self
            .kept
            .due(self.lease.id(), &self.slots.numbers(), &self.too_old.kinds(), KEYS)
            .await?;
        if due.is_empty() {
            return Ok(());
        }
        if due.len() >= KEYS as usize {
            self.waiting.look_now();
        }
        let span = spans::project(self.lease.id());
        self.span = span.clone();
        if !self.is_stepwise() {
            let lines = self.lines(due).await?;
            return self.try_lines(lines).instrument(span).await;
        }
        for first in due {
            let line = Line { events: vec![first], has_more: true };
            self.try_lines(vec![line]).instrument(span.clone()).await?;
        }
        Ok(())
    }

    /// Returns each due event, with the events behind it if it only waited itself until now: then
    /// the one before it is done, and these will be, too. All are read before the batch is begun,
    /// which may hold the only connection that there is.
    async fn lines(&self, due: Vec<Parked>) -> Result<Vec<Line>, TransientFailure> {
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

    async fn behind(&self, first: &Parked, limit: usize) -> Result<Vec<Parked>, TransientFailure> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let after = first.event.position;
        Ok(self.kept.parked(self.lease.id(), &first.key, after, limit).await?)
    }

    /// Tries all events in one batch, as long as that holds; else each event in a batch of its own.
    async fn try_lines(&mut self, lines: Vec<Line>) -> Result<(), TransientFailure> {
        let mut known = Known::new();
        if self.try_in_one(&lines, &mut known).await? {
            return Ok(());
        }
        self.try_alone(lines, known).await
    }

    /// Tries the events in one batch. Returns true if the batch was committed.
    async fn try_in_one(
        &mut self,
        lines: &[Line],
        known: &mut Known,
    ) -> Result<bool, TransientFailure> {
        let slots = lines.iter().filter_map(Line::slot);
        let mut draft = self.resting_on(slots);
        // Keys of which everything that was read is done, and where that ended.
        let mut cleared: Vec<(ProjectionKey, Position)> = Vec::new();
        let mut batch = self.begin(&draft).await?;
        for Line { events, has_more } in lines {
            let mut last = None;
            for parked in events {
                last = Some((parked.key.clone(), parked.event.position));
                match self.try_again(parked, &mut batch).await {
                    Ok(Tried::Done) => draft.settled(parked),
                    Ok(Tried::Failed(error)) => {
                        self.is_too_old_for(&parked.event, &error);
                        draft.failed_again(parked, &error, self.on_failure());
                        last = None;
                        break;
                    }
                    Ok(Tried::Broken(error)) => {
                        known.insert(parked.event.position, error);
                        return Ok(false);
                    }
                    Ok(Tried::Contended(_)) => {
                        self.rollback(batch).await;
                        return Ok(false);
                    }
                    Err(failure) => {
                        self.rollback(batch).await;
                        return Err(failure);
                    }
                }
            }
            match last {
                Some((key, _)) if !has_more => draft.freed.push(key),
                Some(last) => cleared.push(last),
                None => {}
            }
        }
        self.span.record("es.events.count", draft.handled);
        match self.commit(batch, draft).await {
            Err(TransientFailure::Refused(_)) => return Ok(false),
            done => done?,
        }
        self.free(cleared).await?;
        Ok(true)
    }

    /// Tries each event in a batch of its own; events that are `known` to fail are not tried.
    async fn try_alone(
        &mut self,
        lines: Vec<Line>,
        mut known: Known,
    ) -> Result<(), TransientFailure> {
        for Line { events, .. } in lines {
            let mut cleared = None;
            for parked in events {
                let tried = match known.remove(&parked.event.position) {
                    Some(error) => Err(error),
                    None => self.try_whole(&parked).await?,
                };
                if let Err(error) = tried {
                    let mut draft = self.resting_on([parked.slot]);
                    self.is_too_old_for(&parked.event, &error);
                    draft.failed_again(&parked, &error, self.on_failure());
                    let batch = self.begin(&draft).await?;
                    self.commit(batch, draft).await?;
                    cleared = None;
                    break;
                }
                cleared = Some((parked.key, parked.event.position));
            }
            self.free(cleared.into_iter().collect()).await?;
        }
        Ok(())
    }

    /// Tries one event again and commits it.
    async fn try_whole(
        &mut self,
        parked: &Parked,
    ) -> Result<Result<(), ProjectError>, TransientFailure> {
        let mut draft = self.resting_on([parked.slot]);
        let mut batch = self.begin(&draft).await?;
        match self.try_again(parked, &mut batch).await {
            Ok(Tried::Done) => {
                draft.settled(parked);
                self.commit_of(&parked.event, batch, draft).await
            }
            Ok(Tried::Failed(error)) => {
                self.rollback(batch).await;
                Ok(Err(error))
            }
            Ok(Tried::Broken(error)) => Ok(Err(error)),
            Ok(Tried::Contended(error)) => {
                self.rollback(batch).await;
                self.judge_contended(&parked.event, error)
            }
            Err(failure) => {
                self.rollback(batch).await;
                Err(failure)
            }
        }
    }

    /// A batch of these slots, which come no further with it.
    fn resting_on(&self, slots: impl IntoIterator<Item = Slot>) -> Draft {
        let mut draft = Draft::default();
        for slot in slots {
            let is_named = draft.progress.slots.iter().any(|named| named.slot == slot);
            let claim = self.slots.get(slot).filter(|_| !is_named);
            draft.progress.slots.extend(
                claim.map(|claim| SlotProgress::new(claim.slot, claim.epoch, claim.checkpoint)),
            );
        }
        draft
    }

    /// Tries one event, unless it is to be dropped.
    async fn try_again(
        &self,
        parked: &Parked,
        batch: &mut W::Batch,
    ) -> Result<Tried, TransientFailure> {
        if parked.dropped.is_some() {
            return Ok(Tried::Done);
        }
        if let Some(error) = self.not_read(&parked.event) {
            return Ok(Tried::Failed(error));
        }
        match self.key(&parked.event) {
            Ok(_) => self.handle_one(parked.slot, &parked.event, batch).await,
            Err(keyless) => Ok(Tried::Failed(keyless)),
        }
    }

    /// Unblocks these keys, unless more of their events wait: those are due now that the events
    /// before them are done.
    async fn free(
        &mut self,
        cleared: Vec<(ProjectionKey, Position)>,
    ) -> Result<(), TransientFailure> {
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
