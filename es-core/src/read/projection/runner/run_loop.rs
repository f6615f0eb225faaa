//! The loop.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::coop::consume_budget;
use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::consumer::Consumer;
use super::page::{Done, PageProcessor};
use super::promotion::promote;
use super::sink::Sink;
use super::slot_holder::SlotHolder;
use super::transient_retry::{TransientFailure, Trouble};
use crate::read::projection::{Ended, ProjectionStore, VersionState};
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// A node of one projection.
pub(super) struct Runner<S, P: ProjectionStore, W: Sink<P>, C> {
    kept: P,
    node: SlotHolder<P>,
    pages: PageProcessor<S, P, W, C>,
    /// Changes when this process was asked to retry or drop parked events, or to go on.
    asked: watch::Receiver<()>,
    stop: CancellationToken,
    trouble: Trouble,
}

/// The outcome of a turn of the loop.
#[derive(Debug)]
enum Turn {
    /// More work is left.
    Again,
    /// Everything up to `safe` is done, in the slots that this node holds; if it holds any.
    Idle { safe: Option<Position> },
    /// The projection is not run any more.
    End(Ended),
}

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    pub(super) fn new(
        kept: P,
        node: SlotHolder<P>,
        pages: PageProcessor<S, P, W, C>,
        asked: watch::Receiver<()>,
        stop: CancellationToken,
    ) -> Self {
        Self { kept, node, pages, asked, stop, trouble: Trouble::default() }
    }

    /// Runs until it is told to stop or has a reason to end. Never stops within a batch.
    pub(super) async fn run(&mut self) -> Ended {
        while !self.stop.is_cancelled() {
            // A store in memory never waits; others have their turn, too.
            consume_budget().await;
            let turn = self.turn().await;
            self.node.lease().hand().put_down();
            if !matches!(turn, Ok(Turn::Again)) {
                self.pages.put_back().await;
            }
            match turn {
                Ok(Turn::End(ended)) => return ended,
                Ok(Turn::Again) => self.trouble.is_over(self.node.lease()),
                Ok(Turn::Idle { safe }) => {
                    self.trouble.is_over(self.node.lease());
                    self.rest(safe).await;
                }
                Err(failure) => {
                    let delay = self.trouble.met(&failure, self.node.lease());
                    self.stop.run_until_cancelled(sleep(delay)).await;
                }
            }
        }
        self.pages.put_back().await;
        Ended::Stopped
    }

    async fn turn(&mut self) -> Result<Turn, TransientFailure> {
        let Self { kept, node, pages, .. } = self;
        if node.has_other_work() {
            pages.put_back().await;
        }
        if node.slots().len() == 0 {
            // What was read ahead was for slots that are gone, and may come back at another place.
            pages.forget();
        }
        node.stop_version().await?;
        if let Some(ended) = Box::pin(node.hold_share()).await? {
            return Ok(Turn::End(ended));
        }
        if node.slots().len() == 0 {
            node.keys_mut().clear();
            pages.forget();
            return Ok(Turn::Idle { safe: None });
        }
        if node.keys_mut().take_due()
            && let Err(failure) = Box::pin(pages.retry(node)).await
        {
            node.keys_mut().look_now();
            return Err(failure);
        }
        Ok(match pages.next(node).await? {
            Done::More => Turn::Again,
            Done::End(ended) => Turn::End(ended),
            Done::CaughtUp { safe, seen } => {
                let goes_on = Box::pin(promote(node, kept, pages, safe)).await?;
                if goes_on { Turn::Again } else { Turn::Idle { safe: seen } }
            }
        })
    }

    /// Waits until there may be something to do.
    async fn rest(&mut self, safe: Option<Position>) {
        let (state, due) = (self.node.state(), self.node.keys().next_due());
        let grown = async {
            match safe {
                Some(safe) => self.pages.log().log_grown(safe).await,
                None => pending().await,
            }
        };
        let due = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = grown => {}
            () = due => {}
            () = others_come_on(state) => if state == VersionState::Retired { self.node.ask() },
            () = self.node.told() => {}
            _ = self.asked.changed() => {
                self.node.keys_mut().look_now();
                self.node.ask();
            }
        }
    }
}

/// Waits before another look at the other nodes: while a version is built, they and the version
/// that serves advance without a notification; and a retired version may be dropped.
async fn others_come_on(state: VersionState) {
    match state {
        VersionState::Building => sleep(Duration::from_millis(100)).await,
        VersionState::Retired => sleep(Duration::from_secs(5)).await,
        VersionState::Serving | VersionState::Stopped => pending().await,
    }
}
