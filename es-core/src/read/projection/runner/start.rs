//! Life of a runner, from its first call to the store to the last.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{error, warn};

use super::batch::Batches;
use super::consumer::Consumer;
use super::lease::{Lease, chain};
use super::page::PageProcessor;
use super::page_reader::PageReader;
use super::passed_by::PassedBy;
use super::run_loop::Runner;
use super::sink::Sink;
use super::slot_holder::{RETIRED, Signals, SlotHolder};
use crate::read::projection::administration::{self, driven};
use crate::read::projection::gauges;
use crate::read::projection::signals::Followed;
use crate::read::projection::{
    CommitError, Ended, Held, Holder, Progress, ProjectionBatch, ProjectionId, ProjectionStore,
    RegisterError, Registration, RunError, RunOptions, Running, VersionState, VersionStatus,
};
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;

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
    let before = administration::known(&kept, &id).await?;
    let passed_by = PassedBy::of(&registration, consumer.selection(), before.as_ref());
    let state = register(&kept, &registration, before).await?;
    prepare(&kept, &sink, &consumer, &id).await?;
    if state == VersionState::Retired {
        warn!(target: "es", projection = %id, "{RETIRED}");
    }

    let (shown, seen) = watch::channel(state);
    let (held, holds) = watch::channel(Held::default());
    let (ended, has_ended) = watch::channel(None);
    let (stop, following) = (CancellationToken::new(), followed.of(&id.name));
    let lease = Arc::new(Lease::new(kept.clone(), id.clone(), options.lease()));
    let asked = following.asked.subscribe();
    let selection = consumer.selection().clone();
    let owed = selection.types().to_vec();
    let held_by = Arc::clone(&lease);
    let signals = Signals { shown, held, following };
    let node = SlotHolder::new(kept.clone(), held_by, incarnation, owed, signals);
    let reader = PageReader::new(log.clone(), selection, &options);
    let batches = Batches::new(kept.clone(), sink, consumer, Arc::clone(&lease), options);
    let pages = PageProcessor::new(reader, batches, registration.has_effects, stop.clone());
    let runner = Runner::new(kept.clone(), node, pages, asked, stop.clone());
    if let Some(passed_by) = passed_by {
        let (log, stop) = (log.clone(), stop.clone());
        tokio::spawn(async move { stop.run_until_cancelled(passed_by.tell(log)).await });
    }
    let running = Running::new(id, seen, holds, has_ended, stop.clone());
    tokio::spawn(async move {
        let gauges = gauges_of(log, kept, &lease);
        let why = live(runner, gauges, lease, stop).await;
        ended.send_replace(Some(why));
    });
    Ok(running)
}

/// Registers a version that was found to be `known`, as a task: it may hold locks.
fn register<P: ProjectionStore>(
    kept: &P,
    registration: &Registration,
    known: Option<VersionStatus>,
) -> impl Future<Output = Result<VersionState, RegisterError>> + Send + use<P> {
    let (kept, registration) = (kept.clone(), registration.clone());
    driven(async move { administration::register_as(&kept, &registration, known).await })
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
    gauges: AbortOnDropHandle<()>,
    lease: Arc<Lease<P>>,
    stop: CancellationToken,
) -> Ended {
    let length = lease.holder().lease;
    let keeping = CancellationToken::new();
    let keeper = {
        let (lease, keeping) = (Arc::clone(&lease), keeping.clone());
        AbortOnDropHandle::new(tokio::spawn(async move { lease.keep(keeping).await }))
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

/// Tells the metrics of the node for as long as the handle is kept.
fn gauges_of<S: EventStore, P: ProjectionStore>(
    log: S,
    kept: P,
    lease: &Lease<P>,
) -> AbortOnDropHandle<()> {
    let Holder { id, node, lease: length } = lease.holder();
    let gauges = gauges::keep(log, kept, id.clone(), node, length / 3);
    AbortOnDropHandle::new(tokio::spawn(gauges))
}

async fn patience(stop: &CancellationToken, length: Duration) {
    stop.cancelled().await;
    sleep(length).await;
}
