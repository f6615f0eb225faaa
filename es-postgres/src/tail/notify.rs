//! Notifications between processes that the log has grown.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use es_core::{Position, StoreError};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::runtime::Handle;
use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::error::from_sqlx;
use crate::store::PgStore;
use crate::tail::poller::Growth;

/// The time between two notifications; the second covers all appends of that time.
const GAP: Duration = Duration::from_millis(5);

/// The delay before a lost connection is made again; it doubles each time.
const SOON: Duration = Duration::from_millis(50);

/// The maximum of that delay.
const LATE: Duration = Duration::from_secs(5);

/// The notifications that a store sends and receives.
pub(crate) struct Notifications {
    address: Arc<PgConnectOptions>,
    channel: String,
    growth: Weak<Growth>,
    /// The greatest position of an append of this process.
    appended: AtomicU64,
    has_teller: AtomicBool,
    has_listener: Arc<AtomicBool>,
    /// Closed when the store is dropped.
    alive: watch::Sender<()>,
}

impl PgStore {
    /// The same store, which notifies other processes of its appends and receives their
    /// notifications, so that a reader at the end of the log goes on within milliseconds and not at
    /// the next poll.
    ///
    /// Readers lose nothing without it, and nothing if a notification is lost: they still poll
    /// every tenth of a second. A notification is sent after a commit and beside
    /// it, at most once in five milliseconds, so that appends do not wait for one another as they
    /// would with a notification in each transaction.
    ///
    /// Listening takes one connection of its own to the address of the pool, from the first waiting
    /// reader until the store is dropped; a lost connection is made again automatically.
    /// Notifications do not pass a pooler such as pgbouncer in transaction mode: readers there only
    /// poll. Appends in the caller's own transaction send none, since only the caller knows when it
    /// commits.
    ///
    /// ```no_run
    /// # use es_postgres::PgStore;
    /// # async fn example(pool: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PgStore::new(pool).with_notifications();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_notifications(mut self) -> Self {
        let notifications = Notifications {
            address: self.connections.pool().connect_options(),
            channel: self.schema.channel(),
            growth: Arc::downgrade(&self.growth),
            appended: AtomicU64::new(0),
            has_teller: AtomicBool::new(false),
            has_listener: Arc::default(),
            alive: watch::Sender::new(()),
        };
        self.notifications = Some(Arc::new(notifications));
        self
    }

    /// Reports that an append of this process was committed, up to `position`.
    pub(crate) fn tell_growth(&self, position: Position) {
        self.growth.tell(position);
        if let Some(notifications) = &self.notifications {
            notifications.tell(self, position);
        }
    }
}

impl Notifications {
    fn tell(self: &Arc<Self>, store: &PgStore, position: Position) {
        let news = self.appended.fetch_max(position.0, Ordering::SeqCst) < position.0;
        if news && !self.has_teller.swap(true, Ordering::SeqCst) {
            self.call_teller(store);
        }
    }

    fn call_teller(self: &Arc<Self>, store: &PgStore) {
        let notifications = Arc::clone(self);
        let notifier = Notifier { notifications, store: store.clone(), over: false };
        // Nothing of the caller's spans: it speaks for others too.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(notifier.work())),
            Err(_) => drop(notifier),
        }
    }

    /// Begins to listen, unless a task does already.
    pub(crate) fn listen(&self) {
        if self.has_listener.swap(true, Ordering::SeqCst) {
            return;
        }
        let listener = Listener {
            address: Arc::clone(&self.address),
            channel: self.channel.clone(),
            growth: Weak::clone(&self.growth),
            is_there: Arc::clone(&self.has_listener),
        };
        drop(tokio::spawn(listener.work(self.alive.subscribe())));
    }
}

/// The notifier task. It ends when there is nothing to send.
struct Notifier {
    notifications: Arc<Notifications>,
    store: PgStore,
    /// True if it ended because there was nothing left, or another one has begun.
    over: bool,
}

impl Notifier {
    async fn work(mut self) {
        let mut told = 0;
        loop {
            let appended = self.notifications.appended.load(Ordering::Acquire);
            if appended == told && self.ends(told) {
                return;
            }
            told = self.notifications.appended.load(Ordering::Acquire);
            if let Err(error) = self.notify(told).await {
                tracing::debug!(target: "es", %error, "other processes were not told of an append");
            }
            sleep(GAP).await;
        }
    }

