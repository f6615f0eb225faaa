//! A projection whose handlers do what their events say.

use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{InHand, ParkedKey, Projections, RunOptions, Running};
use es_core::{OnFailure, Token};
use es_postgres::sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection};
use es_postgres::{PgProjections, PgStore};
use futures_util::FutureExt;
use tokio::time::sleep;

use crate::support::{Fixture, fixture};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "deed-done")]
pub(crate) struct Done {
    pub(crate) deed: Deed,
}

/// Deeds of a handler after it has counted its event.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
pub(crate) enum Deed {
    Nothing,
    /// A transaction as sqlx begins it, with one more of the key, kept or not.
    Nests {
        commits: bool,
    },
    /// Statements in one message, whose failure it does not hide.
    Says(String),
    /// Does the same, and goes on whatever the statements answer.
    Swallows(String),
    /// Begins a transaction, does not wait for it, and fails.
    LeavesBegin,
    /// Waits for ever, for nothing of the database.
    Hangs,
    /// Waits for a while, and then says something to the database.
    Idles,
    Panics,
    /// Ends its transaction and says whose fault it is.
    EndsAnd(Fault),
}

/// The words of a handler on its failure.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
pub(crate) enum Fault {
    Unavailable,
    Rejected,
}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "doer", id = String, events(Done))]
pub(crate) struct Doer;

impl Apply<Done> for Doer {
    fn apply(&mut self, _: Done) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Doer, any)]
pub(crate) struct Do {
    #[command(id)]
    pub(crate) doer: String,
    pub(crate) deed: Deed,
}

impl Decide<Do> for Doer {
    type Events = Done;

    fn decide(&self, command: Do) -> Result<Done, Self::Error> {
        Ok(Done { deed: command.deed })
    }
}

#[derive(Projection)]
#[projection(name = "deeds", version = 1, events(Done))]
pub(crate) struct Deeds;

const TABLES: &str = "CREATE TABLE deed (doer text PRIMARY KEY, times bigint NOT NULL); \
     CREATE TABLE owner (id bigint PRIMARY KEY); \
     CREATE TABLE owned (id bigint REFERENCES owner DEFERRABLE INITIALLY DEFERRED)";

impl ReadModel<PgConnection> for Deeds {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        db.execute(TABLES).await?;
        Ok(())
    }
}

const COUNT: &str = "INSERT INTO deed VALUES ($1, 1) \
                     ON CONFLICT (doer) DO UPDATE SET times = deed.times + 1";

impl Project<Done, PgConnection> for Deeds {
    async fn project(
        &self,
        event: Recorded<Done>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let doer = event.stream.key().as_str().to_owned();
        sqlx::query(COUNT).bind(&doer).execute(&mut *db).await?;
        match event.event.deed {
            Deed::Nothing => {}
            Deed::Nests { commits } => {
                let mut nested = db.begin().await?;
                sqlx::query(COUNT).bind(&doer).execute(&mut *nested).await?;
                if commits {
                    nested.commit().await?;
                } else {
                    nested.rollback().await?;
                }
            }
            Deed::Says(sql) => {
                db.execute(AssertSqlSafe(sql)).await?;
            }
            Deed::Swallows(sql) => drop(sqlx::raw_sql(AssertSqlSafe(sql)).execute(db).await),
            Deed::LeavesBegin => {
                let begun = db.begin().now_or_never();
                assert!(begun.is_none(), "the server answers later");
                return Err(ProjectError::new("nobody waited"));
            }
            Deed::Hangs => std::future::pending().await,
            Deed::Idles => {
                sleep(Duration::from_millis(600)).await;
                db.execute("SELECT 1").await?;
            }
            Deed::Panics => panic!("a handler panics"),
            Deed::EndsAnd(fault) => {
                db.execute("ROLLBACK").await?;
                return Err(match fault {
                    Fault::Unavailable => ProjectError::unavailable("the mailer is away"),
                    Fault::Rejected => ProjectError::rejected("no such address"),
                });
            }
        }
        Ok(())
    }
}

