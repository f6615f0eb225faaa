//! What a service has built on a read model: it is told before a swap and before a drop, and nothing of it
//! is lost or left behind in silence.

use std::error::Error;
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{
    HealthState, ProjectionBatch, ProjectionStore, Projections, Registration, RunOptions, Swap,
    Thresholds, VersionState,
};
use es_core::{Projection, Projects, StoreErrorKind};
use es_postgres::sqlx::{self, Executor, PgConnection};
use es_postgres::{HasDependents, PgProjections};

use super::support::{Node, TABLE, at, incarnation, prepare, prepared, see, version};
use crate::support::{Fixture, append, exact, fixture};

/// Version 1 serves with one row, version 2 is built and has come as far.
async fn two_versions(fixture: &Fixture) -> PgProjections {
    let kept = prepared(&fixture.store, &version(1)).await;
    let node = Node::of(&kept, &version(1));
    node.seeing().await.commit(at(&node.claim(64).await, 5)).await.unwrap();
    let registration = Registration::new(version(2), incarnation(&fixture.store).await);
    kept.register(&registration).await.unwrap();
    prepare(&kept, &version(2)).await;
    let node = Node::of(&kept, &version(2));
    let mut batch = node.begin_as(VersionState::Building).await;
    see(batch.db()).await;
    batch.commit(at(&node.claim(64).await, 5)).await.unwrap();
    kept
}

async fn dependents(kept: &PgProjections) -> Vec<String> {
    match kept.swap(&version(2)).await.unwrap() {
        Swap::HasDependents(dependents) => dependents,
        other => panic!("something depends on it, but got {other:?}"),
    }
}

async fn run(fixture: &Fixture, sql: &'static str) {
    fixture.pool.execute(sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_go_on_reading_the_old_rows_is_named_and_nothing_is_swapped() {
    let fixture = fixture().await;
    let kept = two_versions(&fixture).await;
    let built = "CREATE VIEW public.rich AS SELECT id FROM totals.seen; \
                 CREATE VIEW public.richer AS SELECT id FROM public.rich; \
                 CREATE MATERIALIZED VIEW public.cached AS SELECT * FROM totals.seen; \
                 CREATE TABLE public.order_line (seen bigint, \
                     CONSTRAINT of_seen FOREIGN KEY (seen) REFERENCES totals.seen (id)); \
                 CREATE TABLE public.copied (rows totals.seen[]); \
                 CREATE FUNCTION public.times() RETURNS bigint STABLE BEGIN ATOMIC \
                     SELECT sum(times) FROM totals.seen; END; \
                 CREATE PUBLICATION one FOR TABLE totals.seen; \
                 CREATE PUBLICATION all_of_it FOR TABLES IN SCHEMA totals";
    run(&fixture, built).await;

    let dependents = dependents(&kept).await;

    let expected = [
        "function public.times()",
        "materialized view public.cached",
        "publication namespace totals in publication all_of_it",
        "publication relation totals.seen in publication one",
        "table column public.copied.rows",
        "table constraint of_seen on public.order_line",
        "view public.rich",
    ];
    assert_eq!(dependents, expected);
    let states = kept.versions(None).await.unwrap().into_iter().map(|version| version.state);
    let expected = [VersionState::Serving, VersionState::Building];
    assert_eq!(states.collect::<Vec<_>>(), expected, "the old version goes on serving");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_that_nothing_depends_on_is_swapped() {
    let fixture = fixture().await;
    let kept = two_versions(&fixture).await;
    // What is a part of the version goes with it.
    run(&fixture, "CREATE VIEW totals.own AS SELECT id FROM totals.seen").await;
    run(&fixture, "CREATE VIEW totals_v2.own AS SELECT id FROM totals_v2.seen").await;
    run(&fixture, "CREATE TABLE totals.wide (texts text, id bigint REFERENCES totals.seen)").await;
    run(&fixture, "CREATE TABLE totals.lines (number bigserial)").await;

    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::Done);
}

/// Between the look at what depends on the rows and the rename a swap waits for whoever has slots in hand.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_built_while_a_swap_waits_is_seen() {
    let fixture = fixture().await;
    let kept = two_versions(&fixture).await;
    let mut batch = fixture.pool.begin().await.unwrap();
    let slots = "SELECT FROM es.leases JOIN es.projections ON projections.id = leases.projection \
                  WHERE projections.version = 2 FOR UPDATE OF leases";
    sqlx::query(slots).execute(&mut *batch).await.unwrap();
    let swapping = tokio::spawn({
        let kept = kept.clone();
        async move { dependents(&kept).await }
    });
    fixture.until_waiting(1).await;

    run(&fixture, "CREATE VIEW public.rich AS SELECT id FROM totals.seen").await;
    batch.rollback().await.unwrap();

    assert_eq!(swapping.await.unwrap(), ["view public.rich"]);
    run(&fixture, "DROP VIEW public.rich").await;
    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::Done);
}

