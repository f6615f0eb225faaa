//! Commands on one aggregate, decided one after another and appended together.
//!
//! Each command is decided on the state that the one before it left, although nothing of that is
//! stored yet. So nothing is told before the append: it stores the events of all, and with its
//! expected version it confirms the state that the first was decided on. If it is refused with a
//! conflict, whatever was decided is void, refusals as well, and all are decided anew on what the store holds
//! then. If nothing is appended there is nothing to confirm the state, so it must have been read for
//! these commands.
//!
//! No command pays for another. One whose decision panics is left out. If the append fails as a
//! statement, perhaps because of what one of them wrote, each goes by itself.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_util::FutureExt;
use tracing::Instrument;

use super::lane::Turn;
use super::queue::{Panic, Told, Waiting};
use crate::domain::aggregate::Aggregate;
use crate::event::recorded::NewEvent;
use crate::store::append::AppendedStream;
use crate::store::append_error::{AppendError, Conflict};
use crate::store::append_lock::AppendLock;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::write::contention::{self, OPTIMISTIC, Pauses};
use crate::write::execute_error::ExecuteError;
use crate::write::load::Loaded;
use crate::write::load_error::LoadError;
use crate::write::repository::Executed;
use crate::write::repository::decided::{Decided, Refusal};
use crate::write::repository::direct::append_at;

/// The most commands in one batch. An append that others wait for should not take long.
const COMMANDS: usize = 128;
/// The number of events from which no more commands are added to a batch.
const EVENTS: usize = 1000;
/// The bytes of payload from which no more commands are added to a batch.
const BYTES: usize = 1 << 20;

/// A turn in which the queue of a lane is executed.
pub(super) struct Batch<A: Aggregate, S: EventStore> {
    turn: Turn<A, S>,
}

type Answer<A> = Result<Decided<A>, Untold<A>>;

/// The outcome of a command without events. Told as soon as what it rests on is known to be true.
enum Untold<A: Aggregate> {
    Refused(Refusal<A>),
    Panicked(Panic),
}

impl<A: Aggregate> From<Untold<A>> for Told<A> {
    fn from(untold: Untold<A>) -> Self {
        match untold {
            Untold::Refused(refusal) => Self::Answer(Err(refusal)),
            Untold::Panicked(panic) => Self::Panic(panic),
        }
    }
}

/// Commands that were decided one after another, and what is to be appended for them.
struct Round<A: Aggregate> {
    decided: Vec<(Waiting<A>, Answer<A>)>,
    new: Vec<NewEvent>,
    /// The state with the events of all.
    state: A,
}

/// The outcome of commands that went together.
enum Outcome<A: Aggregate> {
    Told,
    /// Perhaps because of one of them, nothing could be done for any.
    Failed(Vec<Waiting<A>>),
}

impl<A: Aggregate, S: EventStore> Batch<A, S> {
    pub(super) fn new(mut turn: Turn<A, S>, first: Waiting<A>) -> Self {
        turn.taken.push_front(first);
        Self { turn }
    }

    /// The turn of a batch that never began, without its first command.
    pub(super) fn without_first(mut self) -> Turn<A, S> {
        drop(self.turn.taken.pop_front());
        self.turn
    }

    /// Executes batches until no command waits.
    pub(super) async fn execute_all(mut self) {
        loop {
            while self.turn.taken.len() < COMMANDS
                && let Some(next) = self.turn.next()
            {
                self.turn.taken.push_back(next);
            }
            let Some(first) = self.turn.taken.front() else {
                return;
            };
            let span = first.span.clone();
            let together = self.turn.taken.drain(..).collect();
            if let Outcome::Failed(each) = self.execute(together).instrument(span).await {
                for one in each {
                    let span = one.span.clone();
                    self.execute(vec![one]).instrument(span).await;
                }
            }
            // Those who were answered may come back at once, and should find their lane.
            tokio::task::yield_now().await;
        }
    }

