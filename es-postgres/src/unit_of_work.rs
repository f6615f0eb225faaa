//! Units of work: commands, decisions and rows of the service's own, committed together.

use std::fmt;
use std::time::Duration;

use es_core::{
    Aggregate, Append, AppendError, DecidedBy, Decision, DecisionError, Decisions, ExecuteError,
    Metadata, StoreError, StoreErrorKind, UnitOfWork,
};
use futures_core::future::BoxFuture;
use sqlx::PgConnection;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::error::from_sqlx;
use crate::pool::database::Database;
use crate::pool::driven::driven;
use crate::pool::session::Session;
use crate::store::PgStore;

/// The time limit of the retries after conflicts.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Commands and decisions, and a connection for the rows that are committed with their events: see
/// [`PgStore::transact`].
pub struct PgUnitOfWork {
    store: PgStore,
    metadata: Metadata,
    work: UnitOfWork<PgStore>,
    decided: Vec<Append>,
    session: Option<Session>,
}

impl fmt::Debug for PgUnitOfWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgUnitOfWork")
            .field("metadata", &self.metadata)
            .field("decided", &self.decided)
            .field("has_begun", &self.session.is_some())
            .finish_non_exhaustive()
    }
}

impl PgUnitOfWork {
    fn new(store: PgStore, metadata: Metadata) -> Self {
        let work = UnitOfWork::new(store.clone(), metadata.clone());
        Self { store, metadata, work, decided: Vec::new(), session: None }
    }

    /// Decides one command, as [`UnitOfWork::execute`] does: on the state that the commands before
    /// it left.
    // A future without a type of its own, as that of `UnitOfWork::execute`.
    #[expect(clippy::type_complexity, reason = "a name for it would hide what is answered")]
    pub fn execute<C, A>(
        &mut self,
        command: C,
    ) -> BoxFuture<'_, Result<Vec<A::Event>, ExecuteError<A::Error>>>
    where
        A: Aggregate,
        C: DecidedBy<A>,
    {
        self.work.execute(command)
    }

    /// Takes one decision across streams. It sees what is stored, and not the events of this unit
    /// of work.
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
        let session = match self.session.take() {
            Some(session) => session,
            None => begin(&self.store.database).await?,
        };
        Ok(&mut **self.session.insert(session))
    }

    /// Appends and commits, on a task: no caller that may stop polling holds the streams.
    async fn commit(self) -> Result<(), AppendError> {
        let Self { store, work, decided, session, .. } = self;
        let appends: Vec<_> = work.into_append().into_iter().chain(decided).collect();
        let session = match session {
            Some(session) => session,
            None if appends.is_empty() => return Ok(()),
            None => begin(&store.database).await?,
        };
        driven(async move { store.commit_all(session, appends).await }).await
    }

    /// Rolls back what was written on the connection.
    async fn roll_back(self) {
        if let Some(session) = self.session {
            // It ends with the connection if this fails.
            drop(session.rollback().await);
        }
    }
}

/// Begins a transaction. It completes even if nobody waits for it: a half-begun transaction would
/// be a trap for the pool's next user.
async fn begin(database: &Database) -> Result<Session, StoreError> {
    let database = database.clone();
    let (begun, caller) = oneshot::channel();
    tokio::spawn(async move {
        let session = Session::begin_for_service(&database).await;
        if let Err(Ok(session)) = begun.send(session) {
            // Whoever asked for it has gone.
            drop(session.rollback().await);
        }
    });
    let begun = caller.await;
    begun.map_err(|stopped| StoreError::new(StoreErrorKind::Unavailable, stopped))?
}

impl PgStore {
    async fn commit_all(
        &self,
        mut session: Session,
        appends: Vec<Append>,
    ) -> Result<(), AppendError> {
        let mut written = Vec::new();
        for append in appends {
            match self.append_within(&mut session, append).await {
                Ok(appended) => {
                    let streams = appended.streams.into_iter();
                    written.extend(streams.flat_map(|stream| stream.positions));
                }
                Err(error) => {
                    // It ends with the connection if this fails.
                    drop(session.rollback().await);
                    return Err(match error {
                        AppendError::Condition(by) if written.contains(&by.position) => {
                            refuses_itself()
                        }
                        error => error,
                    });
                }
            }
        }
        // A statement, so that a transaction that has failed does not end as if it were committed.
        session.close_with("SELECT").await.map_err(from_sqlx)?;
        if let Some(position) = written.into_iter().max() {
            self.tail.tell_growth(position);
        }
        Ok(())
    }

    /// Decides, writes rows of the service's own and commits all of it together; starts over if
    /// other writers were faster, for up to ten seconds.
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
    /// `work` may run several times. If others were faster, or a run fails, the rows written on the
    /// [connection](PgUnitOfWork::connection) in it are rolled back, and anything done elsewhere is
    /// not. The streams are locked after `work`, for as long as the appends and the commit take, on
    /// a task: a future that is dropped or kept holds no streams, and leaves events and rows
    /// together, or neither.
    ///
    /// # Errors
    ///
    /// Those of `work`, which are returned at once, and those of the append: a
    /// [`Conflict`](AppendError::Conflict) or a [`Condition`](AppendError::Condition) when the time
    /// is up. [`Unsupported`](StoreErrorKind::Unsupported) if a decision requires that there is no
    /// event that the unit of work writes itself: every attempt would be refused. After
    /// [`Unavailable`](StoreErrorKind::Unavailable) it may have been committed.
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
            let done = match work(&mut unit).await {
                Ok(done) => done,
                Err(error) => {
                    unit.roll_back().await;
                    return Err(error);
                }
            };
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

/// The error of a decision that would refuse its own unit of work in every attempt.
fn refuses_itself() -> AppendError {
    StoreError::new(
        StoreErrorKind::Unsupported,
        "a decision rests on there being no event that the unit of work itself writes before it; take \
         both in one decision, or each in a unit of work of its own",
    )
    .into()
}

/// True if nothing was stored, and another decision may be.
fn was_outrun(error: &AppendError) -> bool {
    match error {
        AppendError::Conflict(_) | AppendError::Condition(_) => true,
        AppendError::Store(error) => error.kind() == StoreErrorKind::Contention,
        _ => false,
    }
}
