//! Notifications between processes that the log has grown.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use es_core::__private::worker::{Drain, Worker};
use es_core::{Position, StoreError};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
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
    notifier: Worker,
    listener: Worker,
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
            notifier: Worker::new(1),
            listener: Worker::new(1),
            alive: watch::Sender::new(()),
        }
    }

    fn tell(self: &Arc<Self>, tail: &Tail, position: Position) {
        if self.appended.fetch_max(position.0, Ordering::AcqRel) < position.0 {
            let notifications = Arc::clone(self);
            self.notifier.call(|| Notifier { notifications, tail: tail.clone(), told: 0 });
        }
    }

    /// Begins to listen, unless a task does already.
    pub(crate) fn listen(&self) {
        self.listener.call(|| Listener {
            address: Arc::clone(&self.address),
            channel: self.channel.clone(),
            growth: Weak::clone(&self.growth),
            alive: self.alive.subscribe(),
        });
    }
}

/// Tells other processes how far this one has appended. What is lost with a task is found by their
/// pollers.
struct Notifier {
    notifications: Arc<Notifications>,
    tail: Tail,
    /// The position that it told last.
    told: u64,
}

impl Drain for Notifier {
    async fn drain(&mut self) {
        loop {
            let appended = self.notifications.appended.load(Ordering::Acquire);
            if appended == self.told {
                return;
            }
            self.told = appended;
            if let Err(error) = self.notify(appended).await {
                tracing::debug!(target: "es", %error, "other processes were not told of an append");
            }
            sleep(GAP).await;
        }
    }
}

impl Notifier {
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

/// Listens until the store is gone: that is when there is nothing left to do for it.
struct Listener {
    address: Arc<PgConnectOptions>,
    channel: String,
    growth: Weak<Growth>,
    /// Nobody sends: closed, it says that the store is gone.
    alive: watch::Receiver<()>,
}

impl Drain for Listener {
    async fn drain(&mut self) {
        let mut alive = self.alive.clone();
        let mut pause = SOON;
        while alive.has_changed().is_ok() {
            let mut heard = false;
            let lost = select! {
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
}

impl Listener {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{PgStore, PgStoreOptions};

    /// The tail of a store whose server does not exist: nothing listens on the first port.
    fn tail() -> Tail {
        let pool = PgPoolOptions::new()
            .acquire_timeout(Duration::from_millis(10))
            .connect_lazy("postgres://nobody@localhost:1/nowhere");
        let options = PgStoreOptions::new().with_notifications();
        PgStore::with_options(pool.expect("an address"), options).tail
    }

    #[tokio::test]
    async fn an_append_that_comes_while_the_notifier_tells_is_told_when_it_looks_again() {
        let tail = tail();
        let notifications = Arc::clone(tail.notifications.as_ref().expect("it tells"));
        let mut notifier = Notifier { notifications: Arc::clone(&notifications), tail, told: 6 };
        notifications.appended.store(6, Ordering::Release);
        notifier.drain().await;

        notifications.appended.store(7, Ordering::Release);
        notifier.drain().await;

        assert_eq!(notifier.told, 7);
    }

    #[test]
    fn the_next_append_after_a_runtime_that_went_away_calls_another_notifier() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let tail = runtime.block_on(async { tail() });
        let notifications = Arc::clone(tail.notifications.as_ref().expect("it tells"));
        runtime.block_on(async { notifications.tell(&tail, Position(1)) });
        assert!(!notifications.notifier.is_idle());

        drop(runtime);

        assert!(notifications.notifier.is_idle());
    }

    #[test]
    fn who_waits_after_a_runtime_that_went_away_calls_another_listener() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let tail = runtime.block_on(async { tail() });
        let notifications = Arc::clone(tail.notifications.as_ref().expect("it hears"));
        runtime.block_on(async { notifications.listen() });
        assert!(!notifications.listener.is_idle());

        drop(runtime);

        assert!(notifications.listener.is_idle());
    }
}