    /// Decides and appends until each has its answer. One command alone always gets it.
    async fn execute(&mut self, mut waiting: Vec<Waiting<A>>) -> Outcome<A> {
        let mut pauses = Pauses::new();
        let mut lost = 0;
        let mut fresh = false;
        loop {
            // A command is not shared between threads: no reference to one outlives a pause.
            let longest = self.left(&waiting).max();
            let mut lock = self.lock(longest).await;
            if lock.is_none() && lost >= OPTIMISTIC {
                let shortest = self.left(&waiting).min();
                pauses.pause(shortest.unwrap_or_default()).await;
            }
            let base = AssertUnwindSafe(self.base(&mut lock, fresh)).catch_unwind().await;
            let (base, read) = match base {
                Ok(Ok(base)) => base,
                Ok(Err(error)) => return failed_to_load(waiting, error),
                Err(panic) => return failed(waiting, Told::Panic(panic)),
            };
            let Round { decided, new, state } = self.decide(&base, waiting);
            if new.is_empty() && !read && !decided.is_empty() {
                waiting = decided.into_iter().map(|(waiting, _)| waiting).collect();
                (self.turn.known, fresh) = (Some(base), true);
                continue;
            }
            if new.is_empty() {
                for (waiting, answer) in decided {
                    waiting.tell(told(answer, Decided::unchanged));
                }
                self.turn.known = Some(base);
                return Outcome::Told;
            }
            let append = append_at(&self.turn.stream, base.version, new);
            match self.turn.repository.store_one(&append, lock).await {
                Ok(appended) => {
                    self.turn.contended = self.turn.contended.take().map(|_| append);
                    self.stored(decided, state, &appended);
                    return Outcome::Told;
                }
                Err(AppendError::Conflict(conflict)) => {
                    (lost, fresh) = (lost + 1, true);
                    waiting = self.outrun(decided, &conflict);
                    if lost >= OPTIMISTIC {
                        self.turn.contended = Some(append);
                    }
                    // A state from ahead of its stream is of another history.
                    self.turn.known = Some(base).filter(|base| base.version <= conflict.actual);
                    if waiting.is_empty() {
                        return Outcome::Told;
                    }
                }
                Err(error) => return failed_to_append(decided, error),
            }
        }
    }

    /// The turn at the stream, while others append there who do not come through this lane.
    async fn lock(&mut self, longest: Option<Duration>) -> Option<AppendLock> {
        let draft = self.turn.contended.as_ref()?;
        contention::lock(&self.turn.repository.store, draft, longest?).await
    }

    /// The time that is left to each.
    fn left(&self, waiting: &[Waiting<A>]) -> impl Iterator<Item = Duration> {
        waiting.iter().map(|one| one.left(self.turn.repository.time_limit))
    }

    /// The state to decide on, and whether it was read for these commands: if it has to be `fresh`, and
    /// under a lock. A lock that came to its end is taken away.
    async fn base(
        &mut self,
        lock: &mut Option<AppendLock>,
        fresh: bool,
    ) -> Result<(Loaded<A>, bool), LoadError> {
        let known = self.known();
        let Turn { repository, stream, .. } = &self.turn;
        if let Some(held) = &*lock {
            let version = known.as_ref().map(|known| known.version);
            if let Some(base) = repository.load_through(held, known, stream).await? {
                if Some(base.version) == version {
                    // Nobody else has been here since.
                    self.turn.contended = None;
                }
                return Ok((base, true));
            }
            *lock = None;
            return Ok((repository.load_to_decide(stream, None).await?, true));
        }
        match known {
            Some(known) if !fresh => Ok((known, false)),
            known => Ok((repository.load_to_decide(stream, known).await?, true)),
        }
    }

    /// The newest state that is at hand, not read for the commands that wait.
    fn known(&mut self) -> Option<Loaded<A>> {
        self.turn.known.take().or_else(|| self.turn.repository.recall(&self.turn.stream))
    }

    /// Decides one after another, as far as they go together; the others come next.
    fn decide(&mut self, base: &Loaded<A>, waiting: Vec<Waiting<A>>) -> Round<A> {
        let copy = self.turn.lanes.copy;
        let mut round = Round { decided: Vec::new(), new: Vec::new(), state: copy(&base.state) };
        let mut version = base.version;
        let mut bytes = 0;
        let mut waiting = VecDeque::from(waiting);
        while round.new.len() < EVENTS && bytes < BYTES {
            let Some(next) = waiting.pop_front() else { break };
            if !next.is_wanted() {
                continue;
            }
            next.span.record("es.attempts", next.attempts);
            let deciding = AssertUnwindSafe(|| {
                let decision = next.decide(&mut round.state, version, &self.turn.stream)?;
                Ok((decision, copy(&round.state)))
            });
            let answer = match catch_unwind(deciding) {
                Ok(Ok((decision, state))) => {
                    let (decided, new) = Decided::new(state, version, decision);
                    version = version.plus(new.len());
                    bytes += payloads(&new);
                    round.new.extend(new);
                    Ok(decided)
                }
                Ok(Err(refusal)) => Err(Untold::Refused(refusal)),
                Err(panic) => {
                    // Whatever it left of the state is not to be trusted.
                    let last =
                        round.decided.iter().rev().find_map(|(_, answer)| answer.as_ref().ok());
                    round.state = copy(last.map_or(&base.state, |decided| &decided.state));
                    Err(Untold::Panicked(panic))
                }
            };
            round.decided.push((next, answer));
        }
        while let Some(last) = waiting.pop_back() {
            self.turn.taken.push_front(last);
        }
        round
    }

