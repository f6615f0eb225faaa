//! Retries of parked events.

use tracing::Instrument;

use super::batch::{Batches, Next};
use super::consumer::Consumer;
use super::draft::Draft;
use super::fault::Tried;
use super::one_by_one::Known;
use super::sink::Sink;
use super::slot_holder::SlotHolder;
use super::transient_retry::TransientFailure;
use crate::read::projection::{Parked, ProjectError, ProjectionKey, ProjectionStore, Slot};
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

impl<P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Batches<P, W, C> {
    /// Tries the due events in one batch; those that are due beyond it come in the next turn.
    pub(super) async fn retry(&mut self, node: &mut SlotHolder<P>) -> Result<(), TransientFailure> {
        let due = self.due(node, KEYS).await?;
        if due.is_empty() {
            return Ok(());
        }
        if due.len() >= KEYS as usize {
            node.keys_mut().look_now();
        }
        let span = self.enter();
        if !self.are_stepwise() {
            let lines = self.lines(due).await?;
            return self.try_lines(node, lines).instrument(span).await;
        }
        for first in due {
            let line = Line { events: vec![first], has_more: true };
            self.try_lines(node, vec![line]).instrument(span.clone()).await?;
        }
        Ok(())
    }

    /// Returns each due event, with the events behind it if it only waited itself until now: then
    /// the one before it is done, and these will be, too. All are read before the batch is begun,
    /// which may hold the only connection that there is.
    async fn lines(&self, due: Vec<Parked>) -> Result<Vec<Line>, TransientFailure> {
        let mut room = self.most();
        let mut lines = Vec::with_capacity(due.len());
        for first in due {
            let waited = first.error.is_none() && first.dropped.is_none();
            let limit = room.min(self.most());
            let mut line = Line { events: vec![first], has_more: true };
            if waited && limit > 0 {
                let first = &line.events[0];
                let behind = self.parked(&first.key, first.event.position, limit).await?;
                line.has_more = behind.len() >= limit;
                room -= behind.len();
                line.events.extend(behind);
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// Tries all events in one batch, as long as that holds; else each event in a batch of its own.
    async fn try_lines(
        &mut self,
        node: &mut SlotHolder<P>,
        lines: Vec<Line>,
    ) -> Result<(), TransientFailure> {
        let mut known = Known::new();
        if self.try_in_one(node, &lines, &mut known).await? {
            return Ok(());
        }
        self.try_alone(node, lines, known).await
    }

    /// Tries the events in one batch. Returns true if the batch was committed.
    async fn try_in_one(
        &mut self,
        node: &mut SlotHolder<P>,
        lines: &[Line],
        known: &mut Known,
    ) -> Result<bool, TransientFailure> {
        let slots = lines.iter().filter_map(Line::slot);
        let mut draft = Draft::resting_on(node.slots(), slots);
        // Keys of which everything that was read is done, and where that ended.
        let mut cleared: Vec<(ProjectionKey, Position)> = Vec::new();
        let mut batch = self.begin(node, &draft).await?;
        for Line { events, has_more } in lines {
            let mut last = None;
            for parked in events {
                last = Some((parked.key.clone(), parked.event.position));
                match self.try_again(node, parked, &mut batch).await {
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
        self.span().record("es.events.count", draft.handled);
        match self.commit(node, batch, draft, Next::Later).await {
            Err(TransientFailure::Refused(_)) => return Ok(false),
            done => done?,
        }
        self.free(node, cleared).await?;
        Ok(true)
    }

    /// Tries each event in a batch of its own; events that are `known` to fail are not tried.
    async fn try_alone(
        &mut self,
        node: &mut SlotHolder<P>,
        lines: Vec<Line>,
        mut known: Known,
    ) -> Result<(), TransientFailure> {
        for Line { events, .. } in lines {
            let mut cleared = None;
            for parked in events {
                let tried = match known.remove(&parked.event.position) {
                    Some(error) => Err(error),
                    None => self.try_whole(node, &parked).await?,
                };
                if let Err(error) = tried {
                    let mut draft = Draft::resting_on(node.slots(), [parked.slot]);
                    self.is_too_old_for(&parked.event, &error);
                    draft.failed_again(&parked, &error, self.on_failure());
                    self.note(node, draft).await?;
                    cleared = None;
                    break;
                }
                cleared = Some((parked.key, parked.event.position));
            }
            self.free(node, cleared.into_iter().collect()).await?;
        }
        Ok(())
    }

    /// Tries one event again and commits it.
    async fn try_whole(
        &mut self,
        node: &mut SlotHolder<P>,
        parked: &Parked,
    ) -> Result<Result<(), ProjectError>, TransientFailure> {
        let mut draft = Draft::resting_on(node.slots(), [parked.slot]);
        let mut batch = self.begin(node, &draft).await?;
        match self.try_again(node, parked, &mut batch).await {
            Ok(Tried::Done) => {
                draft.settled(parked);
                self.commit_of(node, &parked.event, batch, draft).await
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

    /// Tries one event, unless it is to be dropped.
    async fn try_again(
        &self,
        node: &SlotHolder<P>,
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
            Ok(key) => self.handle_one(node, parked.slot, key, &parked.event, batch).await,
            Err(keyless) => Ok(Tried::Failed(keyless)),
        }
    }

    /// Unblocks these keys, unless more of their events wait: those are due now that the events
    /// before them are done.
    async fn free(
        &mut self,
        node: &mut SlotHolder<P>,
        cleared: Vec<(ProjectionKey, Position)>,
    ) -> Result<(), TransientFailure> {
        for (key, after) in cleared {
            let next = self.parked(&key, after, 1).await?;
            if next.is_empty() {
                node.keys_mut().free(&key);
            } else {
                node.keys_mut().look_now();
            }
        }
        Ok(())
    }
}
