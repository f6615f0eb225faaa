//! Commands that meet on one aggregate, in one process and in several: each succeeds, with no option
//! set.
//!
//! A store with a pool of its own knows nothing of another one in the same process: it stands for a
//! process.

use std::time::Duration;

use es_core::StoreErrorKind;
use es_core::prelude::*;
use es_postgres::PgStore;
use es_postgres::sqlx::Executor;
use es_postgres::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::support::{append, fixture, part};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "sold")]
struct Sold {
    number: u64,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "tickets", id = String, events(Sold))]
struct Tickets {
    sold: u64,
}

impl Apply<Sold> for Tickets {
    fn apply(&mut self, event: Sold) {
        assert_eq!(event.number, self.sold + 1, "each ticket is sold once");
        self.sold = event.number;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Tickets, any)]
struct Sell {
    #[command(id)]
    show: String,
}

impl Decide<Sell> for Tickets {
    type Events = Sold;

    fn decide(&self, _: Sell) -> Result<Sold, Self::Error> {
        Ok(Sold { number: self.sold + 1 })
    }
}

type Offices = Repository<Tickets, PgStore>;

/// Each of so many tasks sells so many tickets of one show; how many commands failed.
async fn sell(offices: impl IntoIterator<Item = Offices>, tasks: usize, each: usize) -> usize {
    let mut selling = JoinSet::new();
    for offices in offices {
        for _ in 0..tasks {
            let offices = offices.clone();
            selling.spawn(async move {
                let mut failed = 0;
                for _ in 0..each {
                    let sold = offices.execute(Sell { show: "premiere".into() }).await;
                    failed += usize::from(sold.is_err());
                }
                failed
            });
        }
    }
    selling.join_all().await.into_iter().sum()
}

async fn process(url: &str, connections: u32) -> PgStore {
    let options = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
    PgStore::new(options.connect(url).await.unwrap())
}

async fn sold(store: &PgStore) -> u64 {
    Offices::new(store.clone()).load(&"premiere".into()).await.unwrap().state.sold
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_of_one_process_fails() {
    let fixture = fixture().await;

    let failed = sell([Repository::new(fixture.store.clone())], 100, 20).await;

    assert_eq!((failed, sold(&fixture.store).await), (0, 2_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_of_three_processes_fails() {
    let fixture = fixture().await;
    let mut offices = Vec::new();
    for _ in 0..3 {
        offices.push(Repository::new(process(fixture.database.url(), 5).await));
    }

    let failed = sell(offices, 20, 10).await;

    assert_eq!((failed, sold(&fixture.store).await), (0, 600));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_fails_that_goes_by_itself() {
    let fixture = fixture().await;
    let url = fixture.database.url();
    let unbatched = [process(url, 4).await, process(url, 4).await];

    let failed = sell(unbatched.map(Repository::without_command_batching), 16, 5).await;

    assert_eq!((failed, sold(&fixture.store).await), (0, 160));
}

#[tokio::test(flavor = "multi_thread")]
async fn pools_of_one_and_of_two_connections_are_enough() {
    let fixture = fixture().await;
    let url = fixture.database.url();
    let stores = [process(url, 1).await, process(url, 2).await, process(url, 1).await];

    let failed = sell(stores.map(Repository::new), 8, 10).await;

    assert_eq!((failed, sold(&fixture.store).await), (0, 240));
}

/// Without a lock it would have to be faster than eight others, each time.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_starves_beside_a_busy_process() {
    let fixture = fixture().await;
    let url = fixture.database.url();
    let busy = Repository::new(process(url, 4).await);
    let busy = tokio::spawn(sell([busy], 8, 100));
    let small = Repository::without_command_batching(process(url, 1).await);

    let mut longest = Duration::ZERO;
    while !busy.is_finished() {
        let began = Instant::now();
        small.execute(Sell { show: "premiere".into() }).await.unwrap();
        longest = longest.max(began.elapsed());
    }

    assert_eq!(busy.await.unwrap(), 0);
    assert!(longest < Duration::from_secs(5), "{longest:?}");
}

const SOON: Duration = Duration::from_secs(30);
const LONG: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_kept_and_not_used_is_over_after_a_moment() {
    let fixture = fixture().await;
    let lock =
        fixture.store.lock(&append("a", ExpectedVersion::Any, 1), LONG).await.unwrap().unwrap();

    let other = timeout(SOON, fixture.put("a", ExpectedVersion::NoStream, 1)).await;

    other.expect("it does not wait for ever").unwrap();
    let late = lock.append(append("a", ExpectedVersion::Any, 1)).await.unwrap_err();
    let AppendError::Store(late) = late else { panic!("{late:?}") };
    assert_eq!(late.kind(), StoreErrorKind::Contention);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_dropped_is_over_at_once() {
    let fixture = fixture().await;
    let draft = append("a", ExpectedVersion::Any, 1);
    let lock = fixture.store.lock(&draft, LONG).await.unwrap();
    let (store, next) = (fixture.store.clone(), draft.clone());
    let next =
        tokio::spawn(async move { store.lock(&next, LONG).await.map(|lock| lock.is_some()) });
    fixture.until_waiting(1).await;

    let began = Instant::now();
    drop(lock);
    assert!(next.await.unwrap().unwrap());

    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_no_turn_in_time_is_told() {
    let fixture = fixture().await;
    let draft = append("a", ExpectedVersion::Any, 1);
    let _lock = fixture.store.lock(&draft, LONG).await.unwrap();

    let other = fixture.store.lock(&draft, Duration::from_millis(50)).await;

    assert_eq!(other.unwrap_err().kind(), StoreErrorKind::Contention);
}

/// Ten streams become free one after another: each of them within the limit, and all of them beyond it.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_for_a_lock_is_one_for_all_of_its_streams() {
    let fixture = fixture().await;
    let parts = (0..10).map(|nth| part(&format!("s{nth}"), ExpectedVersion::Any, 1));
    let draft = Append::new(parts.collect()).unwrap();
    let mut holder = fixture.pool.acquire().await.unwrap();
    holder
        .execute(
            "CREATE VIEW held AS SELECT hashtext('account/s' || nth) AS key \
                    FROM generate_series(0, 9) nth ORDER BY 1",
        )
        .await
        .unwrap();
    holder.execute("SELECT pg_advisory_lock(1163067393, key) FROM held").await.unwrap();
    let store = fixture.store.clone();
    let waiting = tokio::spawn(async move { store.lock(&draft, Duration::from_secs(1)).await });
    fixture.until_waiting(1).await;

    let one_by_one = "SELECT pg_sleep(0.25), pg_advisory_unlock(1163067393, key) FROM held";
    holder.execute(one_by_one).await.unwrap();

    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), StoreErrorKind::Contention);
}

/// The wait was for an hour. Its session ends with the last handle on the store, which is that of whoever
/// waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_not_waited_for_on_behalf_of_a_caller_that_has_gone() {
    let fixture = fixture().await;
    let draft = append("a", ExpectedVersion::Any, 1);
    let mut holder = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut holder, draft.clone()).await.unwrap();
    let address: PgConnectOptions = fixture.database.url().parse().unwrap();
    let options = PgPoolOptions::new().max_connections(1);
    let pool = options.connect_with(address.application_name("gone")).await.unwrap();
    let store = PgStore::new(pool);
    let waiting = tokio::spawn(async move { store.lock(&draft, Duration::from_hours(1)).await });
    fixture.until_waiting(1).await;

    waiting.abort();

    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gone'";
    fixture.until(sessions, 0).await;
    holder.commit().await.unwrap();
}

const SLOW: &str = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql \
                    AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$; \
                    CREATE TRIGGER slow BEFORE INSERT ON es.events \
                    FOR EACH ROW EXECUTE FUNCTION slow()";

/// Work under the lock has the time that the service gives its statements.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_for_a_lock_is_none_for_its_append() {
    let fixture = fixture().await;
    fixture.pool.execute(SLOW).await.unwrap();
    let draft = append("a", ExpectedVersion::Any, 1);

    let lock = fixture.store.lock(&draft, Duration::from_millis(200)).await.unwrap().unwrap();

    lock.append(draft).await.unwrap();
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "night-booked")]
struct Booked {
    #[event(tag)]
    night: u32,
    guest: usize,
}