/// A version that was stopped for the one that is to come as far goes on, since that may not come.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_built_after_the_old_version_has_stopped_has_it_go_on() {
    let fixture = fixture().await;
    let kept = two_versions(&fixture).await;
    let node = Node::of(&kept, &version(1));
    fixture.pool.execute("UPDATE es.leases SET owner = NULL").await.unwrap();
    node.seeing().await.commit(at(&node.claim(64).await, 6)).await.unwrap();
    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::NotYet);
    run(&fixture, "CREATE VIEW public.rich AS SELECT id FROM totals.seen").await;

    assert_eq!(dependents(&kept).await, ["view public.rich"]);

    let states = kept.versions(None).await.unwrap().into_iter().map(|version| version.state);
    let expected = [VersionState::Serving, VersionState::Building];
    assert_eq!(states.collect::<Vec<_>>(), expected);
}

/// Triggers, policies and row security stay on the old tables, unless the new ones have them as well.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_has_put_on_a_table_is_on_the_new_one_too() {
    let fixture = fixture().await;
    let kept = two_versions(&fixture).await;
    let built = "CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS \
                     'BEGIN RETURN NEW; END'; \
                 CREATE TRIGGER tell AFTER INSERT ON totals.seen \
                     FOR EACH ROW EXECUTE FUNCTION public.tell(); \
                 CREATE POLICY few ON totals.seen USING (times < 5); \
                 ALTER TABLE totals.seen ENABLE ROW LEVEL SECURITY";
    run(&fixture, built).await;

    let left = dependents(&kept).await;
    let again = "CREATE TRIGGER tell AFTER INSERT ON totals_v2.seen \
                     FOR EACH ROW EXECUTE FUNCTION public.tell(); \
                 CREATE POLICY few ON totals_v2.seen USING (times < 5); \
                 ALTER TABLE totals_v2.seen ENABLE ROW LEVEL SECURITY";
    run(&fixture, again).await;

    let expected =
        ["policy few on totals.seen", "row security of totals.seen", "trigger tell on totals.seen"];
    assert_eq!(left, expected);
    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_depends_on_a_version_is_not_dropped_with_it() {
    let fixture = fixture().await;
    let kept = two_versions(&fixture).await;
    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::Done);
    run(&fixture, "CREATE VIEW public.past AS SELECT id FROM totals_v1.seen").await;

    let error = kept.drop_version(&version(1)).await.unwrap_err();

    assert_eq!(error.kind(), StoreErrorKind::Unsupported);
    let refused: &HasDependents = error.source().unwrap().downcast_ref().unwrap();
    assert_eq!(refused.dependents, ["view public.past"]);
    assert_eq!(
        refused.to_string(),
        "`totals v1` was not dropped, since its rows are depended on by view public.past: drop that first, \
         or call `PgProjections::drop_version_and_dependents`"
    );
    assert_eq!(fixture.number("SELECT count(*) FROM public.past").await, 1, "it is all there");
    assert_eq!(kept.versions(None).await.unwrap().len(), 2);
    assert!(kept.drop_version_and_dependents(&version(1)).await.unwrap());
    assert_eq!(fixture.number("SELECT count(*) FROM pg_views WHERE viewname = 'past'").await, 0);
}

/// The view is there when the drop comes to the tables, and was not when it began.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_built_while_a_version_is_dropped_is_not_dropped_with_it() {
    let fixture = fixture().await;
    let kept = two_versions(&fixture).await;
    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::Done);
    let mut building = fixture.pool.begin().await.unwrap();
    building.execute("CREATE VIEW public.past AS SELECT id FROM totals_v1.seen").await.unwrap();
    let dropping = tokio::spawn({
        let kept = kept.clone();
        async move { kept.drop_version(&version(1)).await }
    });
    fixture.until_waiting(1).await;

    building.commit().await.unwrap();

    let error = dropping.await.unwrap().unwrap_err();
    let refused: &HasDependents = error.source().unwrap().downcast_ref().unwrap();
    assert_eq!(refused.dependents, ["view public.past"]);
    assert_eq!(fixture.number("SELECT count(*) FROM public.past").await, 1, "it is all there");
}

