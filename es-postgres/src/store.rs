//! The store: a handle on a pool, and the entry to everything behind it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use es_core::{
    Append, AppendError, AppendLock, Appended, Cursor, EventStore, EventTag, Fingerprint, HeldUp,
    LogPage, PlacedEvent, Position, Query, QueryPage, RecordedEvent, Replacement, Retag,
    RetagStore, SelectedPage, Selection, Snapshot, SnapshotPage, StoreError, StoreErrorKind,
    StreamId, Tag, TaggedPosition, TransformError, TransformStore, Transformed, Version,
};
use futures_util::FutureExt;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, Postgres};

use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::append::group::Group;
use crate::error::from_sqlx;
use crate::inline::Inline;
use crate::pool::driven::driven;
use crate::pool::handover::Driving;
use crate::pool::warm_pool::Connections;
use crate::read::coalescer::Loads;
use crate::read::safe_position::KnownLog;
use crate::read::standby::LogReplica;
use crate::retag::event_tags::EventTags;
use crate::schema::migrations;
use crate::schema::name::SchemaName;
use crate::schema::statements::Schema;
use crate::spans;
use crate::tail::notify::Notifications;
use crate::tail::poller::Growth;

/// An event store in PostgreSQL.
///
/// It is a handle: clones share the same pool. It uses the pool of the service; a service without
/// one lets the store [`connect`](Self::connect).
///
/// An append is one statement in one round trip, without a transaction around it, as long as no
/// other append is at its streams; a refused one may take two. Concurrent appends of a process to
/// one stream each go out together, up to 256 of them, 4,096 events and 4 MiB in a statement; each
/// has its own result, and none waits for another one's stream. An append that finds another writer
/// at its stream goes out again in its locked form: it waits for the streams, checks, writes and
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
    pub(crate) connections: Arc<Connections>,
    /// The schema of its tables.
    pub(crate) schema: Schema,
    /// The end of the log, as last found by any of the clones.
    pub(crate) known_log: Arc<KnownLog>,
    /// The standby from which the log is read, if not from the primary.
    pub(crate) log_replica: Option<Arc<LogReplica>>,
    /// Places for appends that wait for a stream: half of the pool.
    pub(crate) waiting: Arc<Semaphore>,
    /// The group commit of appends.
    pub(crate) group: Arc<Group>,
    /// Loads that are under way, and those that wait to go out together.
    pub(crate) loads: Arc<Loads>,
    /// The readers that wait for the log to grow.
    pub(crate) growth: Arc<Growth>,
    /// The notifications to and from other processes.
    pub(crate) notifications: Option<Arc<Notifications>>,
    pub(crate) persistent: bool,
    /// The tags that stored events have, as far as this process knows.
    pub(crate) event_tags: Arc<EventTags>,
    /// The projections that are a part of every append.
    pub(crate) inline: Inline,
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
    /// waits for the pool. [`without_spare_connections`](Self::without_spare_connections) turns
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
        Self::of(pool, Schema::default())
    }

    /// Makes a store like [`new`](Self::new), with the events in another schema than `es`.
    ///
    /// Stores in several schemas of one database share neither events nor locks nor notifications.
    /// An open append in one does not delay readers of another. The read models of a store in
    /// `ledger` are in schemas that begin with its name, such as `ledger_balances`.
    ///
    /// ```no_run
    /// use es_postgres::{PgStore, SchemaName};
    ///
    /// # async fn example(pool: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PgStore::in_schema(pool, SchemaName::new("ledger")?);
    /// store.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn in_schema(pool: PgPool, schema: SchemaName) -> Self {
        Self::of(pool, Schema::of(schema))
    }

    fn of(pool: PgPool, schema: Schema) -> Self {
        let half = usize::try_from(pool.options().get_max_connections() / 2).unwrap_or(1).max(1);
        Self {
            connections: Connections::of(pool),
            schema,
            known_log: Arc::default(),
            log_replica: None,
            waiting: Arc::new(Semaphore::new(half)),
            group: Arc::new(Group::new()),
            loads: Arc::new(Loads::new()),
            growth: Arc::new(Growth::new()),
            notifications: None,
            persistent: true,
            event_tags: Arc::default(),
            inline: Inline::default(),
        }
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

    /// The same store with statements that the server does not keep by name.
    ///
    /// Needed behind a pooler that hands every transaction to another session, such as pgbouncer in
    /// transaction mode. Statements prepared in one session and requested in another fail with
    /// [`Unsupported`](es_core::StoreErrorKind::Unsupported), or meet another client's statement
    /// under the same name. Costs the planning of each statement and a short transaction around it.
    /// Run [`migrate`](Self::migrate) over a direct connection.
    #[must_use]
    pub fn without_prepared_statements(mut self) -> Self {
        self.persistent = false;
        self
    }

    /// The same store with the connections of its pool and no others: while the service holds all of
    /// them, appends and loads wait, and fail when the pool's `acquire_timeout` is over.
    ///
    /// For a server whose connection limit is used up by the pools.
    #[must_use]
    pub fn without_spare_connections(mut self) -> Self {
        self.connections = Connections::without_spares(self.connections.pool().clone());
        self
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
        let store = self.clone();
        driven(async move { migrations::migrate(&store).await }).await
    }

    /// Appends like [`append`](EventStore::append), in the caller's own transaction: the events are
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
        self.append_joining(transaction, &append).instrument(span).boxed().await
    }

    /// The outcome of `work`, which comes to its end whether or not the caller polls.
    pub(crate) fn drive<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Driving<Result<T, E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.connections.handovers.drive(work)
    }

    /// A statement of constant text.
    pub(crate) fn query(
        &self,
        sql: &'static str,
    ) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        sqlx::query(self.schema.statement(sql)).persistent(self.persistent)
    }
}

