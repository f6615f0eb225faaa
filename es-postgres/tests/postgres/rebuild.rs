//! Rows in Postgres that are built again, beside those that are read and in their place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{
    Live, Progress, ProjectionBatch, Projections, RebuildError, Registration, RunOptions,
    VersionState, VersionStatus,
};
use es_core::{
    Append, NewEvent, ProjectError, Projection, ProjectionId, ProjectionKey, ProjectionStore,
    Projects, ReadModel, Recorded,
};
use es_postgres::sqlx::{self, Executor, PgConnection, PgPool};
use es_postgres::{PgProjections, PgStore};

use crate::support::{Fixture, fixture, stream};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "cents-deposited")]
struct Deposited {
    cents: i64,
}

#[derive(EventSet, Clone)]
enum BalancesEvent {
    Deposited(Deposited),
}

/// What each account has, in version `V`.
#[derive(Clone, Default)]
struct Balances<const V: u32> {
    /// Added to each deposit.
    too_much: i64,
    /// Does nothing at all.
    is_lazy: bool,
    /// An amount that cannot be handled.
    refused: Option<i64>,
}

impl<const V: u32> Projection for Balances<V> {
    const NAME: &'static str = "balances";
    const VERSION: u32 = V;
    type Event = BalancesEvent;
}

impl<const V: u32> Projects<PgConnection> for Balances<V> {
    async fn project(
        &self,
        event: Recorded<BalancesEvent>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let BalancesEvent::Deposited(Deposited { cents }) = event.event;
        if self.refused == Some(cents) {
            return Err(ProjectError::new("that amount is refused"));
        }
        if self.is_lazy {
            return Ok(());
        }
        let add = "INSERT INTO account AS account VALUES ($1, $2) ON CONFLICT (name) \
                   DO UPDATE SET cents = account.cents + excluded.cents";
        let add = sqlx::query(add).bind(event.stream.key().as_str()).bind(cents + self.too_much);
        db.execute(add).await?;
        Ok(())
    }
}

impl<const V: u32> ReadModel<PgConnection> for Balances<V> {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        db.execute("CREATE TABLE account (name text PRIMARY KEY, cents bigint NOT NULL)").await?;
        Ok(())
    }

    async fn rows_of(
        &self,
        key: &ProjectionKey,
        db: &mut PgConnection,
    ) -> Result<Option<serde_json::Value>, ProjectError> {
        let name = key.as_str().rsplit('/').next().unwrap_or_default();
        let cents: Option<i64> = sqlx::query_scalar("SELECT cents FROM account WHERE name = $1")
            .bind(name)
            .fetch_optional(db)
            .await?;
        Ok(Some(cents.into()))
    }
}

type Runs = Projections<PgStore, PgProjections>;

fn projections(fixture: &Fixture) -> (Runs, PgProjections) {
    let kept = fixture.store.projections();
    (Projections::new(fixture.store.clone(), kept.clone()), kept)
}

/// Ten accounts, each with as many deposits of one cent.
async fn deposits(store: &PgStore, each: usize) {
    for account in 0..10 {
        let event = BalancesEvent::from(Deposited { cents: 1 });
        let new = (0..each).map(|_| NewEvent::of(&event, Metadata::default()).unwrap());
        let stream = stream(&format!("a{account}"));
        let append = Append::to(stream, ExpectedVersion::Any, new.collect()).unwrap();
        store.append(append).await.unwrap();
    }
}

async fn deposit(store: &PgStore, cents: i64) {
    let event = BalancesEvent::from(Deposited { cents });
    let new = vec![NewEvent::of(&event, Metadata::default()).unwrap()];
    store.append(Append::to(stream("a0"), ExpectedVersion::Any, new).unwrap()).await.unwrap();
}

async fn version(kept: &PgProjections, number: u32) -> VersionStatus {
    let versions = kept.versions(None).await.unwrap();
    versions.into_iter().find(|version| version.id.version == number).unwrap()
}