/// Rights on the schema, its tables, columns and sequences, and on what is still to be made.
#[tokio::test(flavor = "multi_thread")]
async fn grants_are_carried_over() {
    let fixture = fixture().await;
    let kept = two_versions(&fixture).await;
    let role = format!("reader_of_{}", fixture.database.name());
    let sequence = "CREATE SEQUENCE totals.numbers; CREATE SEQUENCE totals_v2.numbers; \
                    CREATE FUNCTION totals.twice(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 2 * n'; \
                    CREATE FUNCTION totals_v2.twice(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 2 * n'; \
                    REVOKE EXECUTE ON FUNCTION totals_v2.twice FROM PUBLIC";
    run(&fixture, sequence).await;
    let grants = format!(
        "CREATE ROLE {role}; GRANT USAGE ON SCHEMA totals TO {role} WITH GRANT OPTION; \
         GRANT SELECT (id) ON totals.seen TO {role}; GRANT INSERT ON totals.seen TO {role}; \
         GRANT USAGE ON SEQUENCE totals.numbers TO {role}; \
         GRANT EXECUTE ON FUNCTION totals.twice TO {role}; \
         ALTER DEFAULT PRIVILEGES IN SCHEMA totals GRANT SELECT ON TABLES TO {role}"
    );
    fixture.pool.execute(sqlx::AssertSqlSafe(grants)).await.unwrap();

    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::Done);
    run(&fixture, "CREATE TABLE totals.later (id bigint)").await;

    let rights = format!(
        "SELECT ARRAY[has_schema_privilege('{role}', 'totals', 'USAGE WITH GRANT OPTION'), \
                has_column_privilege('{role}', 'totals.seen', 'id', 'SELECT'), \
                NOT has_column_privilege('{role}', 'totals.seen', 'times', 'SELECT'), \
                has_table_privilege('{role}', 'totals.seen', 'INSERT'), \
                has_sequence_privilege('{role}', 'totals.numbers', 'USAGE'), \
                has_function_privilege('{role}', 'totals.twice(bigint)', 'EXECUTE'), \
                has_table_privilege('{role}', 'totals.later', 'SELECT')]"
    );
    let rights: Vec<bool> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(rights)).fetch_one(&fixture.pool).await.unwrap();
    let gone = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    fixture.pool.execute(sqlx::AssertSqlSafe(gone)).await.unwrap();
    assert_eq!(rights, [true; 7]);
}

/// Totals of version `V`, which adds as much to each deposit.
pub(crate) struct Totals<const V: u32>;

impl<const V: u32> Projection for Totals<V> {
    const NAME: &'static str = "totals";
    const VERSION: u32 = V;
    type Event = Money;
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "money-deposited")]
pub(crate) struct Deposited {
    cents: i64,
}

#[derive(EventSet, Clone)]
pub(crate) enum Money {
    Deposited(Deposited),
}

impl<const V: u32> Projects<PgConnection> for Totals<V> {
    async fn project(
        &self,
        event: Recorded<Money>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let Money::Deposited(Deposited { cents }) = event.event;
        let seen = "INSERT INTO seen AS seen VALUES (1, $1) ON CONFLICT (id) DO UPDATE \
                    SET times = seen.times + excluded.times";
        sqlx::query(seen).bind(cents + i64::from(V)).execute(db).await?;
        Ok(())
    }
}

impl<const V: u32> ReadModel<PgConnection> for Totals<V> {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        db.execute(TABLE).await?;
        Ok(())
    }
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let reached = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), reached).await.expect(what);
}

/// The whole way: health says what is in the way, the old rows are kept up to date, and once the view is
/// gone the new version takes over by itself.
#[tokio::test(flavor = "multi_thread")]
async fn health_tells_what_is_in_the_way_and_it_settles_by_itself() {
    let fixture = fixture().await;
    fixture.store.append(append("a", exact(0), 2)).await.unwrap();
    let projections = Projections::new(fixture.store.clone(), fixture.store.projections());
    let brisk = || RunOptions::default().with_lease(Duration::from_secs(1));
    let times = "SELECT coalesce(sum(times), 0)::bigint FROM totals.seen";
    let _old = projections.run_with(Totals::<1>, brisk()).await.unwrap();
    until("version 1 has rows", async || fixture.number(times).await == 3).await;
    run(&fixture, "CREATE VIEW public.rich AS SELECT times FROM totals.seen").await;

    let _new = projections.run_with(Totals::<2>, brisk()).await.unwrap();

    let expected = "warning: `totals v2` does not come on at node ";
    let why = "it is built, and the rows of the version that serves are depended on by view public.rich: \
               drop that and make it again when this version serves, or make it a part of the projection; \
               then it takes over by itself";
    until("health tells", async || {
        let health = projections.health(&Thresholds::default()).await.unwrap();
        let text = health.to_string();
        health.state == HealthState::Warn && text.contains(expected) && text.contains(why)
    })
    .await;
    fixture.store.append(append("a", exact(2), 1)).await.unwrap();
    until("the old version goes on", async || fixture.number(times).await == 4).await;
    assert_eq!(fixture.number("SELECT times FROM public.rich").await, 4);
    run(&fixture, "DROP VIEW public.rich").await;
    until("the new version serves", async || fixture.number(times).await == 7).await;
}
