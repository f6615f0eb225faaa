//! Decisions that meet on a tag: who decides, and who waits.
//!
//! As with the commands of a repository, but a decision has several tags. One whose tags nobody has runs
//! in the future of its caller, and moves to a task when somebody waits for it ([`Handover`]). One that
//! meets another, running or waiting, queues; nobody overtakes on a tag that somebody before it waits
//! for. When a run ends, the queue is looked through: those whose tags are free go on, those that share a
//! tag together.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::store::event_store::EventStore;
use crate::store::query::QueryItem;
use crate::task::given_to::give_to;
use crate::task::handover::Handover;
use crate::write::decisions::batch::run;
use crate::write::decisions::request::Request;

/// The most decisions in one batch.
const DECISIONS: usize = 128;
/// The most tags in one batch: a store locks each of them.
const TAGS: usize = 128;
/// The length of a queue from which it is searched for requests whose callers have gone. The next
/// search comes when it has doubled.
const LOOK: usize = 1024;

/// The tags that somebody decides on, and those who wait for one.
#[derive(Default)]
pub(crate) struct Meeting {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_run: u64,
    /// The run that has a tag.
    taken: HashMap<QueryItem, u64>,
    /// The runs that are not a task's yet.
    firsts: HashMap<u64, Arc<Handover<()>>>,
    queue: VecDeque<Request>,
    /// The number of those in the queue that want a tag.
    wanted: HashMap<QueryItem, usize>,
    look: usize,
}

/// Prints how many requests wait.
impl fmt::Debug for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Meeting").field("waiting", &state.queue.len()).finish_non_exhaustive()
    }
}

/// The place of a decision that came.
pub(crate) enum Entered {
    /// The decision meets nobody, and is to be put here.
    First(Request, Run, Arc<Handover<()>>),
    Queued,
}

impl Meeting {
    pub(crate) fn enter(self: &Arc<Self>, request: Request, runtime: &Handle) -> Entered {
        let mut state = self.state();
        let meets = |key| state.taken.contains_key(key) || state.wanted.contains_key(key);
        if !request.keys.iter().any(meets) {
            let number = state.start(request.keys.iter());
            let first = Handover::new(runtime.clone(), request.span.clone());
            state.firsts.insert(number, Arc::clone(&first));
            return Entered::First(request, Run { meeting: Arc::clone(self), number }, first);
        }
        let met: HashSet<u64> =
            request.keys.iter().filter_map(|key| state.taken.get(key).copied()).collect();
        let firsts: Vec<_> =
            met.into_iter().filter_map(|number| state.firsts.remove(&number)).collect();
        let gone = state.push(request);
        drop(state);
        drop(gone);
        for first in firsts {
            first.take_over();
        }
        Entered::Queued
    }

    /// Locks the state. Nothing in here panics between two changes, so a poisoned lock is taken as
    /// it is.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to decide on some tags. Whoever ends a run begins those that waited for it.
pub(crate) struct Run {
    meeting: Arc<Meeting>,
    number: u64,
}

impl Run {
    /// Has a task take the run over, if it is with its owner, who may keep it without polling it: from the
    /// next moment on that it waits for something.
    pub(crate) fn leave_owner(&self) {
        let first = self.meeting.state().firsts.remove(&self.number);
        if let Some(first) = first {
            first.take_over();
        }
    }

    /// Ends the run: the decisions that go on now, each batch with a run of its own.
    fn end(&self) -> Vec<(Vec<Request>, Run)> {
        let mut state = self.meeting.state();
        state.taken.retain(|_, run| *run != self.number);
        state.firsts.remove(&self.number);
        let batches = state.take_free();
        batches
            .into_iter()
            .map(|batch| {
                let number = state.start(batch.iter().flat_map(|request| &request.keys));
                (batch, Self { meeting: Arc::clone(&self.meeting), number })
            })
            .collect()
    }
}

/// A run with the means to begin the next ones, wherever it ends.
pub(crate) struct Turn<S: EventStore> {
    /// The run; none once it is another's.
    run: Option<Run>,
    store: S,
    limit: Duration,
}

impl<S: EventStore> Turn<S> {
    pub(crate) fn new(run: Run, store: S, limit: Duration) -> Self {
        Self { run: Some(run), store, limit }
    }

