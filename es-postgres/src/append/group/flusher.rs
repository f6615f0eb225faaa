//! Flushers: tasks that send batches for as long as there is something to send.

use std::sync::MutexGuard;

use es_core::__private::worker::Drain;
use es_core::{AppendError, Appended, StoreError};
use sqlx::PgConnection;
use tokio::task::yield_now;

use super::batch::{Batch, Chain};
use super::lone::Claim;
use super::queue::Turn;
use super::scheduler::Scheduler;
use crate::append::appender::Appender;
use crate::append::arrays::Columns;
use crate::append::next::NextAppends;
use crate::append::reply::{Answer, Verdict};
use crate::append::statement::{Failure, Form};
use crate::append::weight::BATCH;

/// The work of one flusher.
struct Flusher(Appender);

impl Appender {
    /// Starts a flusher if the queue needs one.
    pub(super) fn call_flusher(&self, scheduler: MutexGuard<'_, Scheduler>) {
        let is_needed = !scheduler.queue.is_empty();
        drop(scheduler);
        if is_needed {
            self.group.flushers.call(|| Flusher(self.clone()));
        }
    }

    /// Sends a batch and tells each append its outcome.
    async fn send(&self, batch: Batch) {
        let mut session = match self.database.session().await {
            Ok(session) => session,
            Err(error) => return batch.tell_failure(&error),
        };
        let answer = self.run_batch(&mut session, &batch.chains).await;
        match session.end_after(answer).await {
            Ok(answer) => batch.tell_verdicts(answer),
            // Whoever is to blame, and whether it was stored after all: each finds out by itself.
            Err(_) => batch.tell(|_| false, |chain, _| chain.tell_each(|| Turn::Alone)),
        }
    }
}

impl Appender {
    /// Stores what the short statement can store, and leaves the rest to the long one, as long as
    /// that saves anything: both take a round trip.
    async fn run_batch(
        &self,
        connection: &mut PgConnection,
        chains: &[Chain],
    ) -> Result<Answer, Failure> {
        let appends = chains.iter().flat_map(|chain| &chain.appends);
        let parts = appends.flat_map(|waiting| waiting.append.parts());
        let changes = self.tags.event_tags.changes_for(parts);
        let mut next = NextAppends::default();
        let is_next: Vec<_> = chains.iter().map(|chain| chain.is_added_to(&mut next)).collect();
        if 2 * next.len() < chains.len() {
            return self.run(connection, columns(chains)?, Form::Unlocked(changes)).await;
        }
        let mut answers = self.run_next_appends(connection, &next, changes).await?.into_iter();
        let (mut stored, mut left) = (Vec::with_capacity(chains.len()), Vec::new());
        for (chain, is_next) in chains.iter().zip(is_next) {
            let first = stored.len();
            for part in 0..chain.parts().len() {
                let answer = if is_next { answers.next().flatten() } else { None };
                stored.push((answer, chain.events(part)));
            }
            if stored.get(first).is_none_or(|(answer, _)| answer.is_none()) {
                left.push(chain);
            }
        }
        let answer = if left.is_empty() {
            Answer::default()
        } else {
            self.run(connection, columns(left)?, Form::Unlocked(changes)).await?
        };
        Ok(answer.with_stored(stored)?)
    }
}

impl Drain for Flusher {
    async fn drain(&mut self) {
        let Self(appender) = self;
        loop {
            let batch = Batch::take(appender, &mut appender.group.scheduler());
            let Some(batch) = batch else { return };
            appender.send(batch).await;
            // Whoever was just answered may have more to say: those who are awake come first, and the
            // next batch is theirs. Nobody is waited for.
            yield_now().await;
        }
    }

    /// Leaves no append behind: those that wait queue again, and start another flusher, on the runtimes
    /// of their callers.
    fn abandon(&mut self) {
        let left = std::mem::take(&mut self.0.group.scheduler().queue);
        for waiting in left {
            waiting.tell(Turn::Again);
        }
    }
}

