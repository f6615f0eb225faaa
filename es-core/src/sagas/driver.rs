//! Driver of a node: has its instances driven, as many at once as may be.

use std::collections::{BTreeSet, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, error};

use super::drive::{Drive, Driven, Rest, passed};
use super::inbox::{Inbox, News};
use super::options::SagaOptions;
use super::performs::Performs;
use super::row::SagaRow;
use super::store::{SagaQuery, SagaStore};
use crate::error_text::chain;
use crate::process::{Plan, Saga};
use crate::read::projection::{Held, Slot};
use crate::store::dyn_event_store::DynEventStore;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::{Category, Position, StreamId, StreamKey};
use crate::timestamp::Timestamp;

/// The rows that are read at once.
const PAGE: u32 = 500;

/// The most instances that are kept in memory until they are due.
const RESTING: usize = 10_000;

/// The interval at which the rows are asked for what becomes due.
const SWEEP: Duration = Duration::from_secs(5);

/// The time ahead for which this node keeps what becomes due in memory: more than an interval, so that a look that
/// is late loses nothing of the precision.
const AHEAD: Duration = Duration::from_secs(15);

/// The pauses after a failure of an instance, from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The means to drive an instance, shared by the tasks of a node.
pub(super) struct Means<L, V> {
    pub(super) log: L,
    pub(super) erased: DynEventStore,
    pub(super) plan: Plan,
    pub(super) services: V,
}

/// Drives the instances in the slots of this node.
///
/// Nothing here decides: an instance that two nodes drive for a moment is safe by the version of its stream. What
/// is lost here, with the process or for want of room, is found again in the rows.
pub(super) struct Driver<S, L, V, K> {
    saga: Category,
    means: Arc<Means<L, V>>,
    kept: K,
    inbox: Arc<Inbox>,
    held: watch::Receiver<Held>,
    options: SagaOptions,
    stop: CancellationToken,
    /// The slots that the rows were looked through for.
    known: Held,
    active: HashMap<StreamKey, Arc<Driven>>,
    tasks: JoinSet<Left>,
    /// Instances that wait for an instant soon, by the instant.
    timers: BTreeSet<(Timestamp, StreamKey)>,
    /// The same, by their keys.
    resting: HashMap<StreamKey, Resting>,
    failures: HashMap<StreamKey, u32>,
    of: std::marker::PhantomData<fn() -> S>,
}

/// An instance that waits for an instant.
#[derive(Clone, Copy)]
struct Resting {
    until: Timestamp,
    news: News,
}

/// An instance that a task has let go of.
struct Left {
    key: StreamKey,
    heard: Position,
    /// The thing that it waits for, or the reason that it cannot go on.
    outcome: Result<Rest, String>,
}