async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let reached = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), reached).await.expect("it never came to that");
}

async fn until_state(kept: &PgProjections, number: u32, state: VersionState) {
    until(async || version(kept, number).await.state == state).await;
}

const SUM: &str = "SELECT coalesce(sum(cents), 0)::bigint FROM balances.account";

async fn until_sum(fixture: &Fixture, cents: i64) {
    until(async || fixture.number(SUM).await == cents).await;
}

const SCRATCH: &str = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%scratch%'";

/// One connection whose statement is prepared once, and what it read: sums, never falling.
fn reader(pool: &PgPool, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<Vec<i64>> {
    let (pool, stop) = (pool.clone(), Arc::clone(stop));
    tokio::spawn(async move {
        let mut connection = pool.acquire().await.unwrap();
        let mut read = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let sum: i64 = sqlx::query_scalar(SUM).fetch_one(&mut *connection).await.unwrap();
            read.push(sum);
        }
        read
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_with_a_prepared_statement_see_neither_an_error_nor_a_gap() {
    let fixture = fixture().await;
    deposits(&fixture.store, 10).await;
    let (projections, kept) = projections(&fixture);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_sum(&fixture, 100).await;
    let stop = Arc::new(AtomicBool::new(false));
    let reader = reader(&fixture.pool, &stop);

    let _new = projections.run(Balances::<2>::default()).await.unwrap();
    deposits(&fixture.store, 10).await;
    until_state(&kept, 2, VersionState::Serving).await;
    until_sum(&fixture, 200).await;
    stop.store(true, Ordering::Relaxed);
    let read = reader.await.unwrap();

    assert!(read.len() > 10 && read[0] >= 100, "{read:?}");
    assert!(read.is_sorted(), "{read:?}");
    assert_eq!(fixture.number(SCRATCH).await, 0);
    let kept_rows = "SELECT count(*) FROM balances_v1.account";
    assert_eq!(
        fixture.number(kept_rows).await,
        10,
        "the old rows are there until they are dropped"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_rows_are_refused_with_the_key_and_both_rows() {
    let fixture = fixture().await;
    deposits(&fixture.store, 1).await;
    let (projections, kept) = projections(&fixture);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_sum(&fixture, 10).await;
    // The table is there, and something writes into it besides the projection.
    prepare(&kept, &fixture).await;
    let more = "CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS \
                $$BEGIN NEW.cents := NEW.cents + 1; RETURN NEW; END$$; \
                CREATE TRIGGER more BEFORE INSERT ON balances_v2.account \
                FOR EACH ROW EXECUTE FUNCTION more()";
    fixture.pool.execute(more).await.unwrap();

    let _new = projections.run(Balances::<2>::default()).await.unwrap();
    until_state(&kept, 2, VersionState::Stopped).await;

    let why = version(&kept, 2).await.stopped.unwrap();
    assert!(why.starts_with("the rebuilt rows are wrong: of key `account/a"), "{why}");
    assert!(why.contains("` there is 2, and 1 follows from its events"), "{why}");
    assert_eq!(version(&kept, 1).await.state, VersionState::Serving);
    assert_eq!(fixture.number(SCRATCH).await, 0);
}

/// Makes the tables of version 2, and does not run it.
async fn prepare(kept: &PgProjections, fixture: &Fixture) {
    let incarnation = fixture.store.log_page(Cursor::START, 1).await.unwrap().incarnation;
    let mut registration = Registration::new(ProjectionId::of::<Balances<2>>(), incarnation);
    registration.types = vec![es_core::EventName::new("cents-deposited").unwrap()];
    kept.register(&registration).await.unwrap();
    let mut batch = kept.prepare(&registration.id).await.unwrap().unwrap();
    Balances::<2>::default().create(batch.db()).await.unwrap();
    batch.commit(Progress::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_all_gone_are_refused() {
    let fixture = fixture().await;
    deposits(&fixture.store, 10).await;
    let (projections, kept) = projections(&fixture);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_sum(&fixture, 100).await;

    let lazy = Balances::<2> { is_lazy: true, ..Default::default() };
    let _new = projections.run(lazy).await.unwrap();
    until_state(&kept, 2, VersionState::Stopped).await;

    assert_eq!(
        version(&kept, 2).await.stopped.unwrap(),
        "the rebuilt rows are wrong: there are no rows, and the version that serves has 10"
    );
    deposit(&fixture.store, 5).await;
    until_sum(&fixture, 105).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_place_the_old_rows_are_read_until_the_new_ones_are_there() {
    let fixture = fixture().await;
    deposits(&fixture.store, 100).await;
    let (projections, kept) = projections(&fixture);
    let wrong = Balances::<1> { too_much: 1, ..Default::default() };
    let options = RunOptions::default().with_lease(Duration::from_secs(1));
    let _running = projections.run_with(wrong, options).await.unwrap();
    until_sum(&fixture, 2000).await;
    let stop = Arc::new(AtomicBool::new(false));
    let reader = reader(&fixture.pool, &stop);

    let rebuilt = projections.rebuild_in_place(&Balances::<1>::default()).await.unwrap();
    deposit(&fixture.store, 5).await;
    // It is run by the release that is wrong by one.
    until_sum(&fixture, 1006).await;
    stop.store(true, Ordering::Relaxed);
    let mut read = reader.await.unwrap();

    assert_eq!(rebuilt.events, 1000);
    read.dedup();
    assert!([&[2000, 1000][..], &[2000, 1000, 1006], &[2000, 1006], &[2000]].contains(&&read[..]));
    assert_eq!(version(&kept, 1).await.position(), rebuilt.position.max(Position(1001)));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_place_a_failing_event_changes_nothing() {
    let fixture = fixture().await;
    deposits(&fixture.store, 10).await;
    deposit(&fixture.store, 13).await;
    let (projections, _) = projections(&fixture);
    let running = projections.run(Balances::<1>::default()).await.unwrap();
    until_sum(&fixture, 113).await;
    running.stop().await;

    let refusing = Balances::<1> { refused: Some(13), ..Default::default() };
    let failed = projections.rebuild_in_place(&refusing).await.unwrap_err();

    assert!(matches!(failed, RebuildError::Event(_)), "{failed:?}");
    assert_eq!(fixture.number(SUM).await, 113);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projection_is_folded_live_within_a_transaction_of_the_caller() {
    let fixture = fixture().await;
    deposits(&fixture.store, 10).await;
    let mut transaction = fixture.pool.begin().await.unwrap();
    let it = Balances::<1>::default();
    it.create(&mut transaction).await.unwrap();

    Live::new(fixture.store.clone(), it).fold_into::<PgConnection>(&mut transaction).await.unwrap();

    let sum: i64 = sqlx::query_scalar("SELECT sum(cents)::bigint FROM account")
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    assert_eq!(sum, 100);
}

/// The service's pool has one connection, and two rebuilds want to read while they write.
#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_one_is_enough_for_a_rebuild_and_for_a_new_version() {
    let fixture = fixture().await;
    deposits(&fixture.store, 60).await;
    let pool = PgStore::pool_options().max_connections(1).acquire_timeout(Duration::from_secs(3));
    let store = PgStore::new(pool.connect(fixture.database.url()).await.unwrap());
    let kept = store.projections();
    let projections = Projections::new(store, kept.clone());
    projections.run(Balances::<1>::default()).await.unwrap().stop().await;

    let first = Balances::<1>::default();
    let (one, other) =
        tokio::join!(projections.rebuild_in_place(&first), projections.rebuild_in_place(&first),);
    one.unwrap();
    other.unwrap();
    let running = projections.run(Balances::<2>::default()).await.unwrap();

    until_state(&kept, 2, VersionState::Serving).await;
    running.stop().await;
    assert_eq!(fixture.number(SUM).await, 600);
}
