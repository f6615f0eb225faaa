//! Appends that wait for the next batch.

use std::sync::Arc;

use es_core::{Append, AppendError, Appended, StreamAppend};
use tokio::sync::futures::OwnedNotified;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tracing::Span;

use super::lone::Claim;
use super::scheduler::How;
use super::streams::Streams;
use crate::append::appender::Appender;
use crate::append::locked::Met;
use crate::error::unexpected;
use crate::pool::driven::driven;

/// The number of times that an append to several streams queues again. There may be one at one of them that
/// waits for another process, whenever it asks; then it waits in the server, where those who wait have their turns.
const AGAIN: u32 = 4;

/// An append in the queue.
pub(super) struct Waiting {
    pub(super) append: Arc<Append>,
    pub(super) streams: Streams,
    pub(super) size: usize,
    pub(super) answer: oneshot::Sender<Turn>,
    /// The span of its caller.
    span: Span,
    /// Its room in the queue, given back when it is answered.
    pub(super) _room: OwnedSemaphorePermit,
}

/// The outcome for an append that queued.
pub(super) enum Turn {
    /// The append is answered.
    Settled(Result<Appended, AppendError>),
    /// Some of its ids are in the store.
    Known,
    /// The append goes out by itself, waiting for its streams if need be.
    Alone,
    /// Its outcome is unknown; it queues again.
    Again,
}

impl Waiting {
    /// Its only part; `None` if it has several.
    pub(super) fn only_part(&self) -> Option<&StreamAppend> {
        match self.append.parts() {
            [part] => Some(part),
            _ => None,
        }
    }

    /// Takes the locked form, since another writer is at one of its streams. The caller, who may not poll
    /// for long, has no part in that.
    pub(super) fn lock(self, appender: &Appender, claim: Option<Claim>) {
        let Self { append, answer, span, .. } = self;
        drop(span.in_scope(|| {
            appender.call_locked(append, claim, Met::Somebody, answer, Turn::Settled)
        }));
    }

    /// Hands the verdict to the caller, who may have gone.
    pub(super) fn tell(self, turn: Turn) {
        let _ = self.answer.send(turn);
    }
}

impl Appender {
    /// Appends together with the other appends that are ready to go out.
    ///
    /// A caller that is dropped while waiting has sent nothing: a flusher takes only appends whose
    /// callers are there.
    pub(crate) async fn append_together(
        &self,
        append: Arc<Append>,
        size: usize,
    ) -> Result<Appended, AppendError> {
        let streams = Streams::of(&append, &self.group);
        // What the caller has begun before may be what this is about to wait for.
        self.database.connections.handovers.take_over_siblings();
        let mut again = 0;
        loop {
            self.wait_at_doors(&streams).await;
            let turn = self.queue(&append, &streams, size).await?;
            let appender = self.clone();
            match turn.await {
                Ok(Turn::Settled(answer)) => return answer,
                Ok(Turn::Known) => {
                    return self
                        .database
                        .drive(async move { appender.first_answer_anywhere(&append).await })
                        .await;
                }
                Ok(Turn::Again) if again < AGAIN || streams.is_kept_by_who_waits() => again += 1,
                // Whatever ended the task that had it, a panic or the end of its runtime: the ids tell
                // whether it was stored, and it meets no other append again.
                Ok(Turn::Alone | Turn::Again) | Err(_) => {
                    return self
                        .database
                        .drive(async move { appender.append_alone(append).await })
                        .await;
                }
            }
        }
    }

    /// Queues an append as soon as there is room. Without room, a task waits for it: room that is
    /// given to a caller who does not poll would be lost to all.
    async fn queue(
        &self,
        append: &Arc<Append>,
        streams: &Streams,
        size: usize,
    ) -> Result<oneshot::Receiver<Turn>, AppendError> {
        let (answer, turn) = oneshot::channel();
        let (append, streams, span) = (Arc::clone(append), streams.clone(), Span::current());
        let waiting = move |room| Waiting { append, streams, size, answer, span, _room: room };
        let permits = u32::try_from(size).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.group.room);
        // The semaphore hands its room to those who wait, so that this overtakes nobody.
        if let Ok(room) = Arc::clone(&room).try_acquire_many_owned(permits) {
            self.push(waiting(room));
            return Ok(turn);
        }
        let appender = self.clone();
        driven(async move {
            let room = room.acquire_many_owned(permits).await;
            appender.push(waiting(room.map_err(|_| unexpected("the queue of appends is closed"))?));
            Ok(turn)
        })
        .await
    }

    fn push(&self, waiting: Waiting) {
        let mut scheduler = self.group.scheduler();
        scheduler.queue.push_back(waiting);
        self.call_flusher(scheduler);
    }

    /// The notification that one of the streams is free, if an append of this process waits there in
    /// the locked form. It is created under the lock, so that it cannot be missed.
    fn door(&self, streams: &Streams) -> Option<OwnedNotified> {
        match self.group.scheduler().in_the_way(streams) {
            Some(How::Locked(door)) => Some(Arc::clone(door).notified_owned()),
            _ => None,
        }
    }

    /// Returns when no append of this process waits for the stream in the locked form; of several, when one has
    /// come through.
    async fn wait_at_doors(&self, streams: &Streams) {
        while let Some(door) = self.door(streams) {
            door.await;
            if !streams.is_kept_by_who_waits() {
                // If another door is shut, the queue says so, and how often is counted.
                return;
            }
        }
    }
}
