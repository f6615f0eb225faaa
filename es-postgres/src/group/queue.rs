//! Appends that wait for the next batch.

use std::sync::Arc;
use std::time::Duration;

use es_core::{Append, AppendError, Appended, StreamAppend};
use tokio::sync::futures::OwnedNotified;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::timeout;

use super::claim::Claim;
use super::desk::{How, StreamHash};
use crate::error::unexpected;
use crate::store::PgStore;

/// So long an append waits for one that went to the same stream by itself and does not come back: the
/// service may have stopped polling its future, and then it never will. A statement takes a
/// hundredth of that.
const PATIENCE: Duration = Duration::from_millis(100);

/// An append in the queue.
pub(super) struct Waiting {
    pub(super) append: Arc<Append>,
    pub(super) stream: StreamHash,
    pub(super) size: usize,
    pub(super) answer: oneshot::Sender<Turn>,
    /// Its room, given back when it is answered.
    pub(super) _room: OwnedSemaphorePermit,
}

/// What became of an append that queued.
pub(super) enum Turn {
    /// It is answered.
    Settled(Result<Appended, AppendError>),
    /// Some of its ids are in the store.
    Known,
    /// It goes out by itself, waiting for its stream if need be.
    Alone,
    /// Somebody else is at its stream: it goes the locked way, and no other of this process meanwhile.
    Locked(Claim),
    /// Nothing is known of it; it queues again.
    Again,
}

impl Waiting {
    /// Its only part.
    pub(super) fn part(&self) -> Option<&StreamAppend> {
        self.append.parts().first()
    }

    /// Hands the verdict to the caller, who may have gone.
    pub(super) fn tell(self, turn: Turn) {
        let _ = self.answer.send(turn);
    }
}

impl PgStore {
    /// Appends together with whatever else wants to go out.
    ///
    /// Whoever is dropped while waiting was not sent: a flusher takes only appends whose callers are
    /// there.
    pub(crate) async fn append_together(
        &self,
        append: Arc<Append>,
        size: usize,
    ) -> Result<Appended, AppendError> {
        let stream = match append.parts() {
            [part] => self.group.hash(&part.stream),
            _ => return self.append_alone(append).await,
        };
        loop {
            self.wait_at_door(stream).await;
            let permits = u32::try_from(size).unwrap_or(u32::MAX);
            let room = Arc::clone(&self.group.room);
            let room = room.acquire_many_owned(permits).await;
            let room = room.map_err(|_| unexpected("the queue of appends is closed"))?;
            let (answer, mut turn) = oneshot::channel();
            self.queue(Waiting { append: Arc::clone(&append), stream, size, answer, _room: room });
            let turn = loop {
                match timeout(PATIENCE, &mut turn).await {
                    Ok(turn) => break turn,
                    Err(_) => {
                        self.lose_patience(stream);
                    }
                }
            };
            match turn {
                Ok(Turn::Settled(answer)) => return answer,
                Ok(Turn::Known) => return self.first_answer_anywhere(&append).await,
                Ok(Turn::Alone) => return self.append_alone(append).await,
                Ok(Turn::Locked(claim)) => return self.append_locked(append, Some(claim)).await,
                // The task that had it is gone with its runtime; the ids tell whether it was stored.
                Ok(Turn::Again) | Err(_) => {}
            }
        }
    }

    fn queue(&self, waiting: Waiting) {
        let mut desk = self.group.desk();
        desk.queue.push_back(waiting);
        self.call_flusher(desk);
    }

    fn lose_patience(&self, stream: StreamHash) {
        let mut desk = self.group.desk();
        desk.forget_lone(stream);
        self.call_flusher(desk);
    }

    /// The door of `stream`, if an append of this process waits there in the locked form. The answer
    /// is created under the lock, so that it cannot miss the opening.
    fn door(&self, stream: StreamHash) -> Option<OwnedNotified> {
        match self.group.desk().how(stream) {
            Some(How::Locked(door)) => Some(Arc::clone(door).notified_owned()),
            _ => None,
        }
    }

    /// Returns when no append of this process waits for `stream` in the locked form.
    async fn wait_at_door(&self, stream: StreamHash) {
        while let Some(door) = self.door(stream) {
            door.await;
        }
    }
}
