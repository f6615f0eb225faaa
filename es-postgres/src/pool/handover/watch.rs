//! The watch over work that callers drive, for callers that stop polling.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use es_core::__private::handover::Handover;
use es_core::__private::worker::{Drain, Worker};
use es_core::StoreError;
use tokio::task;
use tokio::time::sleep;

use super::place::Driving;

/// The interval of the watcher's looks. Work moves to a task when it has been under way for one look
/// at least and two at most, many times what a statement takes.
const LOOK: Duration = Duration::from_millis(5);

/// The work of one pool that callers drive.
pub(crate) struct Handovers {
    watched: Mutex<Watched>,
    watcher: Worker,
}

#[derive(Default)]
struct Watched {
    entries: Vec<Entry>,
    /// The number of looks so far.
    looks: u64,
}

/// Work of whatever outcome that its caller has begun.
trait TakeOver: Send + Sync {
    /// Moves the work to a task, if the caller still has it.
    fn take_over(&self);
}

impl<T: Send + 'static> TakeOver for Handover<T> {
    fn take_over(&self) {
        self.take_over();
    }
}

struct Entry {
    work: Arc<dyn TakeOver>,
    /// The task that polls it. Callers outside of a task count as one.
    task: Option<task::Id>,
    /// The number of looks when it came.
    since: u64,
}

impl Watched {
    fn extract(&mut self, which: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        self.entries.extract_if(.., |entry| which(entry)).collect()
    }
}

impl Handovers {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { watched: Mutex::default(), watcher: Worker::new(1) })
    }

    /// The outcome of `work`, which comes to its end whether or not the caller polls.
    ///
    /// The work is on the heap from the beginning: a future of several kilobytes would be copied with each
    /// of its callers, and once more into its task.
    ///
    /// # Errors
    ///
    /// Those of `work`, and one of kind unavailable where the runtime went away.
    pub(crate) fn drive<T, E>(
        self: &Arc<Self>,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Driving<Result<T, E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        Driving::new(work, self)
    }

    /// Moves the work that the current task began before to tasks of its own, since the current
    /// task does not poll it while it waits for something else.
    pub(crate) fn take_over_siblings(&self) {
        let current = task::try_id();
        self.take_over(|entry| entry.task == current);
    }

    /// Moves all work to tasks: a caller is about to wait for something that any of it may hold.
    pub(crate) fn take_over_all(&self) {
        self.take_over(|_| true);
    }

    fn take_over(&self, which: impl Fn(&Entry) -> bool) {
        let taken = self.watched().extract(which);
        take_over(taken);
    }

    /// Watches work that its caller has begun.
    pub(super) fn add<T: Send + 'static>(self: &Arc<Self>, work: Arc<Handover<T>>) {
        let task = task::try_id();
        let mut watched = self.watched();
        let siblings = watched.extract(|entry| entry.task == task);
        let since = watched.looks;
        watched.entries.push(Entry { work, task, since });
        drop(watched);
        take_over(siblings);
        self.watcher.call(|| Watcher(Arc::downgrade(self)));
    }

    pub(super) fn remove<T: Send + 'static>(&self, work: &Arc<Handover<T>>) {
        let mut watched = self.watched();
        let nth = watched
            .entries
            .iter()
            .rposition(|entry| std::ptr::addr_eq(Arc::as_ptr(&entry.work), Arc::as_ptr(work)));
        let removed = nth.map(|nth| watched.entries.swap_remove(nth));
        drop(watched);
        drop(removed);
    }

    /// The work that has been under way for longer than a look, and true if there is other work.
    fn look(&self) -> (Vec<Entry>, bool) {
        let mut watched = self.watched();
        let looks = watched.looks;
        let late = watched.extract(|entry| entry.since < looks);
        watched.looks += 1;
        (late, !watched.entries.is_empty())
    }

    /// Locks the watched work. No code panics between two changes, so a poisoned lock is taken as
    /// it is.
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_over(entries: Vec<Entry>) {
    for entry in entries {
        entry.work.take_over();
    }
}

/// Looks for work that is under way for long. It keeps none of it alive.
struct Watcher(Weak<Handovers>);

impl Drain for Watcher {
    async fn drain(&mut self) {
        loop {
            sleep(LOOK).await;
            let Some(handovers) = self.0.upgrade() else { return };
            let (late, goes_on) = handovers.look();
            drop(handovers);
            take_over(late);
            if !goes_on {
                return;
            }
        }
    }

    /// Its runtime may be another one than that of the work.
    fn abandon(&mut self) {
        if let Some(handovers) = self.0.upgrade() {
            handovers.take_over_all();
        }
    }
}
