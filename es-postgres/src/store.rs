//! The store: a handle on a pool, and the entry to everything behind it.

mod event_store;
mod options;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use es_core::{Append, AppendError, Appended, StoreError};
use futures_util::FutureExt;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};
use tracing::Instrument;

pub use self::options::PgStoreOptions;
use crate::append::appender::Appender;
use crate::error::from_sqlx;
use crate::pool::database::Database;
use crate::pool::driven::driven;
use crate::pool::warm_pool::Connections;
use crate::read::reader::Reader;
use crate::read::standby::LogReplica;
use crate::requests::Requests;
use crate::retag::event_tags::Tags;
use crate::retag::write::Retagger;
use crate::schema::migrations;
use crate::schema::statements::Schema;
use crate::spans;
use crate::tail::follower::Tail;

/// An event store in PostgreSQL.
///
/// It is a handle: clones share the same pool. It uses the pool of the service; a service without
/// one lets the store [`connect`](Self::connect).
///
/// An append is one statement in one round trip, without a transaction around it, as long as no
/// other append is at its streams; a refused one may take two. Concurrent appends of a process go out
/// together, those to several streams as well, up to 256 streams, 4,096 events and 4 MiB in a statement;
/// each has its own result, and none waits for another one's streams. An append that finds another writer
/// at one of its streams goes out again in its locked form: it waits for the streams, checks, writes and
/// commits. An append that has a condition, that rests on a stream without writing to it, that has
/// more than 256 streams or tags or more than a statement carries takes that form at once, the last
/// in several statements of one transaction.
///
/// An append that is sent again, with the same event ids, receives the original result.
///
/// ```no_run
/// use es_core::prelude::*;
/// use es_postgres::PgStore;
///
/// # async fn example(append: Append) -> Result<(), Box<dyn std::error::Error>> {
/// let store = PgStore::connect("postgres://service@localhost/ledger").await?;
/// store.migrate().await?;
/// store.append(append).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PgStore {
    pub(crate) database: Database,
    pub(crate) appender: Appender,
    pub(crate) reader: Reader,
    pub(crate) tail: Tail,
    retagger: Retagger,
}

