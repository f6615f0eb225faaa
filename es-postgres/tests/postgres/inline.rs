//! Projections that are a part of every append.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{Projections, RegisterError, RunError, Thresholds};
use es_core::{
    Actor, ProjectAll, React, Reason, RecordedEvent, Rewrite, Token, Transform, TransformStore,
};
use es_postgres::sqlx::{self, PgConnection};
use es_postgres::{InlineError, PgStore};

use crate::support::{Fixture, append, exact, fixture};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "coin-put")]
struct Put {
    cents: i64,
}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "jar", id = String, events(Put))]
struct Jar {
    cents: i64,
}

impl Apply<Put> for Jar {
    fn apply(&mut self, event: Put) {
        self.cents += event.cents;
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Jar, any)]
struct PutIn {
    #[command(id)]
    jar: String,
    cents: i64,
}

impl Decide<PutIn> for Jar {
    type Events = Put;

    fn decide(&self, command: PutIn) -> Result<Put, Self::Error> {
        Ok(Put { cents: command.cents })
    }
}

/// What is in each jar. Thirteen cents are too much for it.
#[derive(Projection)]
#[projection(name = "jars", version = 1, events(Put))]
struct Jars;

#[derive(Projection)]
#[projection(name = "jars", version = 2, events(Put))]
struct JarsAnew;

async fn create(db: &mut PgConnection) -> Result<(), ProjectError> {
    let table = "CREATE TABLE jar (id text PRIMARY KEY, cents bigint NOT NULL CHECK (cents <> 13))";
    sqlx::query(table).execute(db).await?;
    Ok(())
}

async fn put(event: Recorded<Put>, times: i64, db: &mut PgConnection) -> Result<(), ProjectError> {
    let upsert = "INSERT INTO jar VALUES ($1, $2) \
                  ON CONFLICT (id) DO UPDATE SET cents = jar.cents + excluded.cents";
    let upsert = sqlx::query(upsert).bind(event.stream.key().as_str().to_owned());
    upsert.bind(event.event.cents * times).execute(db).await?;
    Ok(())
}

impl ReadModel<PgConnection> for Jars {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        create(db).await
    }
}

impl Project<Put, PgConnection> for Jars {
    async fn project(
        &self,
        event: Recorded<Put>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        put(event, 1, db).await
    }
}

impl ReadModel<PgConnection> for JarsAnew {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        create(db).await
    }
}

impl Project<Put, PgConnection> for JarsAnew {
    async fn project(
        &self,
        event: Recorded<Put>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        put(event, 100, db).await
    }
}

const IN_ADAS: &str = "SELECT coalesce(sum(cents), 0)::bigint FROM jars.jar WHERE id = 'ada'";

fn put_in(cents: i64) -> PutIn {
    PutIn { jar: "ada".into(), cents }
}