// Each records on its own span and not on the current one: where the target `es` is switched off, that
// is one of the service.
impl EventStore for PgStore {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let span = spans::append(&append);
        let appended = self.append_somehow(append).instrument(span.clone()).boxed().await?;
        if let Some(position) = appended.position() {
            span.record("es.global_position", position.0);
            self.tell_growth(position);
        }
        Ok(appended)
    }

    /// Waits for the advisory locks of the draft in a transaction, and holds them; PostgreSQL
    /// serves the waiting transactions of all processes in the order of their arrival. As many as
    /// half of the pool are under way at a time, and one at least; reads and the append run on its
    /// one connection.
    async fn lock(&self, draft: &Append, wait: Duration) -> Result<Option<AppendLock>, StoreError> {
        self.lock_for(draft, wait).await.map(Some)
    }

    /// Finds a tag that is not complete. A tag that was never requested before waits until no
    /// append is open, for ten seconds at most; other appends go on meanwhile.
    async fn missing_tag(&self, tags: &[EventTag]) -> Result<Option<EventTag>, StoreError> {
        self.find_missing_tag(tags).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let span = spans::stream_page(stream);
        let page = async {
            match cursor {
                Cursor::After(version) => self.load_page(stream, version, limit).await,
                Cursor::Before(version) => self.read_before(stream, version, limit).await,
            }
        };
        let events = page.instrument(span.clone()).boxed().await?;
        span.record("es.events.count", events.len());
        Ok(events)
    }

    async fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> Result<Vec<PlacedEvent>, StoreError> {
        let span = spans::stream_page(stream);
        let page = self.load_page::<PlacedEvent>(stream, after, limit);
        let events = page.instrument(span.clone()).boxed().await?;
        span.record("es.events.count", events.len());
        Ok(events)
    }

    async fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        let span = spans::snapshot_page(stream);
        let read = self.read_snapshot_page(stream, shape, at_most, limit);
        let page = read.instrument(span.clone()).boxed().await?;
        if let Some(snapshot) = &page.snapshot {
            span.record("es.snapshot.version", snapshot.version.0);
        }
        span.record("es.events.count", page.events.len());
        Ok(page)
    }

    /// Saves the snapshot without a span of its own: the runtime writes one around it.
    async fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.write_snapshot(stream, &snapshot, keep).boxed().await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        let span = spans::query_page(query);
        let (store, query) = (self.clone(), query.clone());
        let read = self.drive(async move { store.read_query_page(&query, after, limit).await });
        let page = read.instrument(span.clone()).boxed().await?;
        span.record("es.events.count", page.events.len()).record("es.global_position", page.safe.0);
        Ok(page)
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        let span = spans::log_page();
        let store = self.clone();
        let read = self.drive(async move { store.read_log_page(cursor, limit).await });
        let page = read.instrument(span.clone()).boxed().await?;
        span.record("es.events.count", page.events.len()).record("es.global_position", page.safe.0);
        Ok(page)
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        let span = spans::select_page();
        let (store, selection) = (self.clone(), selection.clone());
        let read =
            self.drive(async move { store.read_selected_page(&selection, after, limit).await });
        let page = read.instrument(span.clone()).boxed().await?;
        let through = page.through.0;
        span.record("es.events.count", page.events.len()).record("es.global_position", through);
        Ok(page)
    }

    /// Waits for the log to grow. One task polls for all readers of this process, every
    /// tenth of a second and at once after an append of its own; see also
    /// [`with_notifications`](PgStore::with_notifications). A reader of a
    /// [standby](PgStore::with_log_replica) polls for itself.
    async fn log_grown(&self, safe: Position) {
        self.until_grown(safe).boxed().await;
    }

    /// Finds the open append by the server's locks and sessions. A role without `pg_read_all_stats`
    /// gets the session, and not the time since when it is open.
    async fn held_up(&self) -> Result<Option<HeldUp>, StoreError> {
        self.find_hold_up().await
    }
}

