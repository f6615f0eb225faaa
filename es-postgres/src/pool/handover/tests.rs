//! Callers that keep, drop and await their work.

use std::time::Duration;

use es_core::StoreError;
use futures_util::FutureExt;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::Handovers;

const PATIENCE: Duration = Duration::from_secs(10);

type Outcome = Result<(), StoreError>;

/// Work that ends when it is told to, and reports when it is dropped.
async fn work(go: oneshot::Receiver<()>, done: oneshot::Sender<()>) -> Outcome {
    let _ = go.await;
    let _ = done.send(());
    Ok(())
}

#[tokio::test]
async fn work_that_is_kept_comes_to_its_end() {
    let (go, gone) = oneshot::channel();
    let (done, is_done) = oneshot::channel();
    let handovers = Handovers::new();
    let mut kept = handovers.drive(work(gone, done));
    assert!((&mut kept).now_or_never().is_none());

    go.send(()).unwrap();

    timeout(PATIENCE, is_done).await.expect("a task does it").unwrap();
    timeout(PATIENCE, kept).await.expect("the caller is told").unwrap();
}

#[tokio::test]
async fn a_caller_who_waits_is_told_what_a_task_has_done() {
    let (go, gone) = oneshot::channel();
    let (done, _is_done) = oneshot::channel();
    let handovers = Handovers::new();
    let waiting = tokio::spawn(handovers.drive(work(gone, done)));
    yield_now().await;

    handovers.take_over_all();
    go.send(()).unwrap();

    timeout(PATIENCE, waiting).await.expect("the caller is woken").unwrap().unwrap();
}

#[tokio::test]
async fn work_goes_on_at_once_when_its_caller_begins_other_work() {
    let (go, gone) = oneshot::channel();
    let (done, mut is_done) = oneshot::channel();
    let handovers = Handovers::new();
    let mut kept = handovers.drive(work(gone, done));
    assert!((&mut kept).now_or_never().is_none());

    let mut other = handovers.drive(std::future::pending::<Outcome>());
    assert!((&mut other).now_or_never().is_none());
    go.send(()).unwrap();
    // For the task to begin, and to go on; no watcher looks without time.
    yield_now().await;
    yield_now().await;

    assert!(is_done.try_recv().is_ok());
    drop(kept);
}

#[tokio::test]
async fn what_a_caller_drops_ends_wherever_it_is() {
    for moves in [false, true] {
        let (_go, gone) = oneshot::channel();
        let (done, is_done) = oneshot::channel();
        let handovers = Handovers::new();
        let mut dropped = handovers.drive(work(gone, done));
        assert!((&mut dropped).now_or_never().is_none());
        if moves {
            handovers.take_over_all();
            yield_now().await;
        }

        drop(dropped);

        let ended = timeout(PATIENCE, is_done).await.expect("it ends");
        assert!(ended.is_err(), "it has not come to its end");
    }
}

#[tokio::test]
async fn a_panic_goes_on_in_the_caller() {
    for moves in [false, true] {
        let handovers = Handovers::new();
        let panics = async {
            sleep(Duration::from_millis(1)).await;
            panic!("of the work");
        };
        let calling = tokio::spawn(handovers.drive::<(), StoreError>(panics));
        yield_now().await;
        if moves {
            handovers.take_over_all();
        }

        let ended = timeout(PATIENCE, calling).await.expect("it ends").unwrap_err();

        assert!(ended.is_panic());
    }
}

#[test]
fn a_keeper_that_goes_away_with_its_runtime_leaves_nobody_behind() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (theirs, ours) = (runtime(), runtime());
    let (go, gone) = oneshot::channel();
    let (done, is_done) = oneshot::channel();
    let handovers = Handovers::new();
    // The watcher runs where the first work is.
    let mut first = handovers.drive(std::future::pending::<Outcome>());
    assert!(theirs.block_on(async { (&mut first).now_or_never() }).is_none());
    let mut kept = handovers.drive(work(gone, done));
    assert!(ours.block_on(async { (&mut kept).now_or_never() }).is_none());

    drop(theirs);
    go.send(()).unwrap();

    let ended = ours.block_on(async { timeout(PATIENCE, is_done).await });
    ended.expect("a task does it").unwrap();
}
