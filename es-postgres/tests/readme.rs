//! The README's code, run and compiled. What stands there stands here, to the letter, in one file as
//! whoever pastes it has it; `pasted.rs` does that as well.

use es_core::prelude::*;
use es_postgres::{PgStore, sqlx};
use es_testing::postgres::TestDatabase;

use readme::{Account, AccountEvent, Day, Deposited, Measured, Meter, MeterEvent, Withdraw};

#[rustfmt::skip]
#[expect(unreachable_pub, reason = "a reader's first aggregate is public")]
mod readme {
// The first aggregate of the README begins.
// src/lib.rs. What is shown further down goes below it, in the same file.
use es_core::prelude::*;
#[cfg(test)]
use es_testing::prelude::*;

/// Facts, in the past tense. The name is what is stored: rename the struct as you like.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited")]
pub struct Deposited { pub cents: u32 }

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-withdrawn")]
pub struct Withdrawn { pub cents: u32 }

/// The state, and the list of all that can happen to it.
#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events(Deposited, Withdrawn), error = Refusal)]
pub struct Account { cents: i64 }

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("{missing} cents are missing")]
    InsufficientFunds { missing: i64 },
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) { self.cents += i64::from(event.cents); }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) { self.cents -= i64::from(event.cents); }
}

/// A wish: which aggregate, which field names it. It needs an account that exists.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Withdraw { #[command(id)] pub account: String, pub cents: u32 }

/// A decision: from the state and the wish to what happens, or to a refusal.
impl Decide<Withdraw> for Account {
    type Events = Withdrawn;

    fn decide(&self, wish: Withdraw) -> Result<Withdrawn, Refusal> {
        let missing = i64::from(wish.cents) - self.cents;
        if missing > 0 {
            return Err(Refusal::InsufficientFunds { missing });
        }
        Ok(Withdrawn { cents: wish.cents })
    }
}

#[test]
fn an_overdraft_is_refused() {
    Account::given(Deposited { cents: 100 })
        .when(Withdraw { account: "ada".into(), cents: 300 })
        .then_rejected(Refusal::InsufficientFunds { missing: 200 });
}
// The first aggregate of the README ends.

// The service of the README begins.
use es_postgres::PgStore;
use es_postgres::sqlx::{self, PgPool};

fn ada() -> String { "ada".into() }
fn bob() -> String { "bob".into() }

pub async fn pay(pool: PgPool) -> Result<(), Box<dyn std::error::Error>> {
    let store = PgStore::new(pool.clone());             // your pool
    store.migrate().await?;                             // schema `es`, with a migrations table of its own
    let accounts = Repository::<Account, _>::new(store.clone());

    // Load, decide, append; once more if somebody else was faster.
    let done = accounts.execute(Withdraw { account: ada(), cents: 300 }).await?;
    println!("version {}, position {:?}", done.version, done.position());

    // The past.
    let before = accounts.load_at(&ada(), Version(2)).await?;
    let this_morning: Timestamp = "2026-11-21T08:00:00Z".parse()?;
    let then = accounts.load_as_of(&ada(), this_morning).await?;
    println!("{} cents, {} this morning", before.state.cents, then.state.cents);

    // Several aggregates, one append, all or nothing.
    let mut work = UnitOfWork::new(store.clone(), Metadata::default());
    work.execute(Withdraw { account: ada(), cents: 5 }).await?;
    work.execute(Withdraw { account: bob(), cents: 5 }).await?;
    work.commit().await?;

    // Decisions and your own rows, one transaction.
    let mut work = UnitOfWork::new(store.clone(), Metadata::default());
    work.execute(Withdraw { account: ada(), cents: 5 }).await?;
    let mut tx = pool.begin().await?;
    sqlx::query("UPDATE orders SET paid = true").execute(&mut *tx).await?;
    if let Some(append) = work.into_append() {
        store.append_within(&mut tx, append).await?;    // a conflict, if somebody was faster
    }
    tx.commit().await?;
    Ok(())
}
// The service of the README ends.

// The long streams of the README begins.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "measured")]
pub struct Measured { pub day: Day }

/// A copy of the state is kept for every hundred events: a load reads it and what came after it.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[aggregate(name = "meter", id = String, events(Measured), snapshot(every = 100))]
pub struct Meter { days: Vec<Day> }

