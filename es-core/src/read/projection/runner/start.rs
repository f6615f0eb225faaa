//! Life of a runner, from its first call to the store to the last.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Span, error, warn};

use super::blocked_keys::WaitingKeys;
use super::chained::Begun;
use super::consumer::Consumer;
use super::contended::Contended;
use super::lease::{Lease, chain};
use super::passed_by::PassedBy;
use super::rebalance::RETIRED;
use super::run_loop::Runner;
use super::sink::Sink;
use super::slots::Slots;
use super::too_old::TooOld;
use super::transient_retry::Trouble;
use crate::read::projection::gauges;
use crate::read::projection::signals::Followed;
use crate::read::projection::{
    CommitError, Ended, Progress, ProjectionBatch, ProjectionId, ProjectionStore, RunError,
    RunOptions, Running, VersionState,
};
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// Registers a consumer, prepares the place that it writes into, and runs it in the background.
pub(crate) async fn start<S, P, W, C>(
    log: S,
    kept: P,
    sink: W,
    consumer: C,
    options: RunOptions,
    followed: &Followed,
) -> Result<Running, RunError>
where
    S: EventStore,
    P: ProjectionStore,
    W: Sink<P>,
    C: Consumer<W::Db>,
{
    let page = log.log_page(Cursor::END, 1).await?;
    let incarnation = page.incarnation;
    let mut registration = consumer.registration(incarnation);
    registration.log_end = page.safe;
    let id = registration.id.clone();
    let before = kept.versions(Some(&id.name)).await?;
    let passed_by = PassedBy::of(&registration, consumer.selection(), &before);
    let state = kept.register(&registration).await?;
    prepare(&kept, &sink, &consumer, &id).await?;
    if state == VersionState::Retired {
        warn!(target: "es", projection = %id, "{RETIRED}");
    }

    let (shown, seen) = watch::channel(state);
    let (ended, has_ended) = watch::channel(None);
    let stop = CancellationToken::new();
    let lease = Arc::new(Lease::new(kept.clone(), id.clone(), options.lease()));
    let following = followed.of(&id.name);
    let runner = Runner {
        log,
        kept,
        sink,
        selection: consumer.selection().clone(),
        too_old: TooOld::default(),
        consumer,
        options,
        incarnation,
        log_end: Position::START,
        has_effects: registration.has_effects,
        stop: stop.clone(),
        news: lease.news(),
        lease,
        asked: following.asked.subscribe(),
        following,
        state,
        shown,
        slots: Slots::none(),
        waiting: WaitingKeys::default(),
        ahead: None,
        begun: Begun::default(),
        careful_to: Position::START,
        must_beat: true,
        to_stop: None,
        goal: None,
        is_verified: false,
        trouble: Trouble::default(),
        contended: Contended::default(),
        span: Span::none(),
    };
    if let Some(passed_by) = passed_by {
        let (log, stop) = (runner.log.clone(), stop.clone());
        tokio::spawn(async move { stop.run_until_cancelled(passed_by.tell(log)).await });
    }
    tokio::spawn(async move {
        let why = live(runner).await;
        ended.send_replace(Some(why));
    });
    Ok(Running::new(id, seen, has_ended, stop))
}

async fn prepare<P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>>(
    kept: &P,
    sink: &W,
    consumer: &C,
    id: &ProjectionId,
) -> Result<(), RunError> {
    let Some(mut batch) = kept.prepare(id).await? else {
        return Ok(());
    };
    if let Err(source) = sink.create(consumer, &mut batch).await {
        // A batch that cannot be undone is undone when it is dropped.
        if let Err(error) = batch.rollback().await {
            warn!(target: "es", projection = %id, error = %chain(&error), "a batch was broken off");
        }
        return Err(RunError::Create { id: id.clone(), source: source.into_error() });
    }
    match batch.commit(Progress::default()).await {
        Ok(()) => Ok(()),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(error @ CommitError::Lost) => {
            Err(StoreError::new(crate::StoreErrorKind::Contention, error).into())
        }
    }
}

/// Runs until the end, and leaves in order: the lease is kept until the last batch is over, and not
/// renewed once the node has left. All of that takes no longer than the lease, after which others have
/// the slots in any case.
async fn live<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>>(
    mut runner: Runner<S, P, W, C>,
) -> Ended {
    let lease = Arc::clone(&runner.lease);
    let (stop, length) = (runner.stop.clone(), runner.options.lease());
    let keeping = CancellationToken::new();
    let keeper = {
        let (lease, keeping) = (Arc::clone(&lease), keeping.clone());
        AbortOnDropHandle::new(tokio::spawn(async move { lease.keep(keeping).await }))
    };
    let gauges = {
        let (log, kept) = (runner.log.clone(), runner.kept.clone());
        let (id, node) = (lease.id().clone(), lease.holder().node);
        AbortOnDropHandle::new(tokio::spawn(gauges::keep(log, kept, id, node, length / 3)))
    };
    let ended = {
        let mut run = pin!(runner.run());
        tokio::select! {
            ended = &mut run => ended,
            () = patience(&stop, length / 3 * 2) => {
                warn!(target: "es", projection = %lease.id(), "a batch was broken off: it took too long");
                Ended::Stopped
            }
        }
    };
    // With it goes a batch that was broken off.
    drop((runner, gauges));
    keeping.cancel();
    let left = timeout(length / 3, async {
        if keeper.await.is_err() {
            warn!(target: "es", projection = %lease.id(), "what kept the lease broke off");
        }
        lease.deregister().await
    });
    if ended != Ended::Stopped && ended != Ended::Retired {
        error!(target: "es", projection = %lease.id(), why = %ended, "the projection ended");
    }
    if !matches!(left.await, Ok(Ok(()))) {
        warn!(target: "es", projection = %lease.id(), "the node left without a word; its lease will end");
    }
    ended
}

async fn patience(stop: &CancellationToken, length: Duration) {
    stop.cancelled().await;
    sleep(length).await;
}