/// The columns of the first append of each chain; the events of those that follow belong to its only
/// part.
fn columns<'a>(
    chains: impl IntoIterator<Item = &'a Chain, IntoIter: ExactSizeIterator>,
) -> Result<Columns<'a>, StoreError> {
    let chains = chains.into_iter();
    let mut columns = Columns::with_capacity(chains.len(), BATCH);
    for (number, chain) in (0..).zip(chains) {
        for (nth, waiting) in chain.appends.iter().enumerate() {
            for part in waiting.append.parts() {
                if nth == 0 {
                    columns.part(&part.stream, part.expected);
                    columns.appends.push(number);
                }
                for event in &part.events {
                    columns.event(event)?;
                }
            }
        }
    }
    Ok(columns)
}

impl Batch {
    /// Reports that there was no connection to send the batch on.
    fn tell_failure(self, error: &StoreError) {
        let failed = || Turn::Settled(Err(AppendError::Store(error.clone())));
        self.tell(|_| false, |chain, _| chain.tell_each(failed));
    }

    fn tell_verdicts(self, mut answer: Answer) {
        let (appender, mut first) = (self.appender.clone(), 0);
        let of_chain = |chain: &Chain| {
            let parts = first..first + chain.parts().len();
            first = parts.end;
            (parts.start, answer.verdict(parts))
        };
        let verdicts: Vec<_> = self.chains.iter().map(of_chain).collect();
        let is_busy = |nth| matches!(verdicts.get(nth), Some((_, Some(Verdict::Busy))));
        let mut of_chains = verdicts.iter();
        self.tell(is_busy, |chain, claim| {
            let (first, verdict) = of_chains.next().copied().unwrap_or_default();
            match (verdict, claim) {
                (Some(Verdict::Busy), claim) => chain.lock_first(&appender, claim),
                (Some(Verdict::Stored), _) => chain.tell_stored(first, &mut answer),
                (Some(Verdict::Conflict), _) => chain.tell_conflict(first, &answer),
                (Some(Verdict::Known), _) => chain.tell_known(),
                // Of several appends it is not said whose instant it is.
                (Some(_) | None, _) => chain.tell_each(|| Turn::Alone),
            }
        });
    }
}

impl Chain {
    /// Adds the append to `next`, if it is the only one and the short statements can carry it.
    fn is_added_to<'a>(&'a self, next: &mut NextAppends<'a>) -> bool {
        matches!(self.appends.as_slice(), [only] if next.add(only.append.parts()))
    }

    /// The number of events for a part.
    fn events(&self, part: usize) -> usize {
        let parts = self.appends.iter().filter_map(|waiting| waiting.append.parts().get(part));
        parts.map(|part| part.events.len()).sum()
    }

    /// Hands the claim to the first append, which waits. The others rested on it and queue again.
    fn lock_first(self, appender: &Appender, claim: Option<Claim>) {
        let mut appends = self.appends.into_iter();
        if let Some(first) = appends.next() {
            first.lock(appender, claim);
        }
        appends.for_each(|waiting| waiting.tell(Turn::Again));
    }

    fn tell_each(self, turn: impl Fn() -> Turn) {
        self.appends.into_iter().for_each(|waiting| waiting.tell(turn()));
    }

    /// Tells the first append its outcome. The others rested on it and queue again.
    fn tell_first(self, turn: Turn) {
        let mut appends = self.appends.into_iter();
        if let Some(first) = appends.next() {
            first.tell(turn);
        }
        appends.for_each(|waiting| waiting.tell(Turn::Again));
    }

    /// Tells each append its share; the first part of the chain has this number.
    fn tell_stored(self, first: usize, answer: &mut Answer) {
        for waiting in self.appends {
            let streams = answer.streams(first, waiting.append.parts());
            let stored = streams.map(Appended::new).map_err(AppendError::from);
            waiting.tell(Turn::Settled(stored));
        }
    }

    fn tell_conflict(self, first: usize, answer: &Answer) {
        match answer.conflict(first, self.parts()) {
            Some(conflict) => self.tell_first(Turn::Settled(Err(conflict.into()))),
            None => self.tell_each(|| Turn::Alone),
        }
    }

    /// Reports known ids. With several appends the server does not say whose id it is, so each goes
    /// out by itself.
    fn tell_known(self) {
        if self.appends.len() == 1 {
            self.tell_first(Turn::Known);
        } else {
            self.tell_each(|| Turn::Alone);
        }
    }
}
