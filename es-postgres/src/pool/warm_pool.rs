//! The connections of a pool, with recently used ones kept at hand.
//!
//! A use of the pool costs more than the round trip of a small append: a task for the way back, a
//! ping there, and the next use meets another session, whose memory is cold. So a used connection
//! is kept for the next use, and the last one returned is the first one taken. Other users of the
//! pool do not wait for it: a connection is kept only while the pool has others to give, and goes
//! back when it is not used.
//!
//! If the pool has nothing to give for a while, there are [spares](crate::pool::spares).

use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use es_core::__private::worker::{Drain, Worker};
use es_core::StoreError;
use futures_util::FutureExt;
use sqlx::pool::PoolConnection;
use sqlx::{Executor, PgConnection, PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

use crate::error::from_sqlx;
use crate::pool::handover::Handovers;
use crate::pool::spares::{FOR_THE_POOL, Spare, Spares};

/// The interval of the checks for connections that the pool needs back: the longest time that the
/// service waits for an unused connection.
const LOOK: Duration = Duration::from_millis(10);

/// The time after which an unused connection goes back to the pool.
const IDLE: Duration = Duration::from_millis(100);

/// The time after which a used connection goes back as well, since the pool limits the age of its
/// connections.
const AWAY: Duration = Duration::from_secs(1);

/// Ends a transaction that the previous user of the connection began and forgot. A lone ROLLBACK
/// draws a warning from the server each time it has nothing to do; where the transaction has
/// failed, the BEGIN fails.
const CLEAN: &str = "BEGIN; ROLLBACK";

/// The server's code for a statement in a transaction that has failed.
const FAILED: &str = "25P02";

/// A pool, and the connections kept of it.
pub(crate) struct Connections {
    pool: PgPool,
    /// The most connections that are kept: half of the pool, or none.
    most: usize,
    /// The kept connections; the last one was used last.
    kept: Mutex<Vec<Idle>>,
    /// Looks after them.
    reclaimer: Worker,
    /// The work that holds connections for callers that may stop polling.
    pub(crate) handovers: Arc<Handovers>,
    /// The spares, opened when the pool first leaves the store nothing. `None` if the service wants
    /// none.
    spares: Option<OnceLock<Spares>>,
}

struct Idle {
    connection: PoolConnection<Postgres>,
    acquired: Instant,
    used: Instant,
}

/// A connection in use. Goes back to the pool when it is dropped, in whatever state it is.
pub(crate) struct Held {
    connection: Whose,
    acquired: Instant,
    home: Arc<Connections>,
}

/// The owner of the place that a connection takes.
enum Whose {
    Pool(PoolConnection<Postgres>),
    /// A spare, since the service has the whole pool.
    Spare(Spare),
    /// A connection without a place in the pool, which may make another. It is closed at its end.
    Nobody(PgConnection),
}

impl Connections {
    /// The connections of `pool`, of which half are kept at hand if `keep` says so, and spares beside
    /// it if the service allows for them.
    pub(crate) fn of(pool: PgPool, keep: bool, has_spares: bool) -> Arc<Self> {
        let half = usize::try_from(pool.options().get_max_connections() / 2).unwrap_or(0);
        let most = if keep { half } else { 0 };
        let spares = has_spares.then(OnceLock::new);
        let (kept, reclaimer) = (Mutex::default(), Worker::new(1));
        Arc::new(Self { pool, most, kept, reclaimer, handovers: Handovers::new(), spares })
    }

    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection that is in no transaction.
    ///
    /// sqlx 0.9.0 gives one back inside of a transaction when the future of `begin` is dropped, as a
    /// request with a time limit does; what was written there would never be committed.
    pub(crate) async fn take(self: &Arc<Self>) -> Result<Held, StoreError> {
        let kept = self.kept().pop();
        if let Some(Idle { connection, acquired, .. }) = kept {
            return Ok(Held {
                connection: Whose::Pool(connection),
                acquired,
                home: Arc::clone(self),
            });
        }
        // On the heap: nearly no use of a connection needs it, and all would carry it.
        self.take_of_pool().boxed().await
    }

    async fn take_of_pool(self: &Arc<Self>) -> Result<Held, StoreError> {
        loop {
            let connection = self.acquire().await.map_err(from_sqlx)?;
            let (acquired, home) = (Instant::now(), Arc::clone(self));
            let mut connection = Held { connection, acquired, home };
            match connection.execute(CLEAN).await {
                Ok(_) => return Ok(connection),
                // There are no more of these than the pool has connections.
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(FAILED) => {
                    connection.close_on_drop();
                }
                // A pooler whose server refuses says so here: whoever asked decides when to ask again.
                Err(error) => {
                    connection.close_on_drop();
                    return Err(from_sqlx(error));
                }
            }
        }
    }

    /// A connection of the pool, or a spare if the pool has nothing to give for a while.
    async fn acquire(&self) -> Result<Whose, sqlx::Error> {
        if self.is_short() {
            self.handovers.take_over_all();
        }
        let mut of_pool = pin!(self.pool.acquire());
        let Some(spares) = &self.spares else { return of_pool.await.map(Whose::Pool) };
        if let Ok(answer) = timeout(FOR_THE_POOL, &mut of_pool).await {
            return answer.map(Whose::Pool);
        }
        // A pool with room to open another waits for the server, and so would a spare.
        if !self.is_short() {
            return of_pool.await.map(Whose::Pool);
        }
        let spares = spares.get_or_init(|| Spares::beside(&self.pool));
        tokio::select! {
            biased;
            answer = &mut of_pool => answer.map(Whose::Pool),
            Some(spare) = spares.take() => Ok(Whose::Spare(spare)),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if the next user of the pool has to wait.
    fn is_short(&self) -> bool {
        self.pool.num_idle() == 0 && self.pool.size() >= self.pool.options().get_max_connections()
    }

    fn keep(self: &Arc<Self>, connection: PoolConnection<Postgres>, acquired: Instant) {
        let used = Instant::now();
        if used - acquired > AWAY || self.is_short() || self.pool.is_closed() {
            return;
        }
        if Handle::try_current().is_err() {
            return;
        }
        let mut kept = self.kept();
        if kept.len() >= self.most {
            return;
        }
        kept.push(Idle { connection, acquired, used });
        drop(kept);
        let reclaimer = || Reclaimer { home: Arc::downgrade(self), pool: self.pool.clone() };
        self.reclaimer.call(reclaimer);
    }

    /// The connections that go back now, and true if any are left to look after.
    fn surplus(&self) -> (Vec<Idle>, bool) {
        let all = self.pool.is_closed() || self.is_short();
        let mut kept = self.kept();
        let (surplus, rest) = std::mem::take(&mut *kept)
            .into_iter()
            .partition(|idle| all || idle.used.elapsed() > IDLE);
        *kept = rest;
        (surplus, !kept.is_empty())
    }
}

impl Held {
    /// Keeps the connection for the next use. Only for a connection whose statements were all
    /// answered: the others are for the pool to check.
    pub(crate) fn keep(self) {
        let Self { connection, acquired, home } = self;
        if let Whose::Pool(connection) = connection {
            home.keep(connection, acquired);
        }
    }

    /// The connection without its place in the pool: for work that holds one while the pool is
    /// asked for others, and the pool may have only one.
    pub(crate) fn apart(self) -> Self {
        let connection = match self.connection {
            Whose::Pool(connection) => Whose::Nobody(connection.detach()),
            // Has none.
            other @ (Whose::Spare(_) | Whose::Nobody(_)) => other,
        };
        Self { connection, ..self }
    }

    /// True if the next user of the pool has to wait for this connection or another.
    pub(crate) fn is_wanted(&self) -> bool {
        self.home.is_short()
    }

    /// Closes the connection when it is dropped, instead of giving it back.
    pub(crate) fn close_on_drop(&mut self) {
        match &mut self.connection {
            Whose::Pool(connection) => connection.close_on_drop(),
            Whose::Spare(spare) => spare.connection.close_on_drop(),
            // Is closed anyway.
            Whose::Nobody(_) => {}
        }
    }
}

impl Deref for Held {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.connection {
            Whose::Pool(connection) => connection,
            Whose::Spare(spare) => &spare.connection,
            Whose::Nobody(connection) => connection,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.connection {
            Whose::Pool(connection) => connection,
            Whose::Spare(spare) => &mut spare.connection,
            Whose::Nobody(connection) => connection,
        }
    }
}

/// Gives connections back. It keeps none of them alive.
struct Reclaimer {
    home: Weak<Connections>,
    pool: PgPool,
}

impl Drain for Reclaimer {
    async fn drain(&mut self) {
        let mut closed = pin!(self.pool.close_event());
        loop {
            tokio::select! {
                () = &mut closed => {}
                () = sleep(LOOK) => {}
            }
            let Some(home) = self.home.upgrade() else { return };
            let (surplus, goes_on) = home.surplus();
            drop(surplus);
            if !goes_on {
                return;
            }
        }
    }

    /// The connections belonged to the same runtime.
    fn abandon(&mut self) {
        if let Some(home) = self.home.upgrade() {
            let left = std::mem::take(&mut *home.kept());
            give_back(left);
        }
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut *self.kept()));
    }
}

/// Gives connections back on a task. Without a runtime for it, the connections are closed instead.
fn give_back(connections: Vec<Idle>) {
    if Handle::try_current().is_err() {
        for idle in connections {
            drop(idle.connection.detach());
        }
    }
}
