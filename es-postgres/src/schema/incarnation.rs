//! The incarnation of the log, and its change by an operator.

use es_core::{Incarnation, StoreError};

use crate::store::PgStore;

impl PgStore {
    /// Begins a new incarnation of the log: every [`Checkpoint`](es_core::Checkpoint) that was kept
    /// of an earlier one is refused with [`ResumeError::OtherLog`](es_core::ResumeError::OtherLog).
    ///
    /// Readers keep their checkpoints, and a log that lost its end assigns the positions that they
    /// have passed a second time, to other events. The store cannot detect that itself, so its
    /// operator calls this:
    ///
    /// - after a restore from a backup, with `pg_restore`, of a base backup or to a point in time;
    /// - after a failover to a standby that may have lacked acknowledged events, as any does that
    ///   replicates asynchronously;
    /// - after a database was copied for another environment.
    ///
    /// Call it before the services start again, as the role that migrates; appends and readers that
    /// are under way do no harm. The events stay as they are. Readers build anew what they derived
    /// from them.
    ///
    /// A restart or a crash of the server needs no call: acknowledged events are still there.
    ///
    /// ```no_run
    /// # use es_postgres::PgStore;
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PgStore::connect("postgres://owner@localhost/ledger").await?;
    /// let now = store.begin_incarnation().await?;
    /// println!("checkpoints of other logs than {now} are refused");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn begin_incarnation(&self) -> Result<Incarnation, StoreError> {
        let incarnation = Incarnation::generate();
        let begin = self.database.query(include_str!("../../sql/begin_incarnation.sql"));
        self.database.rows_of(begin.bind(incarnation.as_uuid())).await?;
        Ok(incarnation)
    }
}
