//! What the appends of one store know of each other.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use es_core::StreamId;
use tokio::sync::{Notify, Semaphore};

use super::queue::Waiting;
use crate::size::BATCH;

/// So many appends go out by themselves before others queue. What comes meanwhile goes out together: an
/// append costs the server a third in a batch of four of what it costs alone. Measured with 8 and 32
/// writers on two cores, against 2, 4 and 8.
const LONE: usize = 1;

/// So many batches are under way at once. With one, the server idles while an answer travels; with
/// three and more the batches shrink and the statements compete for the cores.
const FLUSHERS: usize = 2;

/// So much is queued and under way in batches at most, four of them; beyond that callers wait
/// outside. Two batches are under way while two gather.
const ROOM: usize = 4 * BATCH;

/// Where the appends of a store and all its clones meet.
pub(crate) struct Group {
    desk: Mutex<Desk>,
    hasher: RandomState,
    /// Room in the queue and in batches, in the unit of [`size`](crate::size::size).
    pub(super) room: Arc<Semaphore>,
}

#[derive(Default)]
pub(super) struct Desk {
    pub(super) queue: VecDeque<Waiting>,
    /// The streams at which appends of this process are.
    under_way: HashMap<StreamHash, UnderWay>,
    /// Appends that went out by themselves.
    pub(super) lone: usize,
    /// Tasks that send batches.
    pub(super) flushers: usize,
    entries: u64,
}

/// A stream, as its hash: two streams of one hash wait for each other for nothing, and that is all.
pub(super) type StreamHash = u64;

/// Tells one append at a stream from a later one.
pub(super) type Ticket = u64;

struct UnderWay {
    ticket: Ticket,
    how: How,
}

/// How an append is at its stream. It comes to its end whether or not its caller polls.
pub(super) enum How {
    /// By itself.
    Lone,
    /// In a batch.
    Batch,
    /// In the locked form, for as long as somebody else holds the stream. Others wait for
    /// this door to open.
    Locked(Arc<Notify>),
}

impl Group {
    pub(crate) fn new() -> Self {
        Self {
            desk: Mutex::default(),
            hasher: RandomState::new(),
            room: Arc::new(Semaphore::new(ROOM)),
        }
    }

    pub(super) fn hash(&self, stream: &StreamId) -> StreamHash {
        self.hasher.hash_one(stream)
    }

    /// No code panics while it holds the lock, so a poisoned one is taken as it is.
    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is under way, for those who ask how the store is doing.
    pub(crate) fn queued(&self) -> usize {
        self.desk().queue.len()
    }
}

impl Desk {
    /// Whether an append to `stream` may go out by itself.
    pub(super) fn is_free(&self, stream: StreamHash) -> bool {
        self.lone < LONE
            && self.flushers == 0
            && self.queue.is_empty()
            && !self.under_way.contains_key(&stream)
    }

    /// Whether an append of this process is at `stream`.
    pub(super) fn how(&self, stream: StreamHash) -> Option<&How> {
        self.under_way.get(&stream).map(|under_way| &under_way.how)
    }

    /// Notes that an append is at `stream`.
    pub(super) fn enter(&mut self, stream: StreamHash, how: How) -> Ticket {
        self.entries += 1;
        self.under_way.insert(stream, UnderWay { ticket: self.entries, how });
        self.entries
    }

    /// The append at `stream` goes the locked way: the door shuts behind it.
    pub(super) fn shut(&mut self, stream: StreamHash, ticket: Ticket) {
        let how = How::Locked(Arc::default());
        match self.under_way.entry(stream) {
            Entry::Occupied(mut entry) if entry.get().ticket == ticket => entry.get_mut().how = how,
            Entry::Occupied(_) => {}
            Entry::Vacant(entry) => {
                entry.insert(UnderWay { ticket, how });
            }
        }
    }

    /// The append has left `stream`. Whoever waits at the door may come in.
    pub(super) fn leave(&mut self, stream: StreamHash, ticket: Ticket) {
        if let Entry::Occupied(entry) = self.under_way.entry(stream)
            && entry.get().ticket == ticket
            && let How::Locked(door) = entry.remove().how
        {
            door.notify_waiters();
        }
    }

    /// Whether one more task should send batches.
    pub(super) fn lacks_flusher(&self) -> bool {
        !self.queue.is_empty() && self.flushers < FLUSHERS
    }
}