async fn with_jars() -> (Fixture, PgStore, Repository<Jar, PgStore>) {
    let fixture = fixture().await;
    let store = fixture.store.inline(Jars).await.unwrap();
    let jars = Repository::new(store.clone());
    (fixture, store, jars)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inline_projection_is_not_stopped() {
    let (fixture, store, jars) = with_jars().await;
    let handle = Projections::new(store.clone(), store.projections());
    let handle = handle.named("jars").unwrap();

    let refused = handle.stop("its tables are repaired").await.unwrap_err();

    assert_eq!(refused.kind(), es_core::StoreErrorKind::Unsupported);
    assert_eq!(
        std::error::Error::source(&refused).unwrap().to_string(),
        "`jars v1` is inline, a part of every append, and cannot be stopped: repair its rows with \
         `PgStore::rebuild_inline`, for which appends wait"
    );
    assert_eq!(handle.status().await.unwrap()[0].version.stopped, None, "nothing is noted");
    jars.execute(put_in(5)).await.unwrap();
    drop(fixture);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_command_already_shows_in_the_rows() {
    let (fixture, _, jars) = with_jars().await;

    jars.execute(put_in(5)).await.unwrap();

    assert_eq!(fixture.number(IN_ADAS).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_fails_refuses_the_append_and_says_which_event() {
    let (fixture, _, jars) = with_jars().await;

    let error = jars.execute(put_in(13)).await.unwrap_err();

    let text = format!("{:?}", chain(&error));
    assert!(text.contains("`jars v1` failed on event `coin-put` of stream `jar/ada`"), "{text}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 0);
    assert_eq!(fixture.number(IN_ADAS).await, 0);
}

fn chain(error: &dyn std::error::Error) -> Vec<String> {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_no_row() {
    let (fixture, store, jars) = with_jars().await;
    jars.execute(put_in(5)).await.unwrap();
    let stream = StreamId::of::<Jar>(&"ada".to_owned()).unwrap();
    let event = NewEvent::of(&JarEvent::from(Put { cents: 7 }), Metadata::default()).unwrap();

    let late = Append::to(stream, ExpectedVersion::NoStream, vec![event]).unwrap();
    let error = store.append(late).await.unwrap_err();

    assert!(matches!(error, AppendError::Conflict(_)));
    assert_eq!(fixture.number(IN_ADAS).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_is_sent_again_is_projected_once() {
    let (fixture, store, _) = with_jars().await;
    let stream = StreamId::of::<Jar>(&"ada".to_owned()).unwrap();
    let event = NewEvent::of(&JarEvent::from(Put { cents: 7 }), Metadata::default()).unwrap();
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![event]).unwrap();
    store.append(append.clone()).await.unwrap();

    let again = store.append(append).await.unwrap();

    assert!(again.already);
    assert_eq!(fixture.number(IN_ADAS).await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_log_holds_is_in_the_rows_from_the_beginning() {
    let fixture = fixture().await;
    let jars = Repository::<Jar, _>::new(fixture.store.clone());
    jars.execute(put_in(2)).await.unwrap();
    jars.execute(put_in(3)).await.unwrap();

    let store = fixture.store.inline(Jars).await.unwrap();
    fixture.store.inline(Jars).await.unwrap();

    assert_eq!(fixture.number(IN_ADAS).await, 5);
    Repository::<Jar, _>::new(store).execute(put_in(4)).await.unwrap();
    assert_eq!(fixture.number(IN_ADAS).await, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_commit_and_roll_back_with_the_callers_transaction() {
    let (fixture, store, _) = with_jars().await;
    let decided = async |cents| {
        let mut work = UnitOfWork::new(store.clone(), Metadata::default());
        work.execute::<_, Jar>(put_in(cents)).await.unwrap();
        work.into_append().unwrap()
    };
    let path = "SELECT current_setting('search_path')";

    let mut tx = fixture.pool.begin().await.unwrap();
    let before: String = sqlx::query_scalar(path).fetch_one(&mut *tx).await.unwrap();
    store.append_within(&mut tx, decided(5).await).await.unwrap();
    let after: String = sqlx::query_scalar(path).fetch_one(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = fixture.pool.begin().await.unwrap();
    store.append_within(&mut tx, decided(7).await).await.unwrap();
    tx.rollback().await.unwrap();

    assert_eq!(before, after);
    assert_eq!(fixture.number(IN_ADAS).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_that_meet_at_a_row_are_all_counted() {
    let (fixture, store, _) = with_jars().await;
    let puts = (0..8).map(|_| {
        let jars = Repository::<Jar, _>::new(store.clone());
        tokio::spawn(async move {
            for _ in 0..10 {
                jars.execute(put_in(2)).await.unwrap();
            }
        })
    });
    for put in puts.collect::<Vec<_>>() {
        put.await.unwrap();
    }

    assert_eq!(fixture.number(IN_ADAS).await, 160);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_with_an_older_version_is_refused_its_appends() {
    let (fixture, _, old) = with_jars().await;
    old.execute(put_in(5)).await.unwrap();

    let new = Repository::<Jar, _>::new(fixture.store.inline(JarsAnew).await.unwrap());
    let error = old.execute(put_in(1)).await.unwrap_err();
    new.execute(put_in(1)).await.unwrap();

    let text = format!("{:?}", chain(&error));
    assert!(text.contains("`jars v1` does not serve any more, so nothing was stored"), "{text}");
    assert_eq!(fixture.number(IN_ADAS).await, 600);
    let again = fixture.store.inline(Jars).await.unwrap_err();
    assert!(matches!(again, InlineError::Retired { .. }), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_run_in_one_way() {
    let (fixture, _, _) = with_jars().await;
    let projections = Projections::new(fixture.store.clone(), fixture.store.projections());

    let error = projections.run(Jars).await.unwrap_err();

    assert!(matches!(error, RunError::Register(RegisterError::OtherKey { .. })), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_to_wait_for_an_inline_projection() {
    let (fixture, _, jars) = with_jars().await;
    let done = jars.execute(put_in(5)).await.unwrap();
    let projections = Projections::new(fixture.store.clone(), fixture.store.projections());

    let token: Token = done.token().unwrap();

    projections.of::<Jars>().wait_for(token, Duration::from_secs(10)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_missed_an_append_are_built_again_in_place() {
    let (fixture, store, jars) = with_jars().await;
    jars.execute(put_in(5)).await.unwrap();
    Repository::<Jar, _>::new(fixture.store.clone()).execute(put_in(6)).await.unwrap();
    assert_eq!(fixture.number(IN_ADAS).await, 5);

    store.rebuild_inline(Jars).await.unwrap();

    assert_eq!(fixture.number(IN_ADAS).await, 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_no_projection_costs_no_row() {
    let (fixture, store, _) = with_jars().await;

    store.append(append("other", exact(0), 3)).await.unwrap();

    assert_eq!(fixture.number("SELECT count(*) FROM jars.jar").await, 0);
    assert_eq!(fixture.versions("other").await, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_waits_for_a_row_that_somebody_holds() {
    let (fixture, _, jars) = with_jars().await;
    jars.execute(put_in(5)).await.unwrap();
    let mut tx = fixture.pool.begin().await.unwrap();
    sqlx::query("UPDATE jars.jar SET cents = cents + 100").execute(&mut *tx).await.unwrap();

    let waiting = tokio::spawn(async move { jars.execute(put_in(7)).await });
    // Longer than all slices of waiting that a contended append is tried for.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(!waiting.is_finished());
    tx.commit().await.unwrap();

    waiting.await.unwrap().unwrap();
    assert_eq!(fixture.number(IN_ADAS).await, 112);
}

/// Notes every coin once, whatever is built again.
#[derive(Projection)]
#[projection(name = "notices", version = 1, effects(Put), start = now, db = PgConnection)]
struct Notices;

impl ReadModel<PgConnection> for Notices {}

impl React<Put, PgConnection> for Notices {
    async fn react(&self, event: Recorded<Put>, db: &mut PgConnection) -> Result<(), ProjectError> {
        let notice = sqlx::query("INSERT INTO public.notice VALUES ($1)").bind(event.event.cents);
        notice.execute(db).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn effects_are_had_with_the_append_and_not_when_rows_are_filled() {
    let fixture = fixture().await;
    sqlx::query("CREATE TABLE notice (cents bigint)").execute(&fixture.pool).await.unwrap();
    Repository::<Jar, _>::new(fixture.store.clone()).execute(put_in(1)).await.unwrap();

    let store = fixture.store.inline(Notices).await.unwrap();
    let before = fixture.number("SELECT count(*) FROM notice").await;
    Repository::<Jar, _>::new(store.clone()).execute(put_in(2)).await.unwrap();
    store.rebuild_inline(Notices).await.unwrap();

    assert_eq!(before, 0);
    assert_eq!(fixture.number("SELECT sum(cents)::bigint FROM notice").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inline_projection_lacks_nothing_and_is_healthy() {
    let (fixture, _, jars) = with_jars().await;
    jars.execute(put_in(5)).await.unwrap();
    let projections = Projections::new(fixture.store.clone(), fixture.store.projections());

    let status = projections.status().await.unwrap();
    let health =
        projections.health(&Thresholds::default().with_unheld(Duration::ZERO)).await.unwrap();

    assert_eq!((status[0].lag.events, status[0].lag.time), (0, Duration::ZERO));
    assert_eq!(health.to_string(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_not_transformed_past_an_inline_projection() {
    let (_fixture, store, jars) = with_jars().await;
    jars.execute(put_in(5)).await.unwrap();
    let stream = StreamId::of::<Jar>(&"ada".to_owned()).unwrap();
    let (mia, why) = (Actor::new("mia").unwrap(), Reason::new("wrong").unwrap());

    let keep = |event: RecordedEvent| {
        let event = NewEvent::new(event.event, event.metadata);
        Ok::<_, std::convert::Infallible>(Rewrite::from(event))
    };
    let error = store.transform(Transform::new(stream, mia, why), keep).await.unwrap_err();

    let text = chain(&error).join(": ");
    assert!(text.contains("transform with one without, and then call"), "{text}");
    assert_eq!(jars.load(&"ada".to_owned()).await.unwrap().version, Version(1));
}

/// The sizes of what was handed over together.
#[derive(Projection, Clone, Default)]
#[projection(name = "jar-sizes", events(Put), bulk)]
struct Sizes(Arc<Mutex<Vec<usize>>>);

impl ReadModel<PgConnection> for Sizes {
    async fn create(&self, _: &mut PgConnection) -> Result<(), ProjectError> {
        Ok(())
    }
}

impl ProjectAll<PgConnection> for Sizes {
    async fn project_all(
        &self,
        events: &[Recorded<SizesEvent>],
        _: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        self.0.lock().unwrap().push(events.len());
        Ok(())
    }
}

/// A batch of events is one call of the handler, while the rows are filled and in an append.
#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_projection_is_fed_in_bulk() {
    let fixture = fixture().await;
    let many = |count: usize| -> Append {
        let put =
            |nth| NewEvent::of(&JarEvent::from(Put { cents: nth }), Metadata::default()).unwrap();
        let events = (1..=count).map(|nth| put(i64::try_from(nth).unwrap())).collect();
        Append::to("jar/kitchen".parse().unwrap(), ExpectedVersion::Any, events).unwrap()
    };
    fixture.store.append(many(40)).await.unwrap();
    let sizes = Sizes::default();

    let store = fixture.store.inline(sizes.clone()).await.unwrap();
    store.append(many(30)).await.unwrap();

    assert_eq!(*sizes.0.lock().unwrap(), [40, 30]);
}
