//! The beginning of a batch, with one message to the server.

use std::time::Duration;

use es_core::projection::version::{VersionRow, unknown};
use es_core::projection::{Holder, VersionState};
use es_core::{ProjectionId, StoreError};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Executor, Row};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::session::Session;
use crate::pool::warm_pool::Held;
use crate::schema::statements::Schema;

use super::batch::{Doing, InSchema, PgBatch, Purpose, Target};
use super::handlers::{self, AsBegun};
use super::version::{Versions, state};
use super::{PgProjections, schema_name};

/// The time after its last sign of life for which a node that makes or empties tables keeps others
/// waiting, at most.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// A transaction in the schema of a version, and the state of the version.
pub(super) struct Opened {
    pub(super) session: Session,
    pub(super) begun: AsBegun,
    pub(super) projection: i32,
    /// The place of the version: building, serving or retired.
    pub(super) place: VersionState,
    is_stopped: bool,
    pub(super) is_prepared: bool,
    /// The schema of its rows.
    pub(super) schema: String,
}

impl PgProjections {
    pub(super) async fn begin_batch(
        &self,
        holder: Holder<'_>,
        state: VersionState,
    ) -> Result<PgBatch, StoreError> {
        let opened = self.open(holder.id, Some(holder.lease), "").await?;
        let doing = Doing { node: holder.node.as_uuid(), lease: holder.lease, state };
        let purpose = opened.for_node(doing);
        Ok(self.batch(holder.id, opened, purpose))
    }

    /// The batch of a transaction that was begun with the commit of the one before. `None` if a
    /// handler has changed the setting that keeps the session from writing outside of it, or the
    /// version is gone.
    pub(super) async fn next_batch(
        &self,
        id: &ProjectionId,
        session: Session,
        rows: &[PgRow],
        doing: Doing,
    ) -> Option<PgBatch> {
        let is_read_only = |row: &PgRow| row.try_get(READ_ONLY).unwrap_or(false);
        let Some(row) = rows.last().filter(|row| is_read_only(row)) else {
            drop(session.rollback().await);
            return None;
        };
        let opened = Opened::of(session, row, &self.database.schema, id).ok()?;
        let purpose = opened.for_node(doing);
        Some(self.batch(id, opened, purpose))
    }

    /// Begins the batch that makes the tables. Other nodes wait for the row of the version.
    pub(super) async fn begin_tables(&self, id: &ProjectionId) -> Result<PgBatch, StoreError> {
        let mut opened = self.open(id, Some(PATIENCE), "FOR UPDATE").await?;
        match self.make_schema(&mut opened, id).await {
            Ok(row) => {
                let is_prepared = opened.is_prepared;
                let purpose = if is_prepared { Purpose::Prepared } else { Purpose::Prepare };
                let (session, mut rows) = opened.rows(id, purpose);
                rows.row = Some(Box::new(row));
                Ok(PgBatch::new(self, session, Target::Rows(rows)))
            }
            Err(error) => {
                opened.session.rollback().await?;
                Err(error)
            }
        }
    }

    async fn make_schema(
        &self,
        opened: &mut Opened,
        id: &ProjectionId,
    ) -> Result<VersionRow, StoreError> {
        let rows = self.version_rows(&mut opened.session, Some(&id.name)).await?;
        let row = rows.into_iter().find(|row| row.id == *id).ok_or_else(|| unknown(id))?;
        if !opened.is_prepared {
            let create = AssertSqlSafe(format!("CREATE SCHEMA \"{}\"", opened.schema));
            opened.session.execute(create).await.map_err(from_sqlx)?;
        }
        Ok(row)
    }

