//! Statements that handlers prepare in a session which had those of another connection before, as behind a
//! pooler.

use es_core::prelude::*;
use es_core::projection::{Progress, ProjectionBatch};
use es_postgres::sqlx::{self, AssertSqlSafe, Executor, PgConnection, PgPool};
use es_postgres::{PgStore, PgStoreOptions};
use es_testing::postgres::TestDatabase;

use crate::projections::support::{Node, prepared, version};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "guest-seen")]
struct Seen {}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "door", id = String, events(Seen))]
struct Door;

impl Apply<Seen> for Door {
    fn apply(&mut self, _: Seen) {}
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Door, any)]
struct Look {
    #[command(id)]
    door: String,
}

impl Decide<Look> for Door {
    type Events = Seen;

    fn decide(&self, _: Look) -> Result<Seen, Self::Error> {
        Ok(Seen {})
    }
}

#[derive(Projection)]
#[projection(name = "guests", version = 1, events(Seen))]
struct Guests;

impl ReadModel<PgConnection> for Guests {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        db.execute("CREATE TABLE seen (id bigint, times bigint)").await?;
        Ok(())
    }
}

impl Project<Seen, PgConnection> for Guests {
    async fn project(&self, _: Recorded<Seen>, db: &mut PgConnection) -> Result<(), ProjectError> {
        Ok(see(1, db).await?)
    }
}

fn look() -> Look {
    Look { door: "front".to_owned() }
}

async fn see(id: i64, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let see = sqlx::query("INSERT INTO seen VALUES ($1, $1)").bind(id);
    see.execute(connection).await.map(drop)
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).persistent(false).fetch_one(pool).await.unwrap()
}

/// A store with one session.
async fn store() -> (PgStore, PgPool, TestDatabase) {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().max_connections(1);
    let pool = pool.connect(database.url()).await.unwrap();
    let store =
        PgStore::with_options(pool.clone(), PgStoreOptions::new().without_prepared_statements());
    store.migrate().await.unwrap();
    (store, pool, database)
}

/// Leaves in the session what another connection has left there: the names that the driver gives next.
async fn is_used(pool: &PgPool) {
    let mut session = pool.acquire().await.unwrap();
    session.execute("DEALLOCATE ALL").await.unwrap();
    for number in 1..=100 {
        let prepare = format!("PREPARE sqlx_s_{number} AS SELECT 'of another connection'");
        session.execute(AssertSqlSafe(prepare)).await.unwrap();
    }
}

#[tokio::test]
async fn a_batch_may_prepare_statements_in_a_session_that_another_connection_had() {
    let (store, pool, _database) = store().await;
    let id = version(1);
    let kept = prepared(&store, &id).await;
    let node = Node::of(&kept, &id);

    for round in 1..=3 {
        is_used(&pool).await;
        let mut batch = node.begin().await;
        see(round, batch.db()).await.unwrap();
        batch.commit(Progress::default()).await.unwrap();
    }

    assert_eq!(count(&pool, "SELECT count(*) FROM totals.seen").await, 3);
}

#[tokio::test]
async fn an_inline_projection_may_prepare_them_too() {
    let (store, pool, _database) = store().await;
    let store = store.inline(Guests).await.unwrap();
    let doors = Repository::<Door, _>::new(store);

    for _ in 0..3 {
        is_used(&pool).await;
        doors.execute(look()).await.unwrap();
    }

    assert_eq!(count(&pool, "SELECT count(*) FROM guests.seen").await, 3);
}

#[tokio::test]
async fn so_may_the_rows_of_a_unit_of_work() {
    let (store, pool, _database) = store().await;
    pool.execute("CREATE TABLE public.seen (id bigint, times bigint)").await.unwrap();

    for _ in 0..3 {
        is_used(&pool).await;
        let placed = store.transact(Metadata::default(), async |work| {
            work.execute(look()).await?;
            see(1, work.connection().await?).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        placed.await.unwrap();
    }

    assert_eq!(count(&pool, "SELECT count(*) FROM public.seen").await, 3);
}
