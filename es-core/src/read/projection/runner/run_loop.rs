//! The loop.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::blocked_keys::WaitingKeys;
use super::chained::Begun;
use super::consumer::Consumer;
use super::contended::Contended;
use super::lease::{Lease, News};
use super::promotion::others_come_on;
use super::read_ahead::ReadAhead;
use super::sink::Sink;
use super::slots::Slots;
use super::too_old::TooOld;
use super::transient_retry::{TransientFailure, Trouble};
use crate::read::projection::signals::Following;
use crate::read::projection::{Ended, ProjectionStore, RunOptions, VersionState};
use crate::store::checkpoint::Incarnation;
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;

/// A node of one projection.
pub(crate) struct Runner<S, P: ProjectionStore, W: Sink<P>, C> {
    pub(super) log: S,
    pub(super) kept: P,
    pub(super) sink: W,
    pub(super) consumer: C,
    /// The events that the version is owed: those that this release reads, and those that other
    /// releases read.
    pub(super) selection: Selection,
    /// The kinds of events that this release cannot read.
    pub(super) too_old: TooOld,
    pub(super) options: RunOptions,
    pub(super) incarnation: Incarnation,
    /// The position up to which the log was complete when the version was registered.
    pub(super) log_end: Position,
    pub(super) has_effects: bool,
    pub(super) stop: CancellationToken,
    pub(super) lease: Arc<Lease<P>>,
    pub(super) news: watch::Receiver<Option<News>>,
    pub(super) asked: watch::Receiver<()>,
    pub(super) following: Arc<Following>,
    pub(super) state: VersionState,
    /// The same, for the service.
    pub(super) shown: watch::Sender<VersionState>,
    pub(super) slots: Slots,
    pub(super) waiting: WaitingKeys,
    pub(super) ahead: Option<ReadAhead>,
    pub(super) begun: Begun<W::Batch>,
    /// The position up to which pages are handled event by event: one of them could not be handled
    /// as a whole.
    pub(super) careful_to: Position,
    /// True if the node has to ask the store again which slots it holds.
    pub(super) must_beat: bool,
    /// The reason to stop the version, until it is stopped.
    pub(super) to_stop: Option<String>,
    /// The position that a version being built must have reached in all slots to take its place.
    pub(super) goal: Option<Position>,
    /// True if its rows were verified and are right.
    pub(super) is_verified: bool,
    pub(super) trouble: Trouble,
    pub(super) contended: Contended,
    /// The span of the batch in hand.
    pub(super) span: Span,
}

/// The outcome of a turn of the loop.
#[derive(Debug)]
pub(super) enum Turn {
    /// More work is left.
    Again,
    /// Everything up to `safe` is done, in the slots that this node holds; if it holds any.
    Idle { safe: Option<Position> },
    /// The projection is not run any more.
    End(Ended),
}

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// Runs until it is told to stop or has a reason to end. Never stops within a batch.
    pub(super) async fn run(&mut self) -> Ended {
        while !self.stop.is_cancelled() {
            // A store in memory never waits; others have their turn, too.
            tokio::task::coop::consume_budget().await;
            let turn = self.turn().await;
            self.lease.hand().put_down();
            if !matches!(turn, Ok(Turn::Again)) {
                self.put_back().await;
            }
            match turn {
                Ok(Turn::End(ended)) => return ended,
                Ok(Turn::Again) => self.trouble.is_over(&self.lease),
                Ok(Turn::Idle { safe }) => {
                    self.trouble.is_over(&self.lease);
                    self.rest(safe).await;
                }
                Err(failure) => self.wait_after(&failure).await,
            }
        }
        self.put_back().await;
        Ended::Stopped
    }

    async fn turn(&mut self) -> Result<Turn, TransientFailure> {
        if self.has_other_work() {
            self.put_back().await;
        }
        if let Some(why) = self.to_stop.clone() {
            self.stop_version(&why).await?;
        }
        if let Some(ended) = Box::pin(self.hold_share()).await? {
            return Ok(Turn::End(ended));
        }
        if self.slots.len() == 0 {
            self.waiting.clear();
            return Ok(Turn::Idle { safe: None });
        }
        if self.waiting.take_due()
            && let Err(failure) = Box::pin(self.retry()).await
        {
            self.waiting.look_now();
            return Err(failure);
        }
        self.next_page().await
    }

    /// Waits until there may be something to do.
    async fn rest(&mut self, safe: Option<Position>) {
        let due = self.waiting.next_due();
        let grown = async {
            match safe {
                Some(safe) => self.log.log_grown(safe).await,
                None => std::future::pending().await,
            }
        };
        let due = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = grown => {}
            () = due => {}
            () = others_come_on(self.state) => self.must_beat |= self.state == VersionState::Retired,
            // The sender lives in `lease`, which this node holds.
            _ = self.news.changed() => self.news.mark_changed(),
            _ = self.asked.changed() => {
                self.waiting.look_now();
                self.must_beat = true;
            }
        }
    }

    async fn wait_after(&mut self, failure: &TransientFailure) {
        let delay = self.trouble.met(failure, &self.lease);
        self.stop.run_until_cancelled(tokio::time::sleep(delay)).await;
    }
}