impl PgStore {
    /// Makes a store in the database of `pool`, which stays the caller's to configure.
    ///
    /// The store keeps connections that it has just used at hand for a tenth of a second, half of
    /// the pool at most. If the pool has no others left, the store gives unused ones back within a
    /// hundredth of a second. So hooks of the pool run when a connection leaves it and comes back,
    /// and not between two statements of the store.
    ///
    /// If the service holds the whole pool for longer than 250 ms, in transactions of its own, the
    /// store opens up to two connections beside it, with the same options and hooks, and closes
    /// them when they were not used for ten seconds, or with the pool. A connection limit of the
    /// server or a pooler must allow for two more of each process; if it refuses them the store
    /// waits for the pool. [`without_spare_connections`](PgStoreOptions::without_spare_connections) turns
    /// this off.
    ///
    /// All work of the store in more than one statement runs where a dropped future cannot
    /// interrupt it. Before the store begins on a connection, it ends a transaction that was left
    /// open there. The statements of the service have no such protection: sqlx 0.9.0 gives a
    /// connection back inside of a transaction when the future of `begin` is dropped, as a request
    /// with a time limit does, and the next user of the connection writes into a transaction that
    /// nobody commits. [`pool_options`](Self::pool_options) prevents that.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self::with_options(pool, PgStoreOptions::new())
    }

    /// Makes a store like [`new`](Self::new), with `options` of its own.
    ///
    /// ```no_run
    /// use es_postgres::{PgStore, PgStoreOptions};
    ///
    /// # async fn example(pool: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = PgStoreOptions::new().with_notifications().without_spare_connections();
    /// let store = PgStore::with_options(pool, options);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_options(pool: PgPool, options: PgStoreOptions) -> Self {
        let PgStoreOptions {
            schema,
            keep,
            has_spares,
            is_prepared,
            batches,
            coalesces,
            notifies,
            remembers_requests,
            replica,
        } = options;
        let database = Database {
            connections: Connections::of(pool, keep, has_spares),
            schema: schema.map_or_else(Schema::default, Schema::of),
            persistent: is_prepared,
        };
        let replica = replica.map(|pool| LogReplica::of(Connections::of(pool, keep, has_spares)));
        let reader = Reader::new(database.clone(), replica, coalesces);
        let tail = Tail::new(database.clone(), reader.clone(), notifies);
        let tags = Tags { database: database.clone(), event_tags: Arc::default() };
        let retagger = Retagger::new(tags.clone(), reader.clone());
        let requests = Requests::new(database.clone(), remembers_requests);
        let appender = Appender::new(database.clone(), tail.clone(), tags, requests, batches);
        Self { database, appender, reader, tail, retagger }
    }

    /// Pool options for the service's own pool: no ping before each use, and a rollback when a
    /// connection comes back inside of a transaction that nobody will end.
    ///
    /// The rollback costs a round trip after each use, while nobody waits for it.
    ///
    /// ```no_run
    /// # use es_postgres::PgStore;
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let pool = PgStore::pool_options()
    ///     .max_connections(20)
    ///     .connect("postgres://service@localhost/ledger")
    ///     .await?;
    /// let store = PgStore::new(pool.clone());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn pool_options() -> PgPoolOptions {
        PgPoolOptions::new().test_before_acquire(false).after_release(|connection, _| {
            Box::pin(async move {
                // A lone ROLLBACK draws a warning from the server each time it has nothing to
                // do. In a transaction that has failed the BEGIN fails, and the pool closes the
                // connection, which ends it as well.
                connection.execute("BEGIN; ROLLBACK").await?;
                Ok(true)
            })
        })
    }

    /// Connects to `url`, with a pool of its own.
    ///
    /// The pool does not ping a connection before each use. It has no other user, so it needs no
    /// rollback either: the store begins transactions only on tasks that are never dropped.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url).map_err(from_sqlx)?;
        // A pool tries again and again, for half a minute; whoever mistyped an address should not
        // wait for that.
        options.connect().await.map_err(from_sqlx)?.close().await.map_err(from_sqlx)?;
        Ok(Self::new(PgPoolOptions::new().test_before_acquire(false).connect_lazy_with(options)))
    }

    /// Brings the schema of the store up to date, `es` unless told otherwise; does nothing where it is.
    ///
    /// It makes missing objects and nothing else: a role that owns the schema needs no right to
    /// make one. A schema that contains objects, but no store's tables, is left alone: the error's
    /// source is a [`ForeignSchema`](crate::ForeignSchema).
    ///
    /// Safe to call from every instance of a service at its start: they wait for one another. Needs
    /// a direct connection, not one through a pooler in transaction mode.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let database = self.database.clone();
        driven(async move { migrations::migrate(&database).await }).await
    }

    /// Appends like [`append`](es_core::EventStore::append), in the caller's own transaction: the events are
    /// stored if and when that transaction commits.
    ///
    /// ```no_run
    /// # use es_core::prelude::*;
    /// # use es_postgres::PgStore;
    /// # async fn example(pool: es_postgres::sqlx::PgPool, store: PgStore, append: Append) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut tx = pool.begin().await?;
    /// // … whatever the service writes beside its events …
    /// store.append_within(&mut tx, append).await?;
    /// tx.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The transaction must be in READ COMMITTED, PostgreSQL's default, and begun by sqlx. A
    /// [`Conflict`](AppendError::Conflict) and a [`Condition`](AppendError::Condition) that does
    /// not hold leave it usable, and so does a refusal by an inline projection: the transaction is
    /// then as it was before. Any other error aborts it, as every failed statement does. Dropped at
    /// any moment, the append leaves it as it was or unusable.
    ///
    /// **Keep it short.** From here to its end the transaction locks the streams that it appended
    /// to, and the tags that it wrote or rested on, and readers of the log do not get past it,
    /// however much others append meanwhile. PostgreSQL's `idle_in_transaction_session_timeout`
    /// limits that. Two transactions that append to the same streams one by one in opposite order
    /// deadlock; the server ends one of them, and the error [is
    /// transient](StoreError::is_transient). One append with several parts never does.
    pub async fn append_within(
        &self,
        transaction: &mut PgConnection,
        append: Append,
    ) -> Result<Appended, AppendError> {
        let span = spans::append(&append);
        self.appender.append_joining(transaction, &append).instrument(span).boxed().await
    }
}

/// Shows how busy the pool is, and never how to reach the database.
impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStore")
            .field("database", &self.database)
            .field("queued_appends", &self.appender.queued())
            .field("safe", &self.reader.known_log.get().map(|log| log.safe.0))
            .finish_non_exhaustive()
    }
}
