//! Commands that meet on one aggregate: who decides, and who waits.
//!
//! A lane is open while somebody decides on its aggregate. Whoever finds none opens one and executes
//! its command by itself, in its own future, as if there were no lanes. Whoever finds one queues. The
//! right to decide is a [`Turn`]; it ends with the command that it was taken for, however that ends,
//! and its end is where the rule stands that nobody is left behind: if there is a queue, the turn goes
//! to a task that executes it in groups, and if there is none, the lane vanishes.
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

use super::Repository;
use super::group::Group;
use super::waiting::Waiting;
use crate::aggregate::Aggregate;
use crate::load::Loaded;
use crate::store::EventStore;
use crate::stream::StreamId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many commands queue for one aggregate; the next ones wait outside, first come, first served.
const PLACES: usize = 1024;

/// The aggregates on which somebody decides.
pub(super) struct Lanes<A: Aggregate> {
    open: Mutex<HashMap<StreamId, Lane<A>>>,
    pub(super) copy: fn(&A) -> A,
}

/// Says how many there are.
impl<A: Aggregate> fmt::Debug for Lanes<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.open().len().fmt(f)
    }
}

struct Lane<A: Aggregate> {
    queue: VecDeque<Waiting<A>>,
    places: Arc<Semaphore>,
}

/// What somebody finds who comes with a command.
pub(super) enum Entered<T> {
    /// Nobody: the lane is open, and the turn is one's own.
    First,
    /// Others. The command has been queued.
    Queued(T),
    /// So many others that one has to wait for a place.
    Full(Arc<Semaphore>),
}

impl<A: Aggregate> Lanes<A> {
    pub(super) fn new() -> Self
    where
        A: Clone,
    {
        Self { open: Mutex::default(), copy: A::clone }
    }

    /// Queues what `waiting` makes of a place, if there is a lane. `place` is one that was waited for.
    pub(super) fn enter<T>(
        &self,
        stream: &StreamId,
        place: Option<OwnedSemaphorePermit>,
        waiting: impl FnOnce(OwnedSemaphorePermit) -> (Waiting<A>, T),
    ) -> Entered<T> {
        let mut open = self.open();
        let Some(lane) = open.get_mut(stream) else {
            let places = Arc::new(Semaphore::new(PLACES));
            open.insert(stream.clone(), Lane { queue: VecDeque::new(), places });
            return Entered::First;
        };
        let place = place.or_else(|| Arc::clone(&lane.places).try_acquire_owned().ok());
        let Some(place) = place else {
            return Entered::Full(Arc::clone(&lane.places));
        };
        let (waiting, answer) = waiting(place);
        lane.queue.push_back(waiting);
        Entered::Queued(answer)
    }

    /// Nothing in here panics between two changes, so a poisoned lock is taken as it is.
    fn open(&self) -> MutexGuard<'_, HashMap<StreamId, Lane<A>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to decide on one aggregate.
pub(super) struct Turn<A: Aggregate, S: EventStore> {
    pub(super) repository: Repository<A, S>,
    pub(super) lanes: Arc<Lanes<A>>,
    pub(super) stream: StreamId,
    /// The state that the last command of the turn left, for the next ones.
    pub(super) known: Option<Loaded<A>>,
}

impl<A: Aggregate, S: EventStore> Turn<A, S> {
    /// Whether somebody waits.
    pub(super) fn is_awaited(&self) -> bool {
        self.lanes.open().get(&self.stream).is_some_and(|lane| !lane.queue.is_empty())
    }

    /// The next that waits.
    pub(super) fn next(&self) -> Option<Waiting<A>> {
        self.lanes.open().get_mut(&self.stream)?.queue.pop_front()
    }
}

impl<A: Aggregate, S: EventStore> Drop for Turn<A, S> {
    /// The end of a turn: done, given up, or come to grief.
    fn drop(&mut self) {
        let next = {
            let mut open = self.lanes.open();
            let next = open.get_mut(&self.stream).and_then(|lane| lane.queue.pop_front());
            if next.is_none() {
                open.remove(&self.stream);
            }
            next
        };
        // A runtime that has ended drops the task here and now, and its turn ends with the lane one
        // command shorter.
        if let Some(next) = next {
            let turn = Self {
                repository: self.repository.clone(),
                lanes: Arc::clone(&self.lanes),
                stream: self.stream.clone(),
                known: self.known.take(),
            };
            let runtime = next.runtime.clone();
            runtime.spawn(Group::new(turn, next).execute_all());
        }
    }
}
