//! The watch over work that callers drive, for callers that stop polling.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use es_core::StoreError;
use tokio::runtime::Handle;
use tokio::task;
use tokio::time::{MissedTickBehavior, interval};

use super::place::{Driving, TakeOver};

/// The interval of the watcher's looks. Work moves to a task when it has been under way for one look
/// at least and two at most, many times what a statement takes.
const LOOK: Duration = Duration::from_millis(5);

/// The work of one pool that callers drive.
pub(crate) struct Handovers {
    watched: Mutex<Watched>,
}

#[derive(Default)]
struct Watched {
    entries: Vec<Entry>,
    /// The number of looks so far.
    looks: u64,
    /// True if work came since the last look.
    is_used: bool,
    has_watcher: bool,
}

struct Entry {
    place: Arc<dyn TakeOver>,
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
        Arc::new(Self { watched: Mutex::default() })
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
    pub(super) fn add(self: &Arc<Self>, place: Arc<dyn TakeOver>, runtime: &Handle) {
        let task = task::try_id();
        let mut watched = self.watched();
        let siblings = watched.extract(|entry| entry.task == task);
        let since = watched.looks;
        watched.entries.push(Entry { place, task, since });
        watched.is_used = true;
        let calls = !std::mem::replace(&mut watched.has_watcher, true);
        drop(watched);
        take_over(siblings);
        if calls {
            let task = Watcher { handovers: Arc::downgrade(self), over: false };
            // Nothing of the service's spans: it outlives the call.
            drop(runtime.spawn(task.work()));
        }
    }

    pub(super) fn remove(&self, place: &Arc<impl TakeOver>) {
        let mut watched = self.watched();
        let nth = watched
            .entries
            .iter()
            .rposition(|entry| std::ptr::addr_eq(Arc::as_ptr(&entry.place), Arc::as_ptr(place)));
        let removed = nth.map(|nth| watched.entries.swap_remove(nth));
        drop(watched);
        drop(removed);
    }

    /// The work that has been under way for longer than a look, and true if the watcher goes on.
    fn look(&self) -> (Vec<Entry>, bool) {
        let mut watched = self.watched();
        let looks = watched.looks;
        let late = watched.extract(|entry| entry.since < looks);
        watched.looks += 1;
        watched.has_watcher = std::mem::take(&mut watched.is_used) || !watched.entries.is_empty();
        (late, watched.has_watcher)
    }

    /// Locks the watched work. No code panics between two changes, so a poisoned lock is taken as
    /// it is.
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_over(entries: Vec<Entry>) {
    for entry in entries {
        entry.place.take_over();
    }
}

/// The task that looks for work that is under way for long. It keeps none of it alive.
struct Watcher {
    handovers: Weak<Handovers>,
    /// True if it ended because nothing was left.
    over: bool,
}

impl Watcher {
    async fn work(mut self) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first one is over at once.
        looks.tick().await;
        loop {
            looks.tick().await;
            let Some(handovers) = self.handovers.upgrade() else { return };
            let (late, goes_on) = handovers.look();
            self.over = !goes_on;
            take_over(late);
            if self.over {
                return;
            }
        }
    }
}

/// Runs also when its runtime ends, which may be another one than that of the work.
impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(handovers) = self.handovers.upgrade().filter(|_| !self.over) {
            let mut watched = handovers.watched();
            watched.has_watcher = false;
            let left = std::mem::take(&mut watched.entries);
            drop(watched);
            take_over(left);
        }
    }
}
