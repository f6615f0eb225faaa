//! Spare connections beside the pool, for a store to which the service leaves none.
//!
//! A service that shares its pool with the store may hold all of it in transactions of its own, and for
//! as long as it likes. What the store has to do is short, and others wait for it; so after a moment of
//! waiting it opens one of two connections of its own.
//!
//! ```text
//! service   ├ thirty transactions, all of the pool ─────────────────────────┤
//! store        asks the pool ── 250 ms ── a spare ├ append ┤  kept for ten seconds, then closed
//! ```
//!
//! Those who wait have them in the order in which they came, and go on waiting for the pool meanwhile.

use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

/// The time that a caller waits for the pool alone. A pool that is merely busy answers sooner.
pub(crate) const FOR_THE_POOL: Duration = Duration::from_millis(250);

/// The maximum number of spares.
const MOST: u32 = 2;

/// The time after which an unused spare is closed.
const IDLE: Duration = Duration::from_secs(10);

/// A pool of a few connections with the options and hooks of the service's own.
pub(crate) struct Spares {
    pool: PgPool,
    /// One place for each of the connections: a caller that goes away leaves its login to the next
    /// caller instead of another login being started, so that a full server is not asked more
    /// often.
    places: Arc<Semaphore>,
    /// The task that closes them with the service's pool.
    closing: JoinHandle<()>,
}

/// A spare in use. It goes back when it is dropped.
pub(crate) struct Spare {
    pub(crate) connection: PoolConnection<Postgres>,
    _place: OwnedSemaphorePermit,
}

impl Spares {
    /// Spares beside `pool`, none of which is opened yet. Needs a runtime.
    pub(crate) fn beside(pool: &PgPool) -> Self {
        let options = pool.options().clone();
        let spares = options
            .max_connections(MOST)
            .min_connections(0)
            .idle_timeout(IDLE)
            .connect_lazy_with(pool.connect_options().as_ref().clone());
        let (end, own) = (pool.close_event(), spares.clone());
        let closing = tokio::spawn(async move {
            end.await;
            own.close().await;
        });
        Self { pool: spares, places: Arc::new(Semaphore::new(MOST as usize)), closing }
    }

    /// Takes a spare. `None` if the server gives no more: the caller then waits for the pool.
    pub(crate) async fn take(&self) -> Option<Spare> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        let pool = self.pool.clone();
        let opened = tokio::spawn(async move {
            let connection = pool.acquire().await?;
            Ok::<_, sqlx::Error>(Spare { connection, _place: place })
        });
        match opened.await.ok()? {
            Ok(spare) => Some(spare),
            Err(error) => {
                tracing::debug!(target: "es", %error, "no connection beside a pool that is in use");
                None
            }
        }
    }
}

impl Drop for Spares {
    fn drop(&mut self) {
        self.closing.abort();
    }
}