/// A store whose log holds these deeds, and what runs their projection.
pub(crate) struct Stage {
    pub(crate) fixture: Fixture,
    pub(crate) projections: Projections<PgStore, PgProjections>,
    last: Option<Token>,
}

impl Stage {
    pub(crate) async fn of(deeds: &[(&str, Deed)]) -> Self {
        let fixture = fixture().await;
        let projections = Projections::new(fixture.store.clone(), fixture.store.projections());
        let mut stage = Self { fixture, projections, last: None };
        stage.add(deeds).await;
        stage
    }

    pub(crate) async fn add(&mut self, deeds: &[(&str, Deed)]) {
        let doers = Repository::<Doer, _>::new(self.fixture.store.clone());
        for (doer, deed) in deeds {
            let done = doers.execute(Do { doer: (*doer).to_owned(), deed: deed.clone() }).await;
            self.last = done.unwrap().token();
        }
    }

    /// Runs the projection until it has come to the last deed. One try is enough for a verdict.
    pub(crate) async fn run(&self) -> Running {
        self.run_with(options()).await
    }

    pub(crate) async fn run_with(&self, options: RunOptions) -> Running {
        let running = self.projections.run_with(Deeds, options).await.unwrap();
        let last = self.last.unwrap();
        let waited = self.projections.of::<Deeds>().wait_for(last, Duration::from_secs(20)).await;
        if let Err(error) = waited {
            let status = self.projections.status().await.unwrap();
            panic!("{error}: {:?}", status[0].version.nodes);
        }
        running
    }

    /// Returns once the projection has come to the last deed, whoever runs it.
    pub(crate) async fn until_visible(&self) {
        let last = self.last.unwrap();
        self.projections.of::<Deeds>().wait_for(last, Duration::from_secs(20)).await.unwrap();
    }

    /// The number of times that each event of the doer is in the rows.
    pub(crate) async fn times(&self, doer: &str) -> i64 {
        let times = "SELECT coalesce(sum(times), 0)::bigint FROM deeds.deed WHERE doer = $1";
        sqlx::query_scalar(times).bind(doer).fetch_one(&self.fixture.pool).await.unwrap()
    }

    pub(crate) async fn parked(&self) -> Vec<ParkedKey> {
        self.projections.of::<Deeds>().parked().await.unwrap()
    }

    /// The event that some node has in hand, once one has.
    pub(crate) async fn in_hand(&self) -> InHand {
        for _ in 0..500 {
            let status = self.projections.status().await.unwrap();
            let hand = status[0].version.nodes.iter().find_map(|node| node.in_hand.clone());
            if let Some(hand) = hand.filter(|hand| hand.stream == "doer/bob") {
                return hand;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("nothing is in hand");
    }

    /// Returns once the event of the key was tried so often since it was parked or replayed.
    pub(crate) async fn until_tried(&self, key: &str, times: u32) {
        for _ in 0..500 {
            let parked = self.parked().await;
            let tried = |of: &ParkedKey| of.attempts >= times && of.next_attempt.is_none();
            if parked.iter().any(|of| of.key.as_str() == key && tried(of)) {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("{key} is not tried again");
    }

    /// The reason that the doer is parked.
    pub(crate) async fn reason(&self, doer: &str) -> String {
        let key = format!("doer/{doer}");
        for _ in 0..200 {
            if let Some(parked) = self.parked().await.into_iter().find(|of| of.key.as_str() == key)
            {
                return parked.error;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("{doer} is not parked");
    }
}

pub(crate) fn options() -> RunOptions {
    RunOptions::default().with_on_failure(OnFailure::Park { attempts: 1 })
}

pub(crate) fn says(sql: &str) -> Deed {
    Deed::Says(sql.to_owned())
}

pub(crate) fn swallows(sql: &str) -> Deed {
    Deed::Swallows(sql.to_owned())
}