/// A night, free or taken.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Booked))]
struct Night {
    #[decision_model(tag)]
    night: u32,
    booked: bool,
}

impl Apply<Booked> for Night {
    fn apply(&mut self, _: Booked) {
        self.booked = true;
    }
}

/// A wish for one night.
#[derive(Clone, Debug)]
struct Book {
    night: u32,
    guest: usize,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the night is booked")]
struct Full;

impl Decision for Book {
    type Model = Night;
    type Events = Booked;
    type Error = Full;

    fn model(&self) -> Night {
        Night { night: self.night, booked: false }
    }

    fn decide(&self, night: &Night) -> Result<Booked, Full> {
        if night.booked { Err(Full) } else { Ok(Booked { night: self.night, guest: self.guest }) }
    }
}

/// Two hundred guests at once, for 27 nights: how many were confirmed, and how many refused.
async fn confirmed(processes: &[Decisions<PgStore>]) -> (usize, usize) {
    let mut booking = JoinSet::new();
    for guest in 0..200 {
        let decisions = processes[guest % processes.len()].clone();
        let night = u32::try_from(guest % 27).unwrap();
        booking.spawn(async move { decisions.execute(Book { night, guest }).await });
    }
    let answers = booking.join_all().await;
    let confirmed = answers.iter().filter(|answer| answer.is_ok()).count();
    let full = |answer: &&Result<_, _>| matches!(answer, Err(DecisionError::Rejected(Full)));
    (confirmed, answers.iter().filter(full).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_night_is_confirmed_to_one_of_two_hundred_guests_of_one_process() {
    let fixture = fixture().await;

    let answers = confirmed(&[Decisions::new(fixture.store.clone())]).await;

    assert_eq!(answers, (27, 173));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_night_is_confirmed_to_one_of_two_hundred_guests_of_three_processes() {
    let fixture = fixture().await;
    let mut processes = Vec::new();
    for connections in [1, 2, 5] {
        processes.push(Decisions::new(process(fixture.database.url(), connections).await));
    }

    let answers = confirmed(&processes).await;

    assert_eq!(answers, (27, 173));
}