impl<S, L, V, K> Driver<S, L, V, K>
where
    S: Saga,
    L: EventStore,
    V: Performs<S>,
    K: SagaStore,
{
    pub(super) fn new(
        saga: Category,
        means: Means<L, V>,
        kept: K,
        inbox: Arc<Inbox>,
        held: watch::Receiver<Held>,
        options: SagaOptions,
        stop: CancellationToken,
    ) -> Self {
        Self {
            saga,
            means: Arc::new(means),
            kept,
            inbox,
            held,
            options,
            stop,
            known: Held::default(),
            active: HashMap::new(),
            tasks: JoinSet::new(),
            timers: BTreeSet::new(),
            resting: HashMap::new(),
            failures: HashMap::new(),
            of: std::marker::PhantomData,
        }
    }

    /// Drives until it is told to stop. Attempts under way have a moment to end then; what is cut off is resumed by
    /// whoever holds the slot next.
    pub(super) async fn run(mut self) {
        let mut sweep = Box::pin(sleep(Duration::ZERO));
        while !self.stop.is_cancelled() {
            self.begin_those_that_may_go();
            let has_room = self.active.len() < self.options.in_flight();
            let due = self.timers.first().map(|(due, ..)| *due);
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.inbox.told(), if has_room => {}
                Some(left) = self.tasks.join_next() => self.let_go(left),
                () = passed(due.unwrap_or(Timestamp::now())), if due.is_some() => self.wake_due(),
                changed = self.held.changed() => match changed {
                    Ok(()) => self.look_through().await,
                    Err(_) => return,
                },
                () = &mut sweep => {
                    if self.inbox.take_overflow() {
                        self.known = Held::default();
                    }
                    self.look_through().await;
                    self.find_due().await;
                    sweep = Box::pin(sleep(SWEEP));
                }
            }
        }
        let over = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(self.options.grace(), over).await.is_err() {
            debug!(target: "es", saga = %self.saga, "attempts were cut off");
        }
    }

    fn begin_those_that_may_go(&mut self) {
        while self.active.len() < self.options.in_flight() {
            let Some((key, news)) = self.inbox.take() else { return };
            let is_known = |resting: &Resting| {
                resting.news.version >= news.version && resting.until.left().is_some()
            };
            if let Some(driven) = self.active.get(&key) {
                driven.tell(news.version);
            } else if !self.resting.get(&key).is_some_and(is_known) {
                self.forget(&key);
                self.begin(key, news.heard);
            }
        }
    }

    fn begin(&mut self, key: StreamKey, heard: Position) {
        let driven = Arc::new(Driven::default());
        self.active.insert(key.clone(), Arc::clone(&driven));
        let (means, held) = (Arc::clone(&self.means), self.held.clone());
        let stream = StreamId::new(self.saga.clone(), key.clone());
        let span = tracing::info_span!(target: "es", "es.saga", "es.stream" = %stream);
        let drive = async move {
            let Means { log, erased, plan, services } = &*means;
            let drive = Drive { log, erased, plan, services, stream, heard, held, driven: &driven };
            // A fold of the service that panics is an instance that cannot go on, and nothing else.
            let outcome = match AssertUnwindSafe(drive.run::<S>()).catch_unwind().await {
                Ok(outcome) => outcome.map_err(|error| chain(&error)),
                Err(_) => Err("the code of the saga panicked".to_owned()),
            };
            Left { key, heard, outcome }
        };
        self.tasks.spawn(drive.instrument(span));
    }

    fn let_go(&mut self, left: Result<Left, tokio::task::JoinError>) {
        // A task ends by itself: its panics are caught, and nobody aborts it before the driver ends.
        let Ok(Left { key, heard, outcome }) = left else { return };
        let Some(driven) = self.active.remove(&key) else { return };
        let news = News { heard, version: driven.seen() };
        match outcome {
            Ok(rest) => {
                self.failures.remove(&key);
                match rest {
                    _ if driven.is_told() => drop(self.inbox.put(&key, news)),
                    Rest::Until(until) => self.remember(until, key, news),
                    Rest::Told => {}
                }
            }
            Err(error) => {
                let failures = self.failures.entry(key.clone()).or_insert(0);
                *failures += 1;
                let pause = FIRST_PAUSE.saturating_mul(1 << (*failures).min(16)).min(LONGEST_PAUSE);
                error!(target: "es", saga = %self.saga, %key, %error, ?pause, "an instance cannot go on");
                self.rest(Timestamp::now().saturating_add(pause), key, news);
            }
        }
    }

    /// Remembers an instance that waits for an instant soon. One that waits longer is found in the rows by then.
    fn remember(&mut self, until: Timestamp, key: StreamKey, news: News) {
        if until <= Timestamp::now().saturating_add(AHEAD) {
            self.rest(until, key, news);
        }
    }

    fn rest(&mut self, until: Timestamp, key: StreamKey, news: News) {
        self.forget(&key);
        self.timers.insert((until, key.clone()));
        self.resting.insert(key, Resting { until, news });
    }

    fn forget(&mut self, key: &StreamKey) {
        if let Some(Resting { until, .. }) = self.resting.remove(key) {
            self.timers.remove(&(until, key.clone()));
        }
    }

    fn wake_due(&mut self) {
        while let Some((until, key)) = self.timers.first().cloned() {
            if until.left().is_some() {
                return;
            }
            self.timers.pop_first();
            if let Some(Resting { news, .. }) = self.resting.remove(&key) {
                self.inbox.put(&key, news);
            }
        }
    }

    /// Looks through the rows of the slots that are new, and of all if some were lost meanwhile, for instances that
    /// somebody has begun something with, and does not go on.
    async fn look_through(&mut self) {
        let held = self.held.borrow_and_update().clone();
        let is_new =
            |slot: &Slot| held.losses != self.known.losses || !self.known.slots.contains(slot);
        let slots: Vec<_> = held.slots.iter().copied().filter(is_new).collect();
        if slots.is_empty() {
            self.known = held;
            return;
        }
        match self.wake_unattended(slots).await {
            Ok(()) => self.known = held,
            // The next sweep looks again, since these slots are still new.
            Err(error) => {
                debug!(target: "es", saga = %self.saga, %error, "the rows cannot be read");
            }
        }
    }

    async fn wake_unattended(&mut self, slots: Vec<Slot>) -> Result<(), StoreError> {
        let saga = self.saga.clone();
        let mut query = SagaQuery::Unattended { saga, slots, after: None };
        loop {
            let rows = self.kept.find(&query, PAGE).await?;
            let is_last = rows.len() < PAGE as usize;
            let last = rows.last().map(|row| row.stream.key().clone());
            let all_in = rows.iter().all(|row| self.inbox.put(row.stream.key(), row.news()));
            if is_last || !all_in {
                return Ok(());
            }
            if let SagaQuery::Unattended { after, .. } = &mut query {
                *after = last;
            }
        }
    }

    /// Finds what becomes due soon, as much as may be kept in memory.
    async fn find_due(&mut self) {
        let until = Timestamp::now().saturating_add(AHEAD);
        let mut after = None;
        while self.resting.len() < RESTING {
            let slots = self.known.slots.clone();
            let query = SagaQuery::due(self.saga.clone(), slots, until, after);
            let rows = match self.kept.find(&query, PAGE).await {
                Ok(rows) => rows,
                Err(error) => {
                    debug!(target: "es", saga = %self.saga, %error, "the rows cannot be read");
                    return;
                }
            };
            for row in &rows {
                self.expect(row);
            }
            let last = rows.last().filter(|_| rows.len() == PAGE as usize);
            after = last.and_then(|row| Some((row.waits.due()?, row.stream.key().clone())));
            if after.is_none() {
                return;
            }
        }
    }

    fn expect(&mut self, row: &SagaRow) {
        let (key, news) = (row.stream.key(), row.news());
        let is_known = |resting: &Resting| resting.news.version >= news.version;
        if self.active.contains_key(key) || self.resting.get(key).is_some_and(is_known) {
            return;
        }
        if let Some(due) = row.waits.due() {
            self.rest(due, key.clone(), news);
        }
    }
}