/// Requires the role that migrates: it renames a stream, which no application's role may.
impl TransformStore for PgStore {
    /// Reads all tags of the store, once.
    async fn stream_tags(&self, stream: &StreamId) -> Result<Vec<(Position, Tag)>, StoreError> {
        self.read_stream_tags(stream).boxed().await
    }

    /// Replaces the stream in one transaction, which completes even if the future is dropped,
    /// unless it still waits for the stream.
    async fn replace(&self, replacement: Replacement) -> Result<Transformed, TransformError> {
        if !self.inline.is_empty() {
            return Err(StoreError::new(
                StoreErrorKind::Unsupported,
                "this store has inline projections, which would not learn of the copies: transform with \
                 one without, and then call `PgStore::rebuild_inline` for each of them",
            )
            .into());
        }
        let span = spans::replace(&replacement);
        let transformed = self.replace_stream(replacement).instrument(span.clone()).boxed().await?;
        if let Some(position) = transformed.stream.positions.last() {
            span.record("es.global_position", position.0);
            self.tell_growth(*position);
        }
        Ok(transformed)
    }
}

/// Requires the role that appends. A page of events locks their streams for as long as its tags
/// take to write. Each call waits for an open append for ten seconds at most, and lets other
/// appends through meanwhile.
impl RetagStore for PgStore {
    async fn begin_retag(&self, retag: &Retag) -> Result<Position, StoreError> {
        self.open_retag(retag).await
    }

    async fn write_tags(
        &self,
        retag: &Retag,
        events: &[TaggedPosition],
        through: Position,
    ) -> Result<(), StoreError> {
        self.write_retag(retag, events, through).await
    }

    async fn end_retag(&self, retag: &Retag) -> Result<(), StoreError> {
        self.close_retag(retag).await
    }
}

/// Shows how busy the pool is, and never how to reach the database.
impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStore")
            .field("connections", &self.connections.pool().size())
            .field("idle", &self.connections.pool().num_idle())
            .field("schema", &self.schema.name())
            .field("queued_appends", &self.group.queued())
            .field("safe", &self.known_log.get().map(|log| log.safe.0))
            .field("prepared_statements", &self.persistent)
            .finish_non_exhaustive()
    }
}
