//! The code of the README and of the chapters that continue it, compiled and run. The documents show it to
//! the letter.

use std::panic::catch_unwind;
use std::thread;

use es_core::prelude::*;
use es_postgres::{PgStore, sqlx};
use es_testing::Scenario;
use es_testing::postgres::TestDatabase;

use readme::{Account, AccountError, AccountEvent, Deposited, Withdraw};

const README: &str = include_str!("../../README.md");
const TESTING: &str = include_str!("../../es-testing/guide/testing.md");
const PRODUCTION: &str = include_str!("../guide/running-in-production.md");

#[rustfmt::skip]
#[expect(unreachable_pub, reason = "a reader's first aggregate is public")]
mod readme {
// The first aggregate begins.
// src/lib.rs
use es_core::prelude::*;
#[cfg(test)]
use es_testing::prelude::*;

/// Events are facts, in the past tense. The name is what is stored: the struct may be renamed.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited")]
pub struct Deposited { pub cents: u32 }

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-withdrawn")]
pub struct Withdrawn { pub cents: u32 }

/// The state, and the list of all events that can change it.
#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events(Deposited, Withdrawn), error = AccountError)]
pub struct Account { cents: i64 }

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum AccountError {
    #[error("{missing} cents are missing")]
    InsufficientFunds { missing: i64 },
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) { self.cents += i64::from(event.cents); }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) { self.cents -= i64::from(event.cents); }
}

/// A request to an account that exists; `id` marks the field that names the account.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Withdraw { #[command(id)] pub account: String, pub cents: u32 }

/// The decision: a pure function from state and command to events, or to a rejection.
impl Decide<Withdraw> for Account {
    type Events = Withdrawn;

    fn decide(&self, command: Withdraw) -> Result<Withdrawn, AccountError> {
        let missing = i64::from(command.cents) - self.cents;
        if missing > 0 {
            return Err(AccountError::InsufficientFunds { missing });
        }
        Ok(Withdrawn { cents: command.cents })
    }
}

#[test]
fn an_overdraft_is_rejected() {
    Account::given(Deposited { cents: 100 })
        .when(Withdraw { account: "ada".into(), cents: 300 })
        .then_rejected(AccountError::InsufficientFunds { missing: 200 });
}
// The first aggregate ends.

// The service begins.
use es_postgres::PgStore;
use es_postgres::sqlx::{self, PgPool};

pub async fn pay(pool: PgPool) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let store = PgStore::new(pool);                     // your pool
    store.migrate().await?;                             // schema `es`, with a migrations table of its own
    let accounts = Repository::<Account, _>::new(store.clone());
    // The account exists and has enough money.
    let withdraw = |cents| Withdraw { account: "ada".into(), cents };

    // Loads, decides and appends; retries on a version conflict, for up to ten seconds.
    let done = accounts.execute(withdraw(300)).await?;
    println!("version {}, position {:?}", done.version, done.position());

    // The state at an earlier version.
    let before = accounts.load_at(&"ada".to_owned(), Version(2)).await?;
    println!("{} cents before", before.state.cents);

    // Events and rows of your own in one transaction.
    store
        .transact(Metadata::default(), async |work| {
            work.execute(withdraw(5)).await?;
            sqlx::query("UPDATE orders SET paid = true").execute(work.connection().await?).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        })
        .await
}
// The service ends.

// The read model begins.
use es_postgres::sqlx::PgConnection;
#[cfg(test)]
use serde_json::json;

/// The balance of each account, in a table to be read with SQL.
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
// The read model ends.

// The projections begins.
use std::time::Duration;

use es_core::projection::{Projections, Thresholds};