/// A type within such a state: its shape tells whether an old copy can still be read.
#[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Day { watt_hours: u64 }

impl Apply<Measured> for Meter {
    fn apply(&mut self, event: Measured) { self.days.push(event.day); }
}

pub fn meters(store: PgStore) -> Repository<Meter, PgStore> {
    Repository::new(store)
        .with_cache(10_000)     // remembers so many states: a command needs no read
}
// The long streams of the README ends.

// The read model of the README begins.
use es_postgres::sqlx::PgConnection;
#[cfg(test)]
use serde_json::json;

/// What each account holds, in a table to be read with SQL.
#[derive(Projection, Default)]
#[projection(name = "balances", version = 1, events(Deposited, Withdrawn), db = PgConnection)]
pub struct Balances;

impl ReadModel<PgConnection> for Balances {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        sqlx::query("CREATE TABLE account (id text PRIMARY KEY, cents bigint)").execute(db).await?;
        Ok(())
    }
}

impl Project<Deposited, PgConnection> for Balances {
    async fn project(&self, event: Recorded<Deposited>, db: &mut PgConnection) -> Result<(), ProjectError> {
        add(event.stream, event.event.cents.into(), db).await
    }
}

impl Project<Withdrawn, PgConnection> for Balances {
    async fn project(&self, event: Recorded<Withdrawn>, db: &mut PgConnection) -> Result<(), ProjectError> {
        add(event.stream, -i64::from(event.event.cents), db).await
    }
}

async fn add(account: StreamId, cents: i64, db: &mut PgConnection) -> Result<(), ProjectError> {
    let upsert = "INSERT INTO account VALUES ($1, $2)
                  ON CONFLICT (id) DO UPDATE SET cents = account.cents + excluded.cents";
    sqlx::query(upsert).bind(account.key().to_string()).bind(cents).execute(db).await?;
    Ok(())
}

#[tokio::test]
async fn deposits_add_up() {
    Balances::given_in("account/ada", (Deposited { cents: 100 }, Withdrawn { cents: 30 }))
        .then_rows("SELECT id, cents FROM account", json!([{ "id": "ada", "cents": 70 }]))
        .await;
}
// The read model of the README ends.

// The projections of the README begins.
use std::time::Duration;

use es_core::projection::{Projections, Thresholds};

pub async fn show(pool: PgPool) -> Result<(), Box<dyn std::error::Error>> {
    let store = PgStore::new(pool.clone());
    let accounts = Repository::<Account, _>::new(store.clone());
    let projections = Projections::new(store.clone(), store.projections());
    let running = projections.run(Balances).await?;     // on every process of the service: they share the work

    let done = accounts.execute(Withdraw { account: ada(), cents: 5 }).await?;
    if let Some(token) = done.token() {                 // goes along in the header `es-token`
        projections.wait_for::<Balances>(token, Duration::from_secs(2)).await?;
    }
    let cents: i64 = sqlx::query_scalar("SELECT cents FROM balances.account WHERE id = 'ada'").fetch_one(&pool).await?;
    println!("{cents} cents; {}", projections.health(&Thresholds::default()).await?);
    running.stop().await;                               // finishes what it has in hand
    Ok(())
}
// The projections of the README ends.

// The rule over several streams of the README begins.
/// A fact about two things: its tags find it by each of them.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed")]
pub struct Subscribed {
    #[event(tag, home)] pub course: String,
    #[event(tag)] pub student: String,
}

/// A course, with every subscription that has its tag.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed))]
pub struct Course { #[decision_model(tag)] course: String, taken: u32 }

/// And of a student.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed))]
pub struct Student { #[decision_model(tag)] student: String, attends: u32 }

impl Apply<Subscribed> for Course {
    fn apply(&mut self, _: Subscribed) { self.taken += 1; }
}

impl Apply<Subscribed> for Student {
    fn apply(&mut self, _: Subscribed) { self.attends += 1; }
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("no seat is free, or the student attends three courses already")]
pub struct Refused;

#[derive(Clone, Debug)]
pub struct Subscribe { pub course: String, pub student: String }

impl Decision for Subscribe {
    type Model = (Course, Student);
    type Events = Subscribed;
    type Error = Refused;