    /// Begins a batch that changes versions. Without the last setting, a dropped schema would report each
    /// table that is dropped with it.
    pub(super) async fn begin_versions(&self, versions: Versions) -> Result<PgBatch, StoreError> {
        let idle = PATIENCE.as_millis();
        let mut begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; \
             SET LOCAL idle_in_transaction_session_timeout = {idle}; \
             SET LOCAL client_min_messages = warning"
        );
        if matches!(versions, Versions::All) {
            // Two names that share a schema must not be found free at once. It waits only for other
            // registrations and for the short updates that mark a version as prepared, stopped or promoted.
            let schema = self.database.schema.name();
            let lock = format!("; LOCK TABLE {schema}.projections IN SHARE ROW EXCLUSIVE MODE");
            begin.push_str(&lock);
        }
        let session = Session::begin(&self.database.connections, begin).await?;
        Ok(PgBatch::new(self, session, Target::Versions(versions)))
    }

    /// Begins a batch in a scratch schema, which no other session ever sees.
    pub(super) async fn begin_scratch(&self, id: &ProjectionId) -> Result<PgBatch, StoreError> {
        let mut opened = self.open(id, None, "").await?;
        let schema = format!("es_scratch_{}", Uuid::new_v4().simple());
        let path = format!(
            "set_config('search_path', \
                        regexp_replace(current_setting('search_path'), '^[^,]*', '{schema}'), true)"
        );
        let opening = format!("CREATE SCHEMA {schema}; SELECT {}", handlers::settings(&path));
        let settings = sqlx::raw_sql(AssertSqlSafe(opening)).fetch_one(&mut *opened.session).await;
        match settings.map_err(from_sqlx).and_then(|row| AsBegun::of(&row, 0)) {
            Ok(begun) => opened.begun = begun,
            Err(error) => {
                opened.session.rollback().await?;
                return Err(error);
            }
        }
        Ok(self.batch(id, opened, Purpose::Look))
    }

    pub(super) async fn begin_look(&self, id: &ProjectionId) -> Result<PgBatch, StoreError> {
        let opened = self.open(id, None, "").await?;
        Ok(self.batch(id, opened, Purpose::Look))
    }

    pub(super) fn batch(&self, id: &ProjectionId, opened: Opened, purpose: Purpose) -> PgBatch {
        let (session, rows) = opened.rows(id, purpose);
        PgBatch::new(self, session, Target::Rows(rows))
    }

    /// Begins a transaction in the schema in which the rows of the version are at this moment. An
    /// operation that moves or replaces them before the commit takes the slots from their holder.
    ///
    /// The server ends it after it is idle for `idle`: a paused node then no longer holds its rows.
    pub(super) async fn open(
        &self,
        id: &ProjectionId,
        idle: Option<Duration>,
        lock: &'static str,
    ) -> Result<Opened, StoreError> {
        let connection = self.database.connections.take().await?;
        self.open_on(connection, id, idle, lock).await
    }

    pub(super) async fn open_on(
        &self,
        connection: Held,
        id: &ProjectionId,
        idle: Option<Duration>,
        lock: &'static str,
    ) -> Result<Opened, StoreError> {
        let mut session = Session::begin_guarded(&self.database, connection, id).await?;
        let rows = sqlx::raw_sql(AssertSqlSafe(opening(&self.database.schema, id, idle, lock)))
            .fetch_all(&mut *session);
        let rows = match rows.await {
            Ok(rows) => rows,
            Err(error) => {
                session.rollback().await?;
                return Err(from_sqlx(error));
            }
        };
        let Some(row) = rows.last() else {
            session.rollback().await?;
            return Err(unknown(id));
        };
        Opened::of(session, row, &self.database.schema, id)
    }
}

impl Opened {
    /// The session with the state of the version, from the row of [`opening`].
    fn of(
        session: Session,
        row: &PgRow,
        schema: &Schema,
        id: &ProjectionId,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            begun: AsBegun::of(row, 5)?,
            session,
            projection: row.try_get(0).map_err(from_sqlx)?,
            place: state(row.try_get(1).map_err(from_sqlx)?, false)?,
            is_stopped: row.try_get(2).map_err(from_sqlx)?,
            is_prepared: row.try_get(3).map_err(from_sqlx)?,
            schema: schema_name::schema(schema, id, row.try_get(4).map_err(from_sqlx)?),
        })
    }

    fn rows(self, id: &ProjectionId, purpose: Purpose) -> (Session, InSchema) {
        let Self { session, begun, projection, schema, .. } = self;
        (session, InSchema { id: id.clone(), projection, purpose, begun, schema, row: None })
    }

    /// The purpose of a batch of that node.
    fn for_node(&self, doing: Doing) -> Purpose {
        let state = if self.is_stopped { VersionState::Stopped } else { self.place };
        if doing.state == state { Purpose::Project(doing) } else { Purpose::Outdated }
    }
}

/// The column of [`opening`] that says whether the session writes outside of transactions.
const READ_ONLY: usize = 7;

/// The statement that opens a batch. Uses the index `projections_name_version_key`. Names and
/// schemas are letters, digits and `-_.`; the search path of the session may be empty.
pub(super) fn opening(
    schema: &Schema,
    id: &ProjectionId,
    idle: Option<Duration>,
    lock: &'static str,
) -> String {
    let idle = idle.map(|idle| {
        let millis = i32::try_from(idle.as_millis()).unwrap_or(i32::MAX).max(1);
        format!("SET LOCAL idle_in_transaction_session_timeout = {millis};")
    });
    let (es, name, version) = (schema.name(), &id.name, id.version);
    let lock = match lock {
        "" => String::new(),
        lock => format!(
            "SELECT FROM {es}.projections WHERE name = '{name}' AND version = {version} {lock};"
        ),
    };
    format!(
        "{idle} {lock} \
         SELECT * FROM {es}.begin_batch('{name}', {version}, '\"{read}\"', '\"{numbered}\"')",
        idle = idle.unwrap_or_default(),
        read = schema_name::of_name(schema, &id.name),
        numbered = schema_name::numbered(schema, id),
    )
}
