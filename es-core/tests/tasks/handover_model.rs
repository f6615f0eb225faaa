//! Work, its caller, and those who take it over.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use shuttle::future::block_on;
use shuttle::sync::Arc;
use shuttle::thread::{self, JoinHandle};
use tokio::sync::oneshot;
use tracing::Span;

use crate::check;
use crate::handover::{Driven, Handover, Work};
use crate::sync::{Handle, JoinError};

/// What a test knows of a piece of work.
struct Known {
    /// Lets the work go on.
    go: oneshot::Sender<()>,
    /// Told when the work has come to its end; closed if it was dropped before.
    done: oneshot::Receiver<()>,
    /// The number of times that it began, and that it was dropped or ended.
    counts: Arc<[AtomicUsize; 2]>,
}

/// Counts when it is dropped.
struct Ends(Arc<[AtomicUsize; 2]>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0[1].fetch_add(1, Ordering::SeqCst);
    }
}

/// Work that waits until it is let go on.
fn work() -> (Work<&'static str>, Known) {
    let (go, gone) = oneshot::channel();
    let (done, is_done) = oneshot::channel();
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let ends = Ends(Arc::clone(&counts));
    let work = Box::pin(async move {
        ends.0[0].fetch_add(1, Ordering::SeqCst);
        let _ = gone.await;
        let _ = done.send(());
        "the outcome"
    });
    (work, Known { go, done: is_done, counts })
}

/// The caller's side of work that nobody has polled.
fn driven<T: Send + 'static>(work: Work<T>) -> Driven<T> {
    Handover::new(Handle::current(), Span::none()).drive(work, Waker::noop())
}

/// Polls once, as a caller does that keeps the future afterwards.
fn poll_once<T: Send + 'static>(driven: &mut Driven<T>) {
    assert!(Pin::new(driven).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

/// Has another thread take the work over.
fn take_over<T: Send + 'static>(driven: &Driven<T>) -> JoinHandle<()> {
    let handover = Arc::clone(driven.handover());
    thread::spawn(move || handover.take_over())
}

#[test]
fn work_that_is_taken_over_comes_to_its_end_though_its_caller_keeps_it() {
    check(|| {
        let (work, known) = work();
        let mut kept = driven(work);
        let taking = take_over(&kept);
        poll_once(&mut kept);
        known.go.send(()).unwrap();

        block_on(known.done).expect("a task does it");

        assert_eq!(block_on(kept).unwrap(), "the outcome");
        taking.join().unwrap();
    });
}

#[test]
fn a_caller_who_waits_has_the_outcome_wherever_the_work_was() {
    check(|| {
        let (work, known) = work();
        let counts = Arc::clone(&known.counts);
        let waiting = driven(work);
        let (taking, taking_too) = (take_over(&waiting), take_over(&waiting));
        let going = thread::spawn(move || known.go.send(()));

        assert_eq!(block_on(waiting).unwrap(), "the outcome");

        going.join().unwrap().unwrap();
        taking.join().unwrap();
        taking_too.join().unwrap();
        assert_eq!(counts.each_ref().map(|count| count.load(Ordering::SeqCst)), [1, 1]);
    });
}

#[test]
fn what_a_caller_drops_ends_wherever_it_is() {
    check(|| {
        let (work, mut known) = work();
        let mut dropped = driven(work);
        let taking = take_over(&dropped);
        poll_once(&mut dropped);

        drop(dropped);

        block_on(&mut known.done).expect_err("it was not let go on");
        taking.join().unwrap();
        assert_eq!(known.counts[1].load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_caller_who_waits_is_told_that_the_runtime_of_the_work_has_ended() {
    check(|| {
        let (work, known) = work();
        let waiting = driven(work);
        let taking = take_over(&waiting);
        let ending = thread::spawn(|| Handle::current().end());
        let going = thread::spawn(move || {
            let _ = known.go.send(());
        });

        match block_on(waiting) {
            Ok(outcome) => assert_eq!(outcome, "the outcome"),
            Err(JoinError::Ended) => {}
            Err(JoinError::Panicked(_)) => unreachable!("a panic goes on in the caller"),
        }

        for thread in [taking, ending, going] {
            thread.join().unwrap();
        }
    });
}

#[test]
fn a_panic_goes_on_in_the_caller() {
    check(|| {
        let (go, gone) = oneshot::channel::<()>();
        let waiting = driven::<()>(Box::pin(async move {
            let _ = gone.await;
            // Without the hook of panics, by which the model fails.
            resume_unwind(Box::new("of the work"));
        }));
        let taking = take_over(&waiting);
        let going = thread::spawn(move || {
            let _ = go.send(());
        });

        let ended = catch_unwind(AssertUnwindSafe(|| drop(block_on(waiting))));

        assert_eq!(ended.unwrap_err().downcast_ref(), Some(&"of the work"));
        taking.join().unwrap();
        going.join().unwrap();
    });
}