    fn model(&self) -> (Course, Student) {
        let Subscribe { course, student } = self.clone();
        (Course { course, taken: 0 }, Student { student, attends: 0 })
    }

    fn decide(&self, (course, student): &(Course, Student)) -> Result<Subscribed, Refused> {
        if course.taken >= 20 || student.attends >= 3 { return Err(Refused); }
        let Subscribe { course, student } = self.clone();
        Ok(Subscribed { course, student })
    }
}

#[test]
fn a_student_attends_three_courses() {
    let attends = |course: &str| Subscribed { course: course.into(), student: "ada".into() };

    decision::given(["latin", "greek", "rust"].map(attends))
        .when(Subscribe { course: "maths".into(), student: "ada".into() })
        .then_rejected(Refused);
}
// The rule over several streams of the README ends.
}

/// Tests that a newcomer would try next.
mod laws_of_the_first_aggregate {
    use super::{Account, Withdraw};

    es_testing::laws!(Account, commands = [|cents| Withdraw { account: "ada".into(), cents }]);
}

/// A snapshot of a meter is the meter.
#[tokio::test(flavor = "multi_thread")]
async fn meters_are_loaded_as_any_other() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    let day: Day = serde_json::from_str(r#"{"watt_hours":7}"#).expect("a day");
    let measured = MeterEvent::from(Measured { day });
    let event = NewEvent::of(&measured, Metadata::default()).expect("JSON");
    let stream = StreamId::of::<Meter>(&"m1".into()).expect("a plain name");
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![event]).expect("one part");
    store.append(append).await.expect("a new stream");

    let meter = readme::meters(store).load(&"m1".into()).await.expect("it loads");

    let state = serde_json::to_string(&meter.state).expect("JSON");
    assert_eq!(state, r#"{"days":[{"watt_hours":7}]}"#);
}

/// The lines of this file between "`what` of the README begins" and "ends", less their indent.
fn here(what: &str) -> String {
    let (begin, end) =
        (format!("// {what} of the README begins."), format!("// {what} of the README ends."));
    let lines = include_str!("readme.rs").lines().map(str::trim_end);
    let between = lines.skip_while(|line| line.trim() != begin).skip(1);
    let lines: Vec<_> = between.take_while(|line| line.trim() != end).collect();
    let indent = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let text = lines.iter().map(|line| line.get(indent.unwrap_or(0)..).unwrap_or_default());
    text.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_readme_shows_the_code_of_this_file() {
    let readme = include_str!("../../README.md");

    let snippets = [
        "The first aggregate",
        "The service",
        "The long streams",
        "The read model",
        "The projections",
        "The rule over several streams",
    ];
    for what in snippets {
        let here = here(what);
        assert!(here.lines().count() > 8, "{what} is missing here");
        assert!(readme.contains(&here), "the README shows other code than this:\n{here}");
    }
    assert!(here("The first aggregate").lines().count() < 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_does_what_the_readme_says() {
    let database = TestDatabase::create().await;
    let pool = sqlx::PgPool::connect(database.url()).await.expect("the database is there");
    sqlx::query("CREATE TABLE orders (paid boolean)").execute(&pool).await.expect("a table");
    let store = PgStore::new(pool.clone());
    store.migrate().await.expect("the database is empty");
    for name in ["ada", "bob"] {
        let deposited = AccountEvent::from(Deposited { cents: 1000 });
        let events = (0..2).map(|_| NewEvent::of(&deposited, Metadata::default()).expect("JSON"));
        let stream = StreamId::of::<Account>(&name.to_owned()).expect("a plain name");
        let append = Append::to(stream, ExpectedVersion::NoStream, events.collect());
        store.append(append.expect("one part")).await.expect("a new stream");
    }

    readme::pay(pool.clone()).await.expect("each step of it works");

    let accounts = Repository::<Account, _>::new(store.clone());
    let versions = [
        accounts.load(&"ada".into()).await.expect("it loads").version,
        accounts.load(&"bob".into()).await.expect("it loads").version,
    ];
    assert_eq!(versions, [Version(5), Version(3)]);
    readme::show(pool.clone()).await.expect("and the read model");
    let cents = sqlx::query_scalar::<_, i64>("SELECT cents FROM balances.account WHERE id = 'ada'");
    assert_eq!(cents.fetch_one(&pool).await.expect("it has a row"), 1685);
}
