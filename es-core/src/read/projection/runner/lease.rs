//! Renewal of a node's leases while its handlers are busy.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::backoff;
use super::hand::Hand;
pub(crate) use crate::error_text::chain;
use crate::error_text::kept_text;
use crate::read::projection::{
    Claims, Heartbeat, HeartbeatReply, Holder, NodeId, ProjectionId, ProjectionStore, Release, Slot,
};
use crate::store::error::StoreError;

/// Sends heartbeats, as signs of life of the node, and hands on the replies.
///
/// Two tasks send them: this one, so that a handler may take its time, and the loop when it has to
/// know something now. A reply is as old as its question. So each change of the slots that the node
/// holds begins a new *generation*, and replies of an older one do not count.
#[derive(Debug)]
pub(super) struct Lease<P> {
    kept: P,
    id: ProjectionId,
    node: NodeId,
    length: Duration,
    generation: AtomicU64,
    handled: AtomicU64,
    heartbeat: Mutex<Measured>,
    hand: Hand,
    news: watch::Sender<Option<News>>,
}

/// The reply to a heartbeat, and the generation in which the heartbeat was sent.
#[derive(Clone, Debug)]
pub(super) struct News {
    pub(super) reply: HeartbeatReply,
    pub(super) generation: u64,
}

#[derive(Debug)]
struct Measured {
    since: Instant,
    handled: u64,
    heartbeat: Heartbeat,
    /// The text that the node tells while nothing else is wrong with it.
    too_old: Option<String>,
}

impl<P: ProjectionStore> Lease<P> {
    pub(super) fn new(kept: P, id: ProjectionId, length: Duration) -> Self {
        let heartbeat = Measured {
            since: Instant::now(),
            handled: 0,
            heartbeat: Heartbeat::default(),
            too_old: None,
        };
        Self {
            kept,
            id,
            node: NodeId::generate(),
            length,
            generation: AtomicU64::new(0),
            handled: AtomicU64::new(0),
            heartbeat: Mutex::new(heartbeat),
            hand: Hand::default(),
            news: watch::Sender::new(None),
        }
    }

    pub(super) fn holder(&self) -> Holder<'_> {
        Holder { id: &self.id, node: self.node, lease: self.length }
    }

    pub(super) fn id(&self) -> &ProjectionId {
        &self.id
    }

    pub(super) fn news(&self) -> watch::Receiver<Option<News>> {
        self.news.subscribe()
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Begins a new generation, as the slots that the node holds have changed: earlier replies do
    /// not count.
    pub(super) fn changed(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn count(&self, events: u64) {
        self.handled.fetch_add(events, Ordering::Relaxed);
    }

    /// The event that the node's handler is busy with.
    pub(super) fn hand(&self) -> &Hand {
        &self.hand
    }

    /// Sets the reason that the node makes no progress, or clears it.
    pub(super) fn set_error(&self, error: Option<String>) {
        self.measured(|measured| measured.heartbeat.error = error.map(kept_text));
    }

    /// The node is too old to read so many kinds of events.
    pub(super) fn set_unreadable(&self, kinds: usize, text: String) {
        self.measured(|measured| {
            measured.heartbeat.unreadable = u32::try_from(kinds).unwrap_or(u32::MAX);
            measured.too_old = Some(text);
        });
    }

    /// Sends one heartbeat.
    pub(super) async fn heartbeat(&self) -> Result<HeartbeatReply, StoreError> {
        let generation = self.generation();
        let heartbeat = self.measure();
        let reply = self.kept.heartbeat(self.holder(), &heartbeat).await?;
        self.news.send_if_modified(|news| {
            let is_newest = news.as_ref().is_none_or(|news| news.generation <= generation);
            if is_newest {
                *news = Some(News { reply: reply.clone(), generation });
            }
            is_newest
        });
        Ok(reply)
    }

    /// Claims up to so many slots.
    pub(super) async fn claim(&self, at_most: usize) -> Result<Claims, StoreError> {
        self.changed();
        let claims = self.kept.claim(self.holder(), at_most).await?;
        self.changed();
        Ok(claims)
    }

    /// Lets go of slots.
    pub(super) async fn release(&self, slots: &[Slot]) -> Result<(), StoreError> {
        if !slots.is_empty() {
            self.changed();
            self.kept.release(self.holder(), Release::Slots(slots)).await?;
            self.changed();
        }
        Ok(())
    }

    /// Deregisters the node. No heartbeat may be under way.
    pub(super) async fn deregister(&self) -> Result<(), StoreError> {
        self.kept.deregister(self.holder()).await
    }

    /// Goes on sending heartbeats until it is told to stop; never breaks one off, which could
    /// otherwise arrive after the node has deregistered.
    pub(super) async fn keep(&self, stop: CancellationToken) {
        let mut failed = 0_u32;
        while stop.run_until_cancelled(sleep(self.pause(failed))).await.is_some() {
            match self.heartbeat().await {
                Ok(_) => failed = 0,
                Err(error) => {
                    if failed == 0 {
                        let error = chain(&error);
                        warn!(target: "es", projection = %self.id, error, "the lease is not renewed");
                    }
                    failed = failed.saturating_add(1);
                }
            }
        }
    }

    /// A third of the lease; with other nodes beside it, short enough to take over soon after one of
    /// them is gone.
    fn pause(&self, failed: u32) -> Duration {
        const TAKEOVER: Duration = Duration::from_millis(750);
        let third = self.length / 3;
        if failed > 0 {
            return backoff::while_away(failed).min(third);
        }
        let alone = self.news.borrow().as_ref().is_some_and(|news| news.reply.nodes <= 1);
        if alone { third } else { third.min(TAKEOVER) }
    }

    /// The heartbeat, with the rate since it was measured last, if that was long enough ago to say.
    fn measure(&self) -> Heartbeat {
        let now = Instant::now();
        let handled = self.handled.load(Ordering::Relaxed);
        self.measured(|measured| {
            let seconds = now.duration_since(measured.since).as_secs_f64();
            if seconds >= 0.2 {
                #[expect(clippy::cast_precision_loss, reason = "events of some seconds, as a rate")]
                let events = (handled - measured.handled) as f64;
                measured.heartbeat.rate = events / seconds;
                (measured.since, measured.handled) = (now, handled);
            }
            measured.heartbeat.in_hand = self.hand.shown();
            let mut heartbeat = measured.heartbeat.clone();
            heartbeat.error = heartbeat.error.or_else(|| measured.too_old.clone());
            heartbeat
        })
    }

    fn measured<T>(&self, change: impl FnOnce(&mut Measured) -> T) -> T {
        change(&mut self.heartbeat.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
