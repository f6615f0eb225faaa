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
use crate::pool::database::Database;
use crate::tail::follower::Tail;
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
    has_notifier: AtomicBool,
    has_listener: Arc<AtomicBool>,
    /// Closed when the store is dropped.
    alive: watch::Sender<()>,
}

impl Tail {
    /// Reports that an append of this process was committed, up to `position`.
    pub(crate) fn tell_growth(&self, position: Position) {
        self.growth.tell(position);
        if let Some(notifications) = &self.notifications {
            notifications.tell(self, position);
        }
    }
}

impl Notifications {
    pub(crate) fn of(database: &Database, growth: &Arc<Growth>) -> Self {
        Self {
            address: database.connections.pool().connect_options(),
            channel: database.schema.channel(),
            growth: Arc::downgrade(growth),
            appended: AtomicU64::new(0),
            has_notifier: AtomicBool::new(false),
            has_listener: Arc::default(),
            alive: watch::Sender::new(()),
        }
    }

    fn tell(self: &Arc<Self>, tail: &Tail, position: Position) {
        let news = self.appended.fetch_max(position.0, Ordering::SeqCst) < position.0;
        if news && !self.has_notifier.swap(true, Ordering::SeqCst) {
            self.call_notifier(tail);
        }
    }

    fn call_notifier(self: &Arc<Self>, tail: &Tail) {
        let notifications = Arc::clone(self);
        let notifier = Notifier { notifications, tail: tail.clone(), over: false };
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
    tail: Tail,
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
        let Notifications { appended, has_notifier, .. } = &*self.notifications;
        has_notifier.store(false, Ordering::SeqCst);
        self.over =
            appended.load(Ordering::SeqCst) == told || has_notifier.swap(true, Ordering::SeqCst);
        self.over
    }

    async fn notify(&self, position: u64) -> Result<(), StoreError> {
        let mut session = self.tail.database.session().await?;
        let query = self
            .tail
            .database
            .query(include_str!("../../sql/notify.sql"))
            .bind(position.to_string());
        let told = query.execute(&mut *session).await.map_err(from_sqlx);
        session.end_after(told).await.map(drop)
    }
}

/// Runs also when its runtime ends: the next append starts another one.
impl Drop for Notifier {
    fn drop(&mut self) {
        if !self.over {
            self.notifications.has_notifier.store(false, Ordering::Release);
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
    use crate::store::{PgStore, PgStoreOptions};

    /// The tail of a store whose server is never contacted.
    fn tail() -> Tail {
        let pool = PgPoolOptions::new().connect_lazy("postgres://nobody@localhost/nowhere");
        let options = PgStoreOptions::new().with_notifications();
        PgStore::with_options(pool.expect("an address"), options).tail
    }

    #[tokio::test]
    async fn an_append_that_comes_while_the_notifier_ends_is_told_by_it() {
        let tail = tail();
        let notifications = Arc::clone(tail.notifications.as_ref().expect("it tells"));
        notifications.has_notifier.store(true, Ordering::SeqCst);
        let mut notifier =
            Notifier { notifications: Arc::clone(&notifications), tail, over: false };

        // It has found no notifier missing, so it has called none.
        notifications.appended.store(7, Ordering::SeqCst);

        assert!(!notifier.ends(6));
        assert!(notifications.has_notifier.load(Ordering::SeqCst));
        assert!(notifier.ends(7));
        assert!(!notifications.has_notifier.load(Ordering::SeqCst));
    }

    #[test]
    fn the_next_append_after_a_runtime_that_went_away_calls_another_notifier() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let tail = runtime.block_on(async { tail() });
        let notifications = Arc::clone(tail.notifications.as_ref().expect("it tells"));
        runtime.block_on(async { notifications.tell(&tail, Position(1)) });
        assert!(notifications.has_notifier.load(Ordering::SeqCst));

        drop(runtime);

        assert!(!notifications.has_notifier.load(Ordering::SeqCst));
    }

    #[test]
    fn who_waits_after_a_runtime_that_went_away_calls_another_listener() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let tail = runtime.block_on(async { tail() });
        let notifications = Arc::clone(tail.notifications.as_ref().expect("it hears"));
        runtime.block_on(async { notifications.listen() });
        assert!(notifications.has_listener.load(Ordering::SeqCst));

        drop(runtime);

        assert!(!notifications.has_listener.load(Ordering::SeqCst));
    }
}
