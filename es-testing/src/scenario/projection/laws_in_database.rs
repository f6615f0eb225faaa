//! The laws of a projection, tried on Postgres.

use std::cell::RefCell;
use std::panic::Location;

use es_core::{ReadModel, RecordedEvent};
use serde_json::Value;
use sqlx::{Executor, PgConnection};
use tokio::runtime::Builder;

use super::fold::{Failed, fold};
use super::laws::Laws;
use super::rows::{connect, rows};
use super::schedule::{Batch, drawn, places};
use super::table::Table;
use crate::postgres::TestDatabase;
use crate::scenario::laws::hold;

impl<P: ReadModel<PgConnection>> Laws<P> {
    /// Tries the laws on a fresh database: `query` has the same rows.
    ///
    /// The query says in which order, and leaves out columns that count up by themselves, which
    /// have gaps where a batch is undone.
    ///
    /// Has a runtime of its own: a plain `#[test]`, and no `#[tokio::test]`.
    ///
    /// # Panics
    ///
    /// If one does not hold, with the shortest case that was found; if a handler or the query fails; where
    /// there is no Postgres.
    #[track_caller]
    pub fn in_database(self, query: &str) {
        let at = Location::caller();
        let stored = self.given.log.stored();
        let places = places::<P>(&stored);
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime starts");
        let database = runtime.block_on(TestDatabase::create());
        let connection = RefCell::new(runtime.block_on(connect(&database, P::NAME)));
        let try_with = |batches: &[(Vec<usize>, bool)]| {
            let mut connection = connection.borrow_mut();
            runtime.block_on(self.rows_of(&mut connection, &stored, batches, query))
        };
        let together = match try_with(&[((0..stored.len()).collect(), false)]) {
            Ok(rows) => rows,
            Err(failed) => self.given.fail_for(at, &failed, "then_fails_in_database"),
        };

        hold(&drawn(&places), |schedule| {
            let batches = schedule.batches(&places);
            let events: Vec<_> =
                batches.iter().map(|batch: &Batch| (batch.events.clone(), batch.is_lost)).collect();
            let rows = try_with(&events).map_err(|failed| self.failed(&batches, &failed))?;
            let table = Table::compare(&rows, &together);
            if table.is_as_expected() { Ok(()) } else { Err(self.differs(&batches, table.lines)) }
        });
        self.given.unasserted.fulfil();
        drop((connection, database));
    }

    /// The rows after these batches; nothing of it stays.
    async fn rows_of(
        &self,
        db: &mut PgConnection,
        stored: &[RecordedEvent],
        batches: &[(Vec<usize>, bool)],
        query: &str,
    ) -> Result<Vec<Value>, Failed> {
        run(db, "SAVEPOINT tried").await;
        self.given.create(db).await;
        let mut folded = Ok(());
        for (events, is_lost) in batches {
            run(db, "SAVEPOINT batch").await;
            let events: Vec<_> = events.iter().map(|event| stored[*event].clone()).collect();
            folded = fold(&self.given.projection, &events, db).await;
            if folded.is_err() {
                break;
            }
            let is_undone = *is_lost && self.is_undone;
            run(db, if is_undone { "ROLLBACK TO batch" } else { "RELEASE batch" }).await;
        }
        let rows = match folded {
            Ok(()) => Ok(rows(db, query).await),
            Err(failed) => Err(failed),
        };
        run(db, "ROLLBACK TO tried").await;
        rows
    }
}

async fn run(db: &mut PgConnection, statement: &'static str) {
    if let Err(error) = db.execute(statement).await {
        panic!("the database of a scenario failed: {error}");
    }
}