    /// True if the task may end. An append that came while it was about to end has started no
    /// other.
    fn ends(&mut self, told: u64) -> bool {
        let Notifications { appended, has_teller, .. } = &*self.notifications;
        has_teller.store(false, Ordering::SeqCst);
        self.over =
            appended.load(Ordering::SeqCst) == told || has_teller.swap(true, Ordering::SeqCst);
        self.over
    }

    async fn notify(&self, position: u64) -> Result<(), StoreError> {
        let mut session = self.store.session().await?;
        let query =
            self.store.query(include_str!("../../sql/notify.sql")).bind(position.to_string());
        let told = query.execute(&mut *session).await.map_err(from_sqlx);
        session.end_after(told).await.map(drop)
    }
}

/// Runs also when its runtime ends: the next append starts another one.
impl Drop for Notifier {
    fn drop(&mut self) {
        if !self.over {
            self.notifications.has_teller.store(false, Ordering::Release);
        }
    }
}

/// The listener task. It ends with the store.
struct Listener {
    address: Arc<PgConnectOptions>,
    channel: String,
    growth: Weak<Growth>,
    is_there: Arc<AtomicBool>,
}

impl Listener {
    async fn work(self, mut alive: watch::Receiver<()>) {
        let mut pause = SOON;
        loop {
            let mut heard = false;
            let lost = select! {
                // Nobody sends: it says that the store is gone.
                _ = alive.changed() => return,
                lost = self.hear(&mut heard) => lost,
            };
            if let Err(error) = lost {
                tracing::debug!(target: "es", %error, "nothing is heard of other processes' appends");
            }
            pause = if heard { SOON } else { (pause * 2).min(LATE) };
            select! {
                _ = alive.changed() => return,
                () = sleep(pause) => {}
            }
        }
    }

    /// Listens until the connection is lost, on a connection of its own.
    async fn hear(&self, heard: &mut bool) -> Result<(), sqlx::Error> {
        let own = PgPoolOptions::new().max_connections(1).acquire_timeout(LATE);
        let own = own.connect_lazy_with(self.address.as_ref().clone());
        let mut listener = PgListener::connect_with(&own).await?;
        listener.eager_reconnect(false);
        listener.listen(&self.channel).await?;
        *heard = true;
        if let Some(growth) = self.growth.upgrade() {
            growth.tell_nothing_for_sure();
        }
        while let Some(told) = listener.try_recv().await? {
            let Some(growth) = self.growth.upgrade() else { return Ok(()) };
            match told.payload().parse() {
                Ok(position) => growth.tell(Position(position)),
                Err(_) => growth.tell_nothing_for_sure(),
            }
        }
        Ok(())
    }
}

/// Runs also when its runtime ends: the next waiting reader starts another one.
impl Drop for Listener {
    fn drop(&mut self) {
        self.is_there.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store whose server is never contacted.
    fn store() -> PgStore {
        let pool = PgPoolOptions::new().connect_lazy("postgres://nobody@localhost/nowhere");
        PgStore::new(pool.expect("an address")).with_notifications()
    }

    #[tokio::test]
    async fn an_append_that_comes_while_the_teller_ends_is_told_by_it() {
        let store = store();
        let notifications = Arc::clone(store.notifications.as_ref().expect("it tells"));
        notifications.has_teller.store(true, Ordering::SeqCst);
        let mut notifier =
            Notifier { notifications: Arc::clone(&notifications), store, over: false };

        // It has found no notifier missing, so it has called none.
        notifications.appended.store(7, Ordering::SeqCst);

        assert!(!notifier.ends(6));
        assert!(notifications.has_teller.load(Ordering::SeqCst));
        assert!(notifier.ends(7));
        assert!(!notifications.has_teller.load(Ordering::SeqCst));
    }

    #[test]
    fn the_next_append_after_a_runtime_that_went_away_calls_another_teller() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let store = runtime.block_on(async { store() });
        let notifications = Arc::clone(store.notifications.as_ref().expect("it tells"));
        runtime.block_on(async { notifications.tell(&store, Position(1)) });
        assert!(notifications.has_teller.load(Ordering::SeqCst));

        drop(runtime);

        assert!(!notifications.has_teller.load(Ordering::SeqCst));
    }

    #[test]
    fn who_waits_after_a_runtime_that_went_away_calls_another_listener() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let store = runtime.block_on(async { store() });
        let notifications = Arc::clone(store.notifications.as_ref().expect("it hears"));
        runtime.block_on(async { notifications.listen() });
        assert!(notifications.has_listener.load(Ordering::SeqCst));

        drop(runtime);

        assert!(!notifications.has_listener.load(Ordering::SeqCst));
    }
}
