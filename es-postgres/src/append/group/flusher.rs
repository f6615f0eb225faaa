//! Flushers: tasks that send batches for as long as there is something to send.

use std::sync::MutexGuard;

use es_core::__private::worker::Drain;
use es_core::{AppendError, Appended, AppendedStream, Conflict, StoreError};
use sqlx::PgConnection;
use tokio::task::yield_now;

use super::batch::{Batch, Chain};
use super::lone::Claim;
use super::queue::{Turn, Waiting};
use super::scheduler::Scheduler;
use crate::append::appender::Appender;
use crate::append::arrays::Columns;
use crate::append::next::Next;
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
        let changes = self.tags.event_tags.changes_for(appends.filter_map(Waiting::part));
        let next: Vec<_> = chains.iter().filter_map(Chain::next).collect();
        if 2 * next.len() < chains.len() {
            return self.run(connection, columns(chains)?, Form::Batch(changes)).await;
        }
        let mut stored = self.run_next_each(connection, &next, changes).await?.into_iter();
        let of_chain = |chain: &Chain| chain.next().and_then(|_| stored.next()).flatten();
        let stored: Vec<_> = chains.iter().map(of_chain).collect();
        let is_left = |(chain, stored): (_, &Option<_>)| stored.is_none().then_some(chain);
        let left: Vec<&Chain> = chains.iter().zip(&stored).filter_map(is_left).collect();
        let answer = if left.is_empty() {
            Answer::default()
        } else {
            self.run(connection, columns(left)?, Form::Batch(changes)).await?
        };
        Ok(answer.with_stored(stored.into_iter().zip(chains.iter().map(Chain::events)))?)
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

/// The columns with one part per chain; the events of a part are those of all its appends.
fn columns<'a>(
    chains: impl IntoIterator<Item = &'a Chain, IntoIter: ExactSizeIterator>,
) -> Result<Columns<'a>, StoreError> {
    let chains = chains.into_iter();
    let mut columns = Columns::with_capacity(chains.len(), BATCH);
    for chain in chains {
        for (nth, part) in chain.appends.iter().filter_map(Waiting::part).enumerate() {
            if nth == 0 {
                columns.part(&part.stream, part.expected);
            }
            for event in &part.events {
                columns.event(event)?;
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
        let busy: Vec<_> =
            answer.verdicts.iter().map(|verdict| *verdict == Verdict::Busy).collect();
        let mut nth = 0;
        self.tell(
            |chain| busy.get(chain).copied().unwrap_or_default(),
            |chain, claim| {
                match (answer.verdicts.get(nth), claim) {
                    (_, Some(claim)) => chain.lock_first(claim),
                    (Some(Verdict::Stored), _) => chain.tell_stored(nth, &mut answer),
                    (Some(Verdict::Conflict), _) => chain.tell_conflict(nth, &answer),
                    (Some(Verdict::Known), _) => chain.tell_known(),
                    // Of several appends it is not said whose instant it is.
                    (Some(_) | None, None) => chain.tell_each(|| Turn::Alone),
                }
                nth += 1;
            },
        );
    }
}

impl Chain {
    /// The append, if it is the only one and the short statement can carry it.
    fn next(&self) -> Option<Next<'_>> {
        let [append] = self.appends.as_slice() else { return None };
        Next::of(append.part()?)
    }

    fn events(&self) -> usize {
        self.appends.iter().filter_map(Waiting::part).map(|part| part.events.len()).sum()
    }

    /// Hands the claim to the first append. The others rested on it and queue again.
    fn lock_first(self, claim: Claim) {
        let mut appends = self.appends.into_iter();
        if let Some(first) = appends.next() {
            first.lock(claim);
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

    fn tell_stored(self, nth: usize, answer: &mut Answer) {
        let mut version = answer.actual(nth);
        for waiting in self.appends {
            let Some(part) = waiting.part() else { continue };
            version = version.plus(part.events.len());
            let stored = answer.next_positions(part.events.len()).map(|positions| {
                let stream = part.stream.clone();
                Appended::new(vec![AppendedStream::new(
                    stream,
                    version,
                    positions,
                    answer.stamp(nth),
                )])
            });
            waiting.tell(Turn::Settled(stored.map_err(AppendError::from)));
        }
    }

    fn tell_conflict(self, nth: usize, answer: &Answer) {
        let conflict = self
            .appends
            .first()
            .and_then(Waiting::part)
            .map(|part| Conflict::new(part.stream.clone(), part.expected, answer.actual(nth)));
        match conflict {
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