    /// Has a task decide a batch, on a runtime of those who wait for it that still lives. The run
    /// comes back if none does.
    fn begin(&self, batch: Vec<Request>, run: Run) -> Option<Run> {
        let mut batch: VecDeque<_> = batch.into_iter().filter(Request::is_wanted).collect();
        let mut run = Some(run);
        while let Some(runtime) = batch.front().and_then(|first| first.runtime.clone()) {
            let turn = Self { run: run.take(), store: self.store.clone(), limit: self.limit };
            let begun =
                give_to(&runtime, (turn, batch), |(turn, batch)| run_with(turn, batch.into()));
            let (mut turn, rest) = begun.err()?;
            (run, batch) = (turn.run.take(), rest);
            // It ends with its runtime.
            drop(batch.pop_front());
        }
        run
    }
}

impl<S: EventStore> Drop for Turn<S> {
    /// The end of a run: done, given up, or come to grief.
    fn drop(&mut self) {
        let Some(run) = self.run.take() else { return };
        let mut next = VecDeque::from(run.end());
        while let Some((batch, run)) = next.pop_front() {
            if let Some(over) = self.begin(batch, run) {
                next.extend(over.end());
            }
        }
    }
}

/// Decides a batch, and then ends the run.
pub(crate) async fn run_with<S: EventStore>(turn: Turn<S>, batch: Vec<Request>) {
    run(&turn.store, turn.limit, batch, turn.run.as_ref()).await;
}

impl State {
    fn start<'a>(&mut self, keys: impl Iterator<Item = &'a QueryItem>) -> u64 {
        self.last_run += 1;
        let number = self.last_run;
        self.taken.extend(keys.map(|key| (key.clone(), number)));
        number
    }

    /// Queues a request. If the queue is long, the requests whose callers have gone come back.
    fn push(&mut self, request: Request) -> Vec<Request> {
        for key in &request.keys {
            *self.wanted.entry(key.clone()).or_default() += 1;
        }
        self.queue.push_back(request);
        if self.queue.len() < self.look.max(LOOK) {
            return Vec::new();
        }
        let all = std::mem::take(&mut self.queue);
        let (wanted, gone): (VecDeque<_>, Vec<_>) = {
            let (wanted, gone): (Vec<_>, Vec<_>) = all.into_iter().partition(Request::is_wanted);
            (wanted.into(), gone)
        };
        self.queue = wanted;
        self.look = 2 * self.queue.len();
        for request in &gone {
            self.forget(request);
        }
        gone
    }

    fn forget(&mut self, request: &Request) {
        for key in &request.keys {
            if let Some(wanted) = self.wanted.get_mut(key) {
                *wanted -= 1;
                if *wanted == 0 {
                    self.wanted.remove(key);
                }
            }
        }
    }

    /// Takes the requests whose tags are free out of the queue, in batches that share no tag.
    fn take_free(&mut self) -> Vec<Vec<Request>> {
        let mut batches: Vec<(HashSet<QueryItem>, Vec<Request>)> = Vec::new();
        let mut blocked: HashSet<QueryItem> = HashSet::new();
        for request in std::mem::take(&mut self.queue) {
            let is_blocked = |key| self.taken.contains_key(key) || blocked.contains(key);
            let meets = |(keys, _): &(HashSet<_>, _)| !request.keys.is_disjoint(keys);
            let mut met = (0..batches.len()).filter(|nth| meets(&batches[*nth]));
            let (first, second) = (met.next(), met.next());
            let is_full = first.is_some_and(|nth| {
                let (keys, requests) = &batches[nth];
                requests.len() >= DECISIONS || keys.len() + request.keys.len() > TAGS
            });
            if request.keys.iter().any(is_blocked) || second.is_some() || is_full {
                blocked.extend(request.keys.iter().cloned());
                self.queue.push_back(request);
                continue;
            }
            self.forget(&request);
            match first {
                Some(nth) => {
                    let (keys, requests) = &mut batches[nth];
                    keys.extend(request.keys.iter().cloned());
                    requests.push(request);
                }
                None => batches.push((request.keys.clone(), vec![request])),
            }
        }
        batches.into_iter().map(|(_, requests)| requests).collect()
    }
}
