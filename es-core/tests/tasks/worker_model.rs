//! Callers who bring work at the same time, to tasks that may end at any time.

use std::panic::resume_unwind;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use shuttle::future::{block_on, yield_now};
use shuttle::sync::{Arc, Mutex, MutexGuard};
use shuttle::thread;
use tokio::sync::oneshot;

use crate::check;
use crate::sync::Handle;
use crate::worker::{Drain, Worker};

/// A place where callers leave letters, each with the sender of a receipt.
struct Post {
    letters: Mutex<Vec<oneshot::Sender<()>>>,
    worker: Worker,
    /// The number of tasks that are at it.
    at_work: AtomicUsize,
    at_most: usize,
    panics: bool,
}

/// Delivers letters, and gives those that it does not come to back to their senders.
struct Deliver(Arc<Post>);

impl Post {
    fn new(at_most: usize) -> Arc<Self> {
        Arc::new(Self::with(at_most, false))
    }

    fn with(at_most: usize, panics: bool) -> Self {
        let (worker, letters) = (Worker::new(at_most), Mutex::new(Vec::new()));
        Self { letters, worker, at_work: AtomicUsize::new(0), at_most, panics }
    }

    /// Leaves a letter. The receipt fails if it comes back.
    fn leave(self: &Arc<Self>) -> oneshot::Receiver<()> {
        let (letter, receipt) = oneshot::channel();
        self.letters().push(letter);
        self.worker.call(|| Deliver(Arc::clone(self)));
        receipt
    }

    /// Locks the letters. A thread that panics makes all others look as if they did, since shuttle has
    /// but one of the system's.
    fn letters(&self) -> MutexGuard<'_, Vec<oneshot::Sender<()>>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drain for Deliver {
    async fn drain(&mut self) {
        let Self(post) = self;
        assert!(post.at_work.fetch_add(1, Ordering::SeqCst) < post.at_most);
        loop {
            let letter = post.letters().pop();
            let Some(letter) = letter else { break };
            if post.panics {
                post.at_work.fetch_sub(1, Ordering::SeqCst);
                // Without the hook of panics, by which the model fails.
                resume_unwind(Box::new("of a delivery"));
            }
            letter.send(()).expect("its sender waits");
        }
        post.at_work.fetch_sub(1, Ordering::SeqCst);
        yield_now().await;
    }

    fn abandon(&mut self) {
        let left = std::mem::take(&mut *self.0.letters());
        drop(left);
    }
}

/// Two callers at once, each of whom waits for a receipt, and then leaves another letter.
fn two_callers(post: &Arc<Post>, mut delivered: impl FnMut(bool)) {
    let other = {
        let post = Arc::clone(post);
        thread::spawn(move || block_on(post.leave()).is_ok())
    };
    delivered(block_on(post.leave()).is_ok());
    delivered(block_on(post.leave()).is_ok());
    delivered(other.join().unwrap());
}

#[test]
fn whatever_was_left_before_a_call_is_done() {
    check(|| {
        two_callers(&Post::new(1), |delivered| assert!(delivered));
    });
}

#[test]
fn several_tasks_leave_nothing_to_each_other() {
    check(|| {
        let post = Post::new(2);
        let receipts = [post.leave(), post.leave(), post.leave()];

        let delivered = receipts.map(|receipt| block_on(receipt).is_ok());

        assert_eq!(delivered, [true; 3]);
    });
}

#[test]
fn tasks_end_when_there_is_nothing_to_do() {
    check(|| {
        let post = Post::new(2);
        let receipts = [post.leave(), post.leave()];
        for receipt in receipts {
            block_on(receipt).unwrap();
        }

        Handle::current().wait_for_tasks();

        assert!(post.worker.is_idle());
    });
}

#[test]
fn a_runtime_that_ends_leaves_nobody_waiting() {
    check(|| {
        let post = Post::new(1);
        let ending = thread::spawn(|| Handle::current().end());

        two_callers(&post, |_| {});
        ending.join().unwrap();

        Handle::current().wait_for_tasks();
        assert!(block_on(post.leave()).is_err());
        assert!(post.worker.is_idle());
    });
}

#[test]
fn a_panic_leaves_nobody_waiting() {
    check(|| {
        let post = Arc::new(Post::with(1, true));

        two_callers(&post, |delivered| assert!(!delivered));

        Handle::current().wait_for_tasks();
        assert!(post.worker.is_idle());
    });
}