    fn stored(
        &mut self,
        decided: Vec<(Waiting<A>, Answer<A>)>,
        state: A,
        appended: &AppendedStream,
    ) {
        self.turn.repository.remember(&self.turn.stream, &state, appended);
        if let Some(position) = appended.positions.last() {
            self.turn.known =
                Some(Loaded { state, version: appended.version, position: *position });
        }
        for (waiting, answer) in decided {
            let told = told(answer, |decided| decided.stored(appended, &waiting.metadata));
            waiting.tell(told);
        }
    }

    /// The commands that may try again.
    fn outrun(
        &self,
        decided: Vec<(Waiting<A>, Answer<A>)>,
        conflict: &Conflict,
    ) -> Vec<Waiting<A>> {
        self.turn.repository.found(&self.turn.stream, conflict.actual);
        let mut again = Vec::new();
        for (mut waiting, _) in decided {
            if waiting.left(self.turn.repository.time_limit).is_zero() {
                let (attempts, elapsed) = (waiting.attempts, waiting.since.elapsed());
                let source = conflict.clone();
                waiting.tell(Told::Answer(Err(ExecuteError::Conflict {
                    attempts,
                    elapsed,
                    source,
                })));
            } else {
                waiting.attempts += 1;
                again.push(waiting);
            }
        }
        again
    }
}

/// The store's failure is everybody's; another one is told to one, or each finds it by itself.
fn failed_to_load<A: Aggregate>(waiting: Vec<Waiting<A>>, error: LoadError) -> Outcome<A> {
    if let LoadError::Store(error) = error {
        for one in waiting {
            one.tell(Told::Answer(Err(LoadError::Store(error.clone()).into())));
        }
        return Outcome::Told;
    }
    failed(waiting, Told::Answer(Err(error.into())))
}

/// A failure that may be one's.
fn failed<A: Aggregate>(waiting: Vec<Waiting<A>>, told: Told<A>) -> Outcome<A> {
    match <[_; 1]>::try_from(waiting) {
        Ok([only]) => {
            only.tell(told);
            Outcome::Told
        }
        Err(each) => Outcome::Failed(each),
    }
}

/// The answer to a command, whose events have been stored if it has any.
fn told<A: Aggregate>(
    answer: Answer<A>,
    executed: impl FnOnce(Decided<A>) -> Executed<A>,
) -> Told<A> {
    answer.map_or_else(Told::from, |decided| Told::Answer(Ok(executed(decided))))
}

/// A store that is away is away for all, and so is one that may not write or takes too long for any of
/// them. Any other failure is told to one, or each tries by itself.
fn failed_to_append<A: Aggregate>(
    decided: Vec<(Waiting<A>, Answer<A>)>,
    error: AppendError,
) -> Outcome<A> {
    match error {
        AppendError::Store(error) if contention::fails_all(&error) => {
            for (waiting, answer) in decided {
                waiting.tell(Told::Answer(Err(away(answer, &error))));
            }
            Outcome::Told
        }
        error => {
            let waiting = decided.into_iter().map(|(waiting, _)| waiting).collect();
            failed(waiting, Told::Answer(Err(ExecuteError::Append(error))))
        }
    }
}

/// A command with events may have been stored. One without was never confirmed, and is not to be told
/// that it may have been stored.
fn away<A: Aggregate>(answer: Answer<A>, error: &StoreError) -> Refusal<A> {
    match answer {
        Ok(decided) if !decided.events.is_empty() => {
            ExecuteError::Append(AppendError::Store(error.clone()))
        }
        _ => LoadError::Store(error.clone()).into(),
    }
}

fn payloads(new: &[NewEvent]) -> usize {
    new.iter().map(|new| new.event.payload.as_str().len()).sum()
}