pub async fn show(pool: PgPool) -> Result<(), Box<dyn std::error::Error>> {
    let store = PgStore::new(pool.clone());
    let accounts = Repository::<Account, _>::new(store.clone());
    let projections = Projections::new(store.clone(), store.projections());
    let running = projections.run(Balances).await?;     // in every process of the service: they share the work

    let done = accounts.execute(Withdraw { account: "ada".into(), cents: 5 }).await?;
    if let Some(token) = done.token() {                 // to read your own write; over HTTP in a header, `es-token`
        projections.of::<Balances>().wait_for(token, Duration::from_secs(2)).await?;
    }
    let cents: i64 = sqlx::query_scalar("SELECT cents FROM balances.account WHERE id = 'ada'").fetch_one(&pool).await?;
    println!("{cents} cents; {}", projections.health(&Thresholds::default()).await?);
    running.stop().await;                               // finishes the batch in hand
    Ok(())
}
// The projections ends.
}

/// Tests that a newcomer would try next.
mod laws_of_the_first_aggregate {
    use super::{Account, Withdraw};

    es_testing::laws!(Account, commands = [|cents| Withdraw { account: "ada".into(), cents }]);
}

/// The lines of this file between "`what` begins" and "ends", less their indent.
fn here(what: &str) -> String {
    let (begin, end) = (format!("// {what} begins."), format!("// {what} ends."));
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
fn the_documents_show_the_code_of_this_file() {
    let snippets = [
        ("The first aggregate", README),
        ("The service", README),
        ("The read model", TESTING),
        ("The projections", PRODUCTION),
    ];
    for (what, document) in snippets {
        let here = here(what);
        assert!(here.lines().count() > 8, "{what} is missing here");
        assert!(document.contains(&here), "the document shows other code than this:\n{here}");
    }
    assert!(here("The first aggregate").lines().count() < 60);
    assert!(README.lines().count() < 200);
}

/// The report in the README is the one that the test prints there.
#[test]
fn the_readme_shows_a_report_as_it_is_printed() {
    let wrong = || {
        Account::given(Deposited { cents: 100 })
            .when(Withdraw { account: "ada".into(), cents: 300 })
            .then_rejected(AccountError::InsufficientFunds { missing: 100 });
    };
    // A report begins with the name of its test, which is that of the thread.
    let test = thread::Builder::new().name("an_overdraft_is_rejected".to_owned());

    let failed =
        test.spawn(move || catch_unwind(wrong)).expect("a thread").join().expect("it is caught");

    let report = failed.expect_err("the expectation is wrong");
    let report = report.downcast_ref::<String>().expect("a report is a text");
    let (first, others) = report.split_once('\n').expect("a report has several lines");
    let (sentence, _place) = first.rsplit_once("      ").expect("it ends with its place");
    let line = here("The first aggregate");
    let line = 1 + line.lines().position(|line| line.contains(".then_rejected")).expect("the test");
    let shown = format!("```text\n{sentence}      src/lib.rs:{line}\n{}\n```", others.trim_end());
    assert!(README.contains(&shown), "the README shows another report than this:\n{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_does_what_the_readme_says() {
    let database = TestDatabase::create().await;
    let pool = sqlx::PgPool::connect(database.url()).await.expect("the database is there");
    sqlx::query("CREATE TABLE orders (paid boolean)").execute(&pool).await.expect("a table");
    let store = PgStore::new(pool.clone());
    store.migrate().await.expect("the database is empty");
    let deposited = AccountEvent::from(Deposited { cents: 1000 });
    let events = (0..2).map(|_| NewEvent::of(&deposited, Metadata::default()).expect("JSON"));
    let stream = StreamId::of::<Account>(&"ada".to_owned()).expect("a plain name");
    let append = Append::to(stream, ExpectedVersion::NoStream, events.collect());
    store.append(append.expect("one part")).await.expect("a new stream");

    readme::pay(pool.clone()).await.expect("each step of it works");

    let accounts = Repository::<Account, _>::new(store.clone());
    let ada = accounts.load(&"ada".into()).await.expect("it loads");
    assert_eq!(ada.version, Version(4));
    readme::show(pool.clone()).await.expect("and the read model");
    let cents = sqlx::query_scalar::<_, i64>("SELECT cents FROM balances.account WHERE id = 'ada'");
    assert_eq!(cents.fetch_one(&pool).await.expect("it has a row"), 1690);
}
