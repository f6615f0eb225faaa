//! Commands that meet on one aggregate: who decides, and who waits.
//!
//! A lane is open while somebody decides on its aggregate. A command that finds none opens one and is
//! executed by itself, in the future of its caller, as if there were no lanes. A command that finds one
//! queues. Nobody waits for a future that its caller may keep without polling it: the first to queue has
//! a task take over the command that opened the lane ([`Handover`]). The right to decide is a [`Turn`];
//! it ends with the command that it was taken for, however that ends, and its end is where the rule
//! stands that nobody is left behind: if there is a queue, the turn goes to a task that executes it in
//! batches, and if there is none, the lane vanishes.
//!
//! ```text
//! first   ├─ load, decide, append ─┤
//! second     ├─ waits ─────────────┼─ decided after the first ──┐
//! third         ├─ waits ──────────┼─ decided after the second ─┴─ one append ─┤
//! fourth                               ├─ waits ──────────────────────────────┼─ …
//! ```

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Span;

use super::batch::Batch;
use super::queue::{Told, Waiting};
use crate::domain::aggregate::Aggregate;
use crate::store::append::Append;
use crate::store::event_store::EventStore;
use crate::stream::StreamId;
use crate::task::given_to::give_to;
use crate::task::handover::Handover;
use crate::write::load::Loaded;
use crate::write::repository::decided::Refusal;
use crate::write::repository::{Executed, Repository};

/// A queue of so many commands is looked through for those whose callers have gone. The next look
/// comes when it has doubled.
const LOOK: usize = 1024;

/// The aggregates on which somebody decides.
pub(in crate::write::repository) struct Lanes<A: Aggregate> {
    open: Mutex<HashMap<StreamId, Lane<A>>>,
    pub(super) copy: fn(&A) -> A,
}

/// Prints how many there are.
impl<A: Aggregate> fmt::Debug for Lanes<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.open().len().fmt(f)
    }
}

/// The command that opened a lane.
type FirstOf<A> = Handover<Result<Executed<A>, Refusal<A>>>;

struct Lane<A: Aggregate> {
    /// The command that opened the lane, until a task has it.
    first: Option<Arc<FirstOf<A>>>,
    queue: VecDeque<Waiting<A>>,
    /// The length at which the queue is looked through.
    look: usize,
}

/// The place of a command that came.
pub(super) enum Entered<A: Aggregate> {
    /// The lane was not there and is open now. The caller takes the turn, and puts the command here.
    First(Arc<FirstOf<A>>),
    /// The command has been queued.
    Queued(oneshot::Receiver<Told<A>>),
}

impl<A: Aggregate> Lanes<A> {
    pub(in crate::write::repository) fn new() -> Self
    where
        A: Clone,
    {
        Self { open: Mutex::default(), copy: A::clone }
    }

    /// Queues what `waiting` makes, if there is a lane; otherwise opens it.
    pub(super) fn enter(
        &self,
        stream: &StreamId,
        runtime: &Handle,
        span: &Span,
        waiting: impl FnOnce() -> (Waiting<A>, oneshot::Receiver<Told<A>>),
    ) -> Entered<A> {
        let mut open = self.open();
        let Some(lane) = open.get_mut(stream) else {
            let first = Handover::new(runtime.clone(), span.clone());
            let lane = Lane { first: Some(Arc::clone(&first)), queue: VecDeque::new(), look: LOOK };
            open.insert(stream.clone(), lane);
            return Entered::First(first);
        };
        let (waiting, answer) = waiting();
        lane.queue.push_back(waiting);
        let gone = lane.without_callers();
        let first = lane.first.take();
        drop(open);
        drop(gone);
        if let Some(first) = first {
            first.take_over();
        }
        Entered::Queued(answer)
    }

    /// Locks the lanes. Nothing in here panics between two changes, so a poisoned lock is taken as
    /// it is.
    fn open(&self) -> MutexGuard<'_, HashMap<StreamId, Lane<A>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Aggregate> Lane<A> {
    /// Takes the commands whose callers have gone out of a long queue.
    fn without_callers(&mut self) -> VecDeque<Waiting<A>> {
        if self.queue.len() < self.look {
            return VecDeque::new();
        }
        let (wanted, gone) =
            std::mem::take(&mut self.queue).into_iter().partition(Waiting::is_wanted);
        self.queue = wanted;
        self.look = LOOK.max(2 * self.queue.len());
        gone
    }
}

/// The right to decide on one aggregate.
pub(super) struct Turn<A: Aggregate, S: EventStore> {
    pub(super) repository: Repository<A, S>,
    pub(super) lanes: Arc<Lanes<A>>,
    pub(super) stream: StreamId,
    /// The state that the last command of the turn left, for the next ones.
    pub(super) known: Option<Loaded<A>>,
    /// The last append, while others append to the stream as well and not through this lane.
    pub(super) contended: Option<Append>,
    /// The commands that were taken out of the queue and are not decided yet.
    pub(super) taken: VecDeque<Waiting<A>>,
    is_passed_on: bool,
}

impl<A: Aggregate, S: EventStore> Turn<A, S> {
    /// True if somebody waits.
    pub(super) fn is_awaited(&self) -> bool {
        self.lanes.open().get(&self.stream).is_some_and(|lane| !lane.queue.is_empty())
    }

    pub(super) fn new(
        repository: Repository<A, S>,
        lanes: Arc<Lanes<A>>,
        stream: StreamId,
    ) -> Self {
        let (known, contended, taken) = (None, None, VecDeque::new());
        Self { repository, lanes, stream, known, contended, taken, is_passed_on: false }
    }

    /// The next that waits.
    pub(super) fn next(&self) -> Option<Waiting<A>> {
        self.lanes.open().get_mut(&self.stream)?.queue.pop_front()
    }

    /// Moves this turn to another owner.
    fn pass_on(&mut self) -> Self {
        self.is_passed_on = true;
        Self {
            repository: self.repository.clone(),
            lanes: Arc::clone(&self.lanes),
            stream: self.stream.clone(),
            known: self.known.take(),
            contended: self.contended.take(),
            taken: std::mem::take(&mut self.taken),
            is_passed_on: false,
        }
    }

    /// The next of all that wait; if nobody does the lane is closed.
    fn next_or_close(&mut self) -> Option<Waiting<A>> {
        if let Some(next) = self.taken.pop_front() {
            return Some(next);
        }
        let mut open = self.lanes.open();
        let next = open.get_mut(&self.stream).and_then(|lane| lane.queue.pop_front());
        if next.is_none() {
            open.remove(&self.stream);
        }
        next
    }
}

impl<A: Aggregate, S: EventStore> Drop for Turn<A, S> {
    /// The end of a turn: done, given up, or come to grief.
    fn drop(&mut self) {
        if self.is_passed_on {
            return;
        }
        while let Some(next) = self.next_or_close() {
            if !next.is_wanted() {
                continue;
            }
            let runtime = next.runtime.clone();
            match give_to(&runtime, Batch::new(self.pass_on(), next), Batch::execute_all) {
                Ok(()) => return,
                // The command ends with its runtime, and the turn is here again.
                Err(batch) => *self = batch.without_first(),
            }
        }
    }
}
