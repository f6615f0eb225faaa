//! Options of a store, each with its cost.

use std::fmt;
use std::time::Duration;

use sqlx::PgPool;

use crate::requests::REMEMBERED;
use crate::schema::name::SchemaName;

/// The shortest time for which answers to requests are remembered.
const SHORTEST: Duration = Duration::from_hours(24);

/// Options of a [`PgStore`](crate::PgStore), and of [`PgProjections`](crate::PgProjections).
///
/// The defaults are right for a service that reaches its database directly. Each option says what it
/// costs.
#[derive(Clone)]
#[must_use]
#[expect(clippy::struct_excessive_bools, reason = "each is one option, on or off")]
pub struct PgStoreOptions {
    pub(super) schema: Option<SchemaName>,
    pub(super) keep: bool,
    pub(super) has_spares: bool,
    pub(super) is_prepared: bool,
    pub(super) batches: bool,
    pub(super) coalesces: bool,
    pub(super) notifies: bool,
    pub(super) remembers_requests: Duration,
    pub(super) replica: Option<PgPool>,
}

impl Default for PgStoreOptions {
    fn default() -> Self {
        Self {
            schema: None,
            keep: true,
            has_spares: true,
            is_prepared: true,
            batches: true,
            coalesces: true,
            notifies: false,
            remembers_requests: REMEMBERED,
            replica: None,
        }
    }
}

impl PgStoreOptions {
    /// The defaults: the schema `es`, everything on but notifications, no standby.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the events in another schema than `es`.
    ///
    /// Stores in several schemas of one database share neither events nor locks nor notifications.
    /// An open append in one does not delay readers of another. The read models of a store in
    /// `ledger` are in schemas that begin with its name, such as `ledger_balances`.
    ///
    /// ```no_run
    /// use es_postgres::{PgStore, PgStoreOptions, SchemaName};
    ///
    /// # async fn example(pool: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = PgStoreOptions::new().with_schema(SchemaName::new("ledger")?);
    /// let store = PgStore::with_options(pool, options);
    /// store.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_schema(mut self, schema: SchemaName) -> Self {
        self.schema = Some(schema);
        self
    }

    /// Notifies other processes of the appends and receives their
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
    /// # use es_postgres::{PgStore, PgStoreOptions};
    /// # async fn example(pool: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PgStore::with_options(pool, PgStoreOptions::new().with_notifications());
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_notifications(mut self) -> Self {
        self.notifies = true;
        self
    }

    /// Reads the log from a standby of its primary and everything else from
    /// the primary: appends, and the streams that decisions rest on.
    ///
    /// A page from the standby lacks nothing up to its [`safe`](es_core::LogPage::safe), like any
    /// page. The position depends on how far the standby has replayed: one that lags behind, or has
    /// stopped replaying, answers with a smaller `safe`, never with a gap. `safe` goes back if
    /// `replica` leads to several standbys, one further behind than another; that does no harm to a
    /// reader that goes on from its own checkpoint.
    ///
    /// The primary answers two cheap queries per page, so it must be available; it does not read
    /// the events. A standby that was promoted is refused with
    /// [`Unsupported`](es_core::StoreErrorKind::Unsupported), and so is one that follows another log. After
    /// a failover give the store its new primary, and call
    /// [`begin_incarnation`](crate::PgStore::begin_incarnation) if the new one may have lacked events: the
    /// old places in the write-ahead log mean nothing there.
    ///
    /// The role needs no more rights than a reader. The standby cancels a page that stands in the
    /// way of its replay, which [is transient](es_core::StoreError::is_transient).
    ///
    /// ```no_run
    /// use es_core::prelude::*;
    /// # use es_postgres::{PgStore, PgStoreOptions};
    /// # async fn example(primary: es_postgres::sqlx::PgPool, standby: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = PgStoreOptions::new().with_log_replica(standby);
    /// let store = PgStore::with_options(primary, options);
    /// let page = store.log_page(Cursor::START, 500).await?;
    /// println!("{} events, complete up to {}", page.events.len(), page.safe);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_log_replica(mut self, replica: PgPool) -> Self {
        self.replica = Some(replica);
        self
    }

    /// Remembers the answers to [requests](es_core::Repository::execute_once) for `at_least` this long, instead
    /// of seven days; less than a day counts as a day.
    ///
    /// They are in two halves, and the older one is emptied as a whole, by a task of the process that looks for an
    /// answer next. Where requests keep coming, an answer is forgotten by the first one after twice that time, if
    /// nobody reads the half for long, as a backup does. Of processes with different times the shortest counts. An
    /// answer costs about 200 bytes with its key.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// # use es_postgres::{PgStore, PgStoreOptions};
    /// # async fn example(pool: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// let month = Duration::from_secs(30 * 24 * 60 * 60);
    /// let store = PgStore::with_options(pool, PgStoreOptions::new().with_request_memory(month));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_request_memory(mut self, at_least: Duration) -> Self {
        self.remembers_requests = at_least.max(SHORTEST);
        self
    }

    /// Sends statements that the server does not keep by name.
    ///
    /// Needed behind a pooler that hands every transaction to another session, such as pgbouncer in
    /// transaction mode. Statements prepared in one session and requested in another fail with
    /// [`Unsupported`](es_core::StoreErrorKind::Unsupported), or meet another client's statement
    /// under the same name. Costs the planning of each statement and a short transaction around it.
    /// Run [`migrate`](crate::PgStore::migrate) over a direct connection.
    pub fn without_prepared_statements(mut self) -> Self {
        self.is_prepared = false;
        self
    }

    /// Uses the connections of the pool and no others: while the service holds all of them, appends
    /// and loads wait, and fail when the pool's `acquire_timeout` is over.
    ///
    /// For a server whose connection limit is used up by the pools.
    pub fn without_spare_connections(mut self) -> Self {
        self.has_spares = false;
        self
    }

    /// Gives each connection back to the pool at once, instead of keeping half of the pool at hand for
    /// a tenth of a second after a use.
    ///
    /// Costs a round trip for each call of the store, which ends a transaction that may have been left open
    /// on the connection, and another one if the pool pings connections. For a service whose pool must be
    /// free at every moment.
    pub fn without_kept_connections(mut self) -> Self {
        self.keep = false;
        self
    }

    /// Sends each append by itself, instead of together with others of this process that wait for the
    /// server.
    ///
    /// Costs a statement for each append. With 32 writers on two cores a checking statement by hand for each
    /// append stores 13,644 a second, and group commit 32,540 (`examples/proof`, RESULTS.md, "Append").
    pub fn without_group_commit(mut self) -> Self {
        self.batches = false;
        self
    }

    /// Reads each stream by itself, instead of together with others that are requested meanwhile.
    ///
    /// Costs a statement for each load once several are under way.
    pub fn without_coalesced_loads(mut self) -> Self {
        self.coalesces = false;
        self
    }
}

impl fmt::Debug for PgStoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStoreOptions")
            .field("schema", &self.schema)
            .field("kept_connections", &self.keep)
            .field("spare_connections", &self.has_spares)
            .field("prepared_statements", &self.is_prepared)
            .field("group_commit", &self.batches)
            .field("coalesced_loads", &self.coalesces)
            .field("notifications", &self.notifies)
            .field("request_memory", &self.remembers_requests)
            .field("log_replica", &self.replica.is_some())
            .finish()
    }
}
