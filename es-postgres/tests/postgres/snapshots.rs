//! Snapshots on real tables: what is kept, what is passed over, and that damage never shows.

use es_core::prelude::*;
use es_core::{Fingerprint, Snapshot, SnapshotPage, UnusableSnapshot};
use es_postgres::sqlx::{self, Executor};
use futures_util::future::join_all;

use crate::support::{Fixture, exact, fixture, stream};

const SHAPE: Fingerprint = Fingerprint(0xfedc_ba98_7654_3210);
const OTHER_SHAPE: Fingerprint = Fingerprint(7);

impl Fixture {
    async fn position(&self, version: u64) -> Position {
        let before = Cursor::After(Version(version - 1));
        self.store.stream_page(&stream("a"), before, 1).await.unwrap()[0].position
    }

    /// A snapshot of the stream `a` as it was at `version`.
    async fn snapshot(&self, shape: Fingerprint, version: u64) -> Snapshot {
        let state = format!(r#"{{"at": {version}}}"#);
        Snapshot::new(shape, Version(version), self.position(version).await, state)
    }

    async fn save(&self, shape: Fingerprint, version: u64, keep: u32) {
        let snapshot = self.snapshot(shape, version).await;
        self.store.save_snapshot(&stream("a"), snapshot, keep).await.unwrap();
    }

    async fn page(&self, shape: Fingerprint, at_most: u64, limit: u32) -> SnapshotPage {
        self.store.snapshot_page(&stream("a"), shape, Version(at_most), limit).await.unwrap()
    }

    async fn until_saved(&self, version: i64) {
        self.until("SELECT coalesce(max(version), 0) FROM es.snapshots", version).await;
    }

    async fn run(&self, sql: &'static str) -> u64 {
        sqlx::query(sql).execute(&self.pool).await.unwrap().rows_affected()
    }
}

/// A stream of ten events, and another one between whose events they stand.
async fn ten_events() -> Fixture {
    let fixture = fixture().await;
    for version in 0..10 {
        fixture.put("a", exact(version), 1).await.unwrap();
        fixture.put("b", exact(version), 1).await.unwrap();
    }
    fixture
}

fn versions(page: &SnapshotPage) -> Vec<u64> {
    page.events.iter().map(|event| event.version.0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_comes_back_with_the_events_after_it() {
    let fixture = ten_events().await;
    fixture.save(SHAPE, 4, 2).await;
    fixture.save(SHAPE, 8, 2).await;

    let newest = fixture.page(SHAPE, u64::MAX, 9).await;
    let older = fixture.page(SHAPE, 7, 2).await;
    let before = fixture.page(SHAPE, 3, 2).await;

    assert_eq!(newest.snapshot, Some(fixture.snapshot(SHAPE, 8).await));
    assert_eq!(versions(&newest), [9, 10]);
    let tail = fixture.store.stream_page(&stream("a"), Cursor::After(Version(8)), 9).await;
    assert_eq!(newest.events, tail.unwrap());
    assert_eq!(older.snapshot, Some(fixture.snapshot(SHAPE, 4).await));
    assert_eq!(versions(&older), [5, 6]);
    assert_eq!((before.snapshot, before.unusable), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_snapshots_or_events_is_read_from_its_beginning() {
    let fixture = ten_events().await;

    let page = fixture.page(SHAPE, u64::MAX, 3).await;
    let missing = fixture.store.snapshot_page(&stream("none"), SHAPE, Version::MAX, 3).await;
    let nowhere = fixture.snapshot(SHAPE, 1).await;
    fixture.store.save_snapshot(&stream("none"), nowhere, 2).await.unwrap();

    assert_eq!((page.snapshot.clone(), versions(&page)), (None, vec![1, 2, 3]));
    assert_eq!(missing.unwrap(), SnapshotPage::new(None, Vec::new()));
    assert_eq!(fixture.number("SELECT count(*) FROM es.snapshots").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_are_kept_whatever_their_shapes() {
    let fixture = ten_events().await;

    for (shape, version) in [(SHAPE, 2), (OTHER_SHAPE, 4), (SHAPE, 6), (SHAPE, 3), (SHAPE, 6)] {
        fixture.save(shape, version, 2).await;
    }

    assert_eq!(fixture.number("SELECT count(*) FROM es.snapshots").await, 2);
    assert_eq!(fixture.page(SHAPE, 9, 0).await.snapshot.unwrap().version, Version(6));
    assert_eq!(fixture.page(OTHER_SHAPE, 9, 0).await.snapshot.unwrap().version, Version(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_the_same_version_takes_the_place_of_a_damaged_one() {
    let fixture = ten_events().await;
    fixture.save(SHAPE, 6, 2).await;
    fixture.run("UPDATE es.snapshots SET state = '[]', position = 1").await;

    fixture.save(SHAPE, 6, 2).await;

    let page = fixture.page(SHAPE, 9, 0).await;
    assert_eq!(page.snapshot, Some(fixture.snapshot(SHAPE, 6).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_shape_is_passed_over_and_told() {
    let fixture = ten_events().await;
    fixture.save(OTHER_SHAPE, 8, 2).await;

    let page = fixture.page(SHAPE, u64::MAX, 3).await;

    assert_eq!(page.snapshot, None);
    assert_eq!(page.unusable, Some(UnusableSnapshot::OtherShape));
    assert_eq!(versions(&page), [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_history_is_passed_over_and_told() {
    let fixture = ten_events().await;
    fixture.save(SHAPE, 10, 2).await;
    for sql in [
        "UPDATE es.snapshots SET position = position + 1",
        "UPDATE es.snapshots SET position = position - 1, version = 11",
        "UPDATE es.snapshots SET version = 10; DELETE FROM es.events WHERE version = 10",
    ] {
        fixture.pool.execute(sql).await.unwrap();

        let page = fixture.page(SHAPE, u64::MAX, 3).await;

        assert_eq!(page.snapshot, None, "{sql}");
        assert_eq!(page.unusable, Some(UnusableSnapshot::OtherHistory), "{sql}");
        assert_eq!(versions(&page), [1, 2, 3], "{sql}");
    }
}

/// The events were restored to an earlier moment and the snapshots were not; since then the stream has
/// grown to the same version, at the same position, with another event.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_from_ahead_is_not_believed_when_the_stream_has_grown_to_it() {
    let fixture = ten_events().await;
    fixture.save(SHAPE, 10, 2).await;
    fixture.run("UPDATE es.events SET id = gen_random_uuid()").await;

    let page = fixture.page(SHAPE, u64::MAX, 3).await;

    assert_eq!(page.snapshot, None);
    assert_eq!(page.unusable, Some(UnusableSnapshot::OtherHistory));
    assert_eq!(versions(&page), [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_snapshot_stands_in_for_one_that_will_not_do() {
    let fixture = ten_events().await;
    fixture.save(SHAPE, 4, 2).await;
    fixture.save(SHAPE, 8, 2).await;
    fixture.run("UPDATE es.snapshots SET position = position + 1 WHERE version = 8").await;

    let page = fixture.page(SHAPE, u64::MAX, 1).await;

    assert_eq!(page.snapshot.clone().unwrap().version, Version(4));
    assert_eq!((page.unusable, versions(&page)), (None, vec![5]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_of_snapshots_and_events_are_in_nobodys_way() {
    let fixture = ten_events().await;
    let snapshots: Vec<_> =
        join_all((1..=10).map(|version| fixture.snapshot(SHAPE, version))).await;
    let saves = (0..200).map(|nth| {
        let (store, snapshot) = (fixture.store.clone(), snapshots[nth * 7 % 10].clone());
        async move { store.save_snapshot(&stream("a"), snapshot, 2).await }
    });

    let (answers, appended) = tokio::join!(join_all(saves), fixture.put("a", exact(10), 1));

    for answer in answers {
        answer.unwrap();
    }
    appended.unwrap();
    fixture.save(SHAPE, 10, 2).await;
    assert_eq!(fixture.number("SELECT count(*) FROM es.snapshots").await, 2);
    let page = fixture.page(SHAPE, u64::MAX, 9).await;
    assert_eq!(page.snapshot, Some(fixture.snapshot(SHAPE, 10).await));
    assert_eq!(versions(&page), [11]);
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "counted")]
struct Counted {
    by: i64,
}

#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[aggregate(name = "counter", id = String, events(Counted), snapshot(every = 10))]
struct Counter {
    total: i64,
    last: Option<i64>,
}

impl Apply<Counted> for Counter {
    fn apply(&mut self, event: Counted) {
        self.total = self.total.wrapping_mul(31).wrapping_add(event.by);
        self.last = Some(event.by);
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Counter, any)]
struct Count {
    #[command(id)]
    counter: String,
    by: i64,
}

impl Decide<Count> for Counter {
    type Events = Counted;

    fn decide(&self, count: Count) -> Result<Counted, Self::Error> {
        Ok(Counted { by: count.by })
    }
}

fn doors() -> String {
    "doors".into()
}

/// A counter that was executed thirty-three times, its state after each, and its two snapshots.
async fn thirty_three_commands()
-> (Fixture, Repository<Counter, es_postgres::PgStore>, Vec<Counter>) {
    let fixture = fixture().await;
    let counters = Repository::<Counter, _>::new(fixture.store.clone());
    let mut states = vec![Counter::default()];
    for by in 1..=33 {
        let done = counters.execute(Count { counter: doors(), by }).await.unwrap();
        states.push(done.state);
        if by % 10 == 0 {
            // The next snapshot of a stream begins when the one before is done.
            fixture.until_saved(by).await;
        }
    }
    (fixture, counters, states)
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_leave_snapshots_and_the_past_is_the_same_with_them() {
    let (fixture, counters, states) = thirty_three_commands().await;

    let kept = "SELECT string_agg(version || ':' || state, ' ' ORDER BY version) FROM es.snapshots";
    let kept: String = sqlx::query_scalar(kept).fetch_one(&fixture.pool).await.unwrap();

    let state = |nth: usize| serde_json::to_string(&states[nth]).unwrap();
    assert_eq!(kept, format!("20:{} 30:{}", state(20), state(30)));
    for (version, state) in (0..).zip(&states) {
        let then = counters.load_at(&doors(), Version(version)).await.unwrap();
        assert_eq!(then.state, *state, "version {version}");
        let as_of = counters.load_as_of(&doors(), then.position).await.unwrap();
        assert_eq!(as_of, then);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_the_snapshots_the_state_is_that_of_the_events() {
    let (fixture, counters, states) = thirty_three_commands().await;
    fixture.run("CREATE TABLE sound AS SELECT * FROM es.snapshots").await;
    for damage in [
        "UPDATE es.snapshots SET state = '{}'",
        r#"UPDATE es.snapshots SET state = '{"total": "many", "last": null}'"#,
        "UPDATE es.snapshots SET state = 'null'",
        "UPDATE es.snapshots SET shape = shape + 1",
        "UPDATE es.snapshots SET position = position + 1",
        "UPDATE es.snapshots SET version = version + 1000",
        "DELETE FROM es.snapshots",
    ] {
        fixture.run("DELETE FROM es.snapshots").await;
        fixture.run("INSERT INTO es.snapshots SELECT * FROM sound").await;
        fixture.run(damage).await;

        let loaded = counters.load(&doors()).await.unwrap();

        assert_eq!(loaded.state, states[33], "{damage}");
        assert_eq!(loaded.version, Version(33));
    }
    counters.execute(Count { counter: doors(), by: 1 }).await.unwrap();
    fixture.until_saved(33).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_does_not_wait_for_its_snapshot() {
    let fixture = fixture().await;
    let counters = Repository::<Counter, _>::new(fixture.store.clone());
    let mut locked = fixture.pool.begin().await.unwrap();
    locked.execute("LOCK TABLE es.snapshots IN EXCLUSIVE MODE").await.unwrap();

    for by in 1..=25 {
        counters.execute(Count { counter: doors(), by }).await.unwrap();
    }

    fixture.until_waiting(1).await;
    let loaded = counters.load(&doors()).await.unwrap();
    assert_eq!(loaded.version, Version(25));
    locked.rollback().await.unwrap();
    fixture.until_saved(10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_does_not_fail_with_its_snapshot() {
    let fixture = fixture().await;
    let counters = Repository::<Counter, _>::new(fixture.store.clone());
    let refuse = "ALTER TABLE es.snapshots ADD CONSTRAINT no_room CHECK (false)";
    fixture.pool.execute(refuse).await.unwrap();

    for by in 1..=25 {
        counters.execute(Count { counter: doors(), by }).await.unwrap();
    }

    assert_eq!(counters.load(&doors()).await.unwrap().version, Version(25));
    assert_eq!(fixture.number("SELECT count(*) FROM es.snapshots").await, 0);
}
