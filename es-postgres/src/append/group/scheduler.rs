//! The scheduler of group commit: the state that the appends of one store share.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use es_core::__private::worker::Worker;
use es_core::StreamId;
use tokio::sync::{Notify, Semaphore};

use super::queue::Waiting;
use super::streams::Streams;
use crate::append::weight::BATCH;

/// The number of appends that go out by themselves before others queue. Appends that arrive
/// meanwhile go out together: an append costs the server a third in a batch of four of what it
/// costs alone. Measured with 8 and 32 writers on two cores, against 2, 4 and 8.
const LONE: usize = 1;

/// The number of batches in flight. With one, the server idles while an answer travels; with three
/// and more the batches shrink and the statements compete for the cores.
const FLUSHERS: usize = 2;

/// The maximum size of all appends that are queued or in batches, four batches; beyond it callers
/// wait outside. Two batches are in flight while two gather.
const ROOM: usize = 4 * BATCH;

/// The group commit of a store, shared by all its clones.
pub(crate) struct Group {
    scheduler: Mutex<Scheduler>,
    /// The tasks that send batches.
    pub(super) flushers: Worker,
    hasher: RandomState,
    /// Room in the queue and in batches, in the unit of [`size`](crate::append::weight::size).
    pub(super) room: Arc<Semaphore>,
}

#[derive(Default)]
pub(super) struct Scheduler {
    pub(super) queue: VecDeque<Waiting>,
    /// The streams at which appends of this process are.
    under_way: HashMap<StreamHash, UnderWay>,
    /// The number of appends that went out by themselves.
    pub(super) lone: usize,
    entries: u64,
}

/// A stream, as its hash: two streams with one hash wait for each other needlessly, with no other
/// effect.
pub(super) type StreamHash = u64;

/// The number that distinguishes one append at a stream from a later one.
pub(super) type Ticket = u64;

struct UnderWay {
    ticket: Ticket,
    how: How,
}

/// The route of an append at its streams. The append completes whether or not its caller polls.
#[derive(Clone)]
pub(super) enum How {
    /// The append goes out by itself.
    Lone,
    /// The append goes out in a batch.
    Batch,
    /// The append is in the locked form, for as long as another writer holds its stream. Other
    /// appends wait for the notification.
    Locked(Arc<Notify>),
}

impl Group {
    pub(crate) fn new() -> Self {
        Self {
            scheduler: Mutex::default(),
            flushers: Worker::new(FLUSHERS),
            hasher: RandomState::new(),
            room: Arc::new(Semaphore::new(ROOM)),
        }
    }

    pub(super) fn hash(&self, stream: &StreamId) -> StreamHash {
        self.hasher.hash_one(stream)
    }

    /// Locks the scheduler. No code panics while it holds the lock, so a poisoned one is taken as
    /// it is.
    pub(super) fn scheduler(&self) -> MutexGuard<'_, Scheduler> {
        self.scheduler.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of queued appends, for monitoring.
    pub(crate) fn queued(&self) -> usize {
        self.scheduler().queue.len()
    }
}

impl Scheduler {
    /// True if an append to these streams may go out by itself, as long as nobody sends batches.
    pub(super) fn is_free(&self, streams: &Streams) -> bool {
        let is_taken = |stream| self.under_way.contains_key(stream);
        self.lone < LONE && self.queue.is_empty() && !streams.iter().any(is_taken)
    }

    /// The route of an append of this process that is at one of the streams, if there is one: the
    /// locked form above all.
    pub(super) fn in_the_way(&self, streams: &Streams) -> Option<&How> {
        let mut found = None;
        for stream in streams.iter() {
            let how = self.under_way.get(stream).map(|under_way| &under_way.how);
            if let Some(How::Locked(_)) = how {
                return how;
            }
            found = found.or(how);
        }
        found
    }

    /// Records that an append is at all of its streams. Nobody else changes the scheduler meanwhile, so
    /// no append ever has some of its streams and waits for the others.
    pub(super) fn enter(&mut self, streams: &Streams, how: &How) -> Ticket {
        self.entries += 1;
        for stream in streams.iter() {
            self.under_way.insert(*stream, UnderWay { ticket: self.entries, how: how.clone() });
        }
        self.entries
    }

    /// Records that the append at these streams waits in the locked form: later ones wait for it.
    pub(super) fn shut(&mut self, streams: &Streams, ticket: Ticket) {
        let how = How::Locked(Arc::default());
        for stream in streams.iter() {
            match self.under_way.entry(*stream) {
                Entry::Occupied(mut entry) if entry.get().ticket == ticket => {
                    entry.get_mut().how = how.clone();
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(entry) => {
                    entry.insert(UnderWay { ticket, how: how.clone() });
                }
            }
        }
    }

    /// Records that the append has left its streams, and wakes the appends that wait for them.
    pub(super) fn leave(&mut self, streams: &Streams, ticket: Ticket) {
        for stream in streams.iter() {
            if let Entry::Occupied(entry) = self.under_way.entry(*stream)
                && entry.get().ticket == ticket
                && let How::Locked(door) = entry.remove().how
            {
                door.notify_waiters();
            }
        }
    }
}
