//! Driver of a node: has its instances driven, as many at once as may be.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, error};

use super::agenda::Agenda;
use super::drive::{Drive, Driven, Rest, passed};
use super::inbox::{Inbox, News};
use super::options::SagaOptions;
use super::performs::Performs;
use super::row::SagaRow;
use super::search::{KEPT, Search};
use super::store::SagaStore;
use crate::error_text::chain;
use crate::process::{Plan, Saga};
use crate::read::projection::{Held, ProjectionKey, Slot};
use crate::store::dyn_event_store::DynEventStore;
use crate::store::event_store::EventStore;
use crate::stream::{Category, StreamId, StreamKey, Version};
use crate::timestamp::Timestamp;

/// The interval at which the rows are asked for what becomes due.
const SWEEP: Duration = Duration::from_secs(5);

/// The time after which what is due looks for room again.
const FULL: Duration = Duration::from_millis(200);

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
    inbox: Arc<Inbox>,
    held: watch::Receiver<Held>,
    options: SagaOptions,
    stop: CancellationToken,
    search: Search<K>,
    active: HashMap<StreamKey, Arc<Driven>>,
    tasks: JoinSet<Left>,
    agenda: Agenda,
    of: std::marker::PhantomData<fn() -> S>,
}

/// An instance that a task has let go of.
struct Left {
    key: StreamKey,
    /// The news with which it was begun.
    news: News,
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
            search: Search::new(saga.clone(), kept),
            saga,
            means: Arc::new(means),
            inbox,
            held,
            options,
            stop,
            active: HashMap::new(),
            tasks: JoinSet::new(),
            agenda: Agenda::default(),
            of: std::marker::PhantomData,
        }
    }

    /// Drives until it is told to stop, or the node has no slots any more. Attempts under way have a moment to end
    /// then, and nothing is begun after them; what is cut off is resumed by whoever holds the slot next.
    pub(super) async fn run(mut self) {
        let mut sweep = Box::pin(sleep(Duration::ZERO));
        while !self.stop.is_cancelled() {
            self.begin_those_that_may_go();
            self.tell_those_under_way();
            let due = self.agenda.first();
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.inbox.told() => {}
                Some(left) = self.tasks.join_next() => self.let_go(left),
                () = passed(due.unwrap_or(Timestamp::now())), if due.is_some() => self.wake_due(),
                changed = self.held.changed() => match changed {
                    Ok(()) => {
                        let stop = self.stop.clone();
                        stop.run_until_cancelled(self.look_through()).await;
                    }
                    // The projection has ended, and with it the right to all slots.
                    Err(_) => break,
                },
                () = &mut sweep => {
                    self.make_up_for_lost_news();
                    // A store that does not answer keeps no stop waiting.
                    let stop = self.stop.clone();
                    let looking = async {
                        self.look_through().await;
                        self.find_due().await;
                    };
                    stop.run_until_cancelled(looking).await;
                    sweep = Box::pin(sleep(SWEEP));
                }
            }
        }
        self.stop.cancel();
        let over = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(self.options.grace(), over).await.is_err() {
            debug!(target: "es", saga = %self.saga, "attempts were cut off");
        }
    }

    fn begin_those_that_may_go(&mut self) {
        while self.active.len() < self.options.in_flight() {
            let Some((key, news)) = self.inbox.take() else { return };
            if let Some(driven) = self.active.get(&key) {
                driven.tell(news.version);
            } else if !self.is_held(&key) {
                self.agenda.forget(&key);
            } else if news.is_at_rest {
                // What waits may be later than the news.
                if !self.agenda.knows(&key, news) {
                    self.agenda.forget(&key);
                }
            } else if !self.agenda.is_waiting(&key, news) {
                self.agenda.take(&key);
                self.begin(key, news);
            }
        }
    }

    /// Tells the drives of what has happened to their instances, also while there is no room for others: one of them
    /// may be over by that.
    fn tell_those_under_way(&self) {
        for (key, driven) in &self.active {
            if let Some(news) = self.inbox.take_of(key) {
                driven.tell(news.version);
            }
        }
    }

    /// Makes up for news that there was no room for: the rows are looked through again, and so is what is under way.
    fn make_up_for_lost_news(&mut self) {
        if self.inbox.take_overflow() {
            self.search.forget();
            for driven in self.active.values() {
                driven.tell(Version::MAX);
            }
        }
    }

    /// True if this node holds the slot of the instance.
    fn is_held(&self, key: &StreamKey) -> bool {
        self.held.borrow().has(slot_of(&self.stream_of(key)))
    }

    fn stream_of(&self, key: &StreamKey) -> StreamId {
        StreamId::new(self.saga.clone(), key.clone())
    }

    fn begin(&mut self, key: StreamKey, news: News) {
        let driven = Arc::new(Driven::default());
        self.active.insert(key.clone(), Arc::clone(&driven));
        let (means, held, stop) = (Arc::clone(&self.means), self.held.clone(), self.stop.clone());
        let stream = self.stream_of(&key);
        let span = tracing::info_span!(target: "es", "es.saga", "es.stream" = %stream);
        let drive = async move {
            let Means { log, erased, plan, services } = &*means;
            let (heard, driven) = (news.heard, &*driven);
            let drive = Drive { log, erased, plan, services, stream, heard, held, stop, driven };
            // A fold of the service that panics is an instance that cannot go on, and nothing else.
            let outcome = match AssertUnwindSafe(drive.run::<S>()).catch_unwind().await {
                Ok(outcome) => outcome.map_err(|error| chain(&error)),
                Err(_) => Err("the code of the saga panicked".to_owned()),
            };
            Left { key, news, outcome }
        };
        self.tasks.spawn(drive.instrument(span));
    }

    fn let_go(&mut self, left: Result<Left, tokio::task::JoinError>) {
        // A task ends by itself: its panics are caught, and nobody aborts it before the driver ends.
        let Ok(Left { key, news, outcome }) = left else { return };
        let Some(driven) = self.active.remove(&key) else { return };
        // A fold that fails has seen nothing, but it was tried with these news.
        let news = News { version: news.version.max(driven.seen()), ..news };
        let rest = match outcome {
            Ok(rest) => rest,
            Err(error) => {
                // What was told meanwhile was taken out for this drive, and is news for the next one.
                if driven.is_told() {
                    self.inbox.put(&key, News { version: news.version.plus(1), ..news });
                }
                let pause = self.agenda.put_failed(key.clone(), news);
                error!(target: "es", saga = %self.saga, %key, %error, ?pause, "an instance cannot go on");
                return;
            }
        };
        self.agenda.forget_failures(&key);
        match rest {
            _ if driven.is_told() => drop(self.inbox.put(&key, news)),
            // One that waits longer is found in the rows by then.
            Rest::Until(until) if until <= Timestamp::now().saturating_add(KEPT) => {
                self.agenda.put(key, until, news);
            }
            // The slot may have come meanwhile, and the look through its rows has passed the instance by.
            Rest::LeftToOthers if self.is_held(&key) => drop(self.inbox.put(&key, news)),
            Rest::Until(_) | Rest::LeftToOthers | Rest::Told => {}
        }
    }

    fn wake_due(&mut self) {
        while let Some((key, news)) = self.agenda.take_due() {
            if !self.inbox.has_room() {
                // It waits for room here, and nothing else is lost for it.
                self.agenda.put(key, Timestamp::now().saturating_add(FULL), news);
                return;
            }
            self.inbox.put(&key, news);
        }
    }

    /// Looks through the rows of the slots that are new.
    async fn look_through(&mut self) {
        let held = self.held.borrow_and_update().clone();
        let Self { search, active, agenda, inbox, .. } = self;
        let put = |row: &SagaRow| {
            is_known(active, agenda, row) || inbox.put(row.stream.key(), row.news())
        };
        search.unattended(held, put).await;
    }

    /// Looks for what becomes due soon.
    async fn find_due(&mut self) {
        let Self { search, active, agenda, .. } = self;
        let put = |row: &SagaRow| {
            if let Some(due) = row.waits.due().filter(|_| !is_known(active, agenda, row)) {
                agenda.put(row.stream.key().clone(), due, row.news());
            }
        };
        search.due(put).await;
    }
}

/// True if the node has the instance in hand, or waits with it, and knows as much of it as the row.
fn is_known(active: &HashMap<StreamKey, Arc<Driven>>, agenda: &Agenda, row: &SagaRow) -> bool {
    let (key, news) = (row.stream.key(), row.news());
    active.get(key).is_some_and(|driven| driven.seen() >= news.version) || agenda.knows(key, news)
}

/// The slot of an instance.
pub(super) fn slot_of(stream: &StreamId) -> Slot {
    Slot::of(&ProjectionKey::of_stream(stream))
}

#[cfg(test)]
mod tests;
