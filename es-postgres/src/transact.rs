//! Commands, decisions and rows of the service's own, committed together.

use std::fmt;
use std::time::Duration;

use es_core::{
    Aggregate, Append, AppendError, DecidedBy, Decision, DecisionError, Decisions, ExecuteError,
    Metadata, StoreError, StoreErrorKind, UnitOfWork,
};
use sqlx::{PgConnection, Postgres, Transaction};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::driven::driven;
use crate::error::from_sqlx;
use crate::store::PgStore;

/// For so long it goes on against others.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Commands and decisions, and a connection for the rows that are committed with their events: see
/// [`PgStore::transact`].
pub struct PgUnitOfWork {
    store: PgStore,
    metadata: Metadata,
    work: UnitOfWork<PgStore>,
    decided: Vec<Append>,
    transaction: Option<Transaction<'static, Postgres>>,
}

impl fmt::Debug for PgUnitOfWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgUnitOfWork")
            .field("metadata", &self.metadata)
            .field("decided", &self.decided)
            .field("has_begun", &self.transaction.is_some())
            .finish_non_exhaustive()
    }
}

impl PgUnitOfWork {
    fn new(store: PgStore, metadata: Metadata) -> Self {
        let work = UnitOfWork::new(store.clone(), metadata.clone());
        Self { store, metadata, work, decided: Vec::new(), transaction: None }
    }

    /// Decides one command, as [`UnitOfWork::execute`] does: on the state that the commands before it
    /// left.
    pub async fn execute<C, A>(
        &mut self,
        command: C,
    ) -> Result<Vec<A::Event>, ExecuteError<A::Error>>
    where
        A: Aggregate,
        C: DecidedBy<A>,
    {
        self.work.execute(command).await
    }

    /// Takes one decision across streams. It sees what is stored, and not the events of this unit of
    /// work.
    pub async fn decide<D: Decision>(
        &mut self,
        decision: D,
    ) -> Result<(), DecisionError<D::Error>> {
        let decisions = Decisions::new(self.store.clone());
        self.decided.extend(decisions.decide(decision, self.metadata.clone()).await?);
        Ok(())
    }

    /// The connection of the transaction, which the first call begins.
    ///
    /// Commands and decisions read on other connections of the pool: in a pool of one, execute them
    /// before.
    pub async fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        let transaction = match self.transaction.take() {
            Some(transaction) => transaction,
            None => begin(&self.store).await?,
        };
        Ok(&mut **self.transaction.insert(transaction))
    }

    /// Appends and commits, on a task: the streams are held by nobody who may not be polled.
    async fn commit(self) -> Result<(), AppendError> {
        let Self { store, work, decided, transaction, .. } = self;
        let appends: Vec<_> = work.into_append().into_iter().chain(decided).collect();
        let mut transaction = match transaction {
            Some(transaction) => transaction,
            None if appends.is_empty() => return Ok(()),
            None => begin(&store).await?,
        };
        driven(async move {
            let mut position = None;
            for append in appends {
                match store.append_within(&mut transaction, append).await {
                    Ok(appended) => position = position.max(appended.position()),
                    Err(error) => {
                        // It ends with the connection if this fails.
                        drop(transaction.rollback().await);
                        return Err(error);
                    }
                }
            }
            transaction.commit().await.map_err(from_sqlx)?;
            if let Some(position) = position {
                store.tell_growth(position);
            }
            Ok(())
        })
        .await
    }
}

/// Comes to its end also where nobody waits for it: a transaction that is half begun is the pool's trap.
async fn begin(store: &PgStore) -> Result<Transaction<'static, Postgres>, StoreError> {
    let pool = store.connections.pool().clone();
    let (begun, caller) = oneshot::channel();
    tokio::spawn(async move {
        // Whoever has gone has it rolled back.
        let _ = begun.send(pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await);
    });
    let begun = caller.await;
    let begun = begun.map_err(|stopped| StoreError::new(StoreErrorKind::Unavailable, stopped))?;
    begun.map_err(from_sqlx)
}

impl PgStore {
    /// Decides, writes rows of the service's own and commits all of it together; once more from the
    /// start if others were faster, for up to ten seconds.
    ///
    /// ```no_run
    /// # use es_core::prelude::*;
    /// # use es_postgres::{PgStore, sqlx};
    /// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[event(name = "paid")]
    /// # pub struct Paid { cents: i64 }
    /// # #[derive(Aggregate, Default, Clone)]
    /// # #[aggregate(name = "account", id = String, events(Paid))]
    /// # pub struct Account { cents: i64 }
    /// # impl Apply<Paid> for Account { fn apply(&mut self, e: Paid) { self.cents -= e.cents; } }
    /// # #[derive(Command, Clone)]
    /// # #[command(aggregate = Account, any)]
    /// # pub struct Pay { #[command(id)] account: String, cents: i64 }
    /// # impl Decide<Pay> for Account {
    /// #     type Events = Paid;
    /// #     fn decide(&self, c: Pay) -> Result<Paid, Self::Error> { Ok(Paid { cents: c.cents }) }
    /// # }
    /// # async fn example(store: PgStore) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// store
    ///     .transact(Metadata::default(), async |work| {
    ///         work.execute(Pay { account: "ada".into(), cents: 300 }).await?;
    ///         let rows = work.connection().await?;
    ///         sqlx::query("UPDATE orders SET paid = true WHERE id = 7").execute(rows).await?;
    ///         Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `work` may run several times; what it writes on the [connection](PgUnitOfWork::connection) of a
    /// run that others outran, or that fails, is rolled back, and what it does elsewhere is not. The
    /// streams are locked after it, for as long as the appends and the commit take, on a task: a future
    /// that is dropped or kept holds no streams, and leaves events and rows together, or neither.
    ///
    /// # Errors
    ///
    /// Those of `work`, which are told at once, and those of the append: a
    /// [`Conflict`](AppendError::Conflict) or a [`Condition`](AppendError::Condition) when the time is
    /// up. After [`Unavailable`](StoreErrorKind::Unavailable) it may have been committed.
    pub async fn transact<T, E>(
        &self,
        metadata: impl Into<Metadata>,
        mut work: impl AsyncFnMut(&mut PgUnitOfWork) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<AppendError>,
    {
        let metadata = metadata.into();
        let began = Instant::now();
        let mut lost = 0;
        loop {
            let mut unit = PgUnitOfWork::new(self.clone(), metadata.clone());
            let done = work(&mut unit).await?;
            match unit.commit().await {
                Ok(()) => return Ok(done),
                Err(error) if was_outrun(&error) && began.elapsed() < TIME_LIMIT => lost += 1,
                Err(error) => return Err(error.into()),
            }
            if lost > 1 {
                sleep(Duration::from_millis(1 << lost.min(6))).await;
            }
        }
    }
}

/// Whether nothing was stored, and another decision may be.
fn was_outrun(error: &AppendError) -> bool {
    match error {
        AppendError::Conflict(_) | AppendError::Condition(_) => true,
        AppendError::Store(error) => error.kind() == StoreErrorKind::Contention,
        _ => false,
    }
}
