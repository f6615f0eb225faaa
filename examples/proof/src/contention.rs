//! Contention, with no option set: commands on one aggregate, in one process and in several, and
//! decisions on what is scarce.

use std::time::{Duration, Instant};

use anyhow::Context;
use es_core::prelude::*;
use es_postgres::PgStore;
use sqlx::ConnectOptions;
use tokio::task::JoinSet;

use crate::commands::deposit_by_hand;
use crate::domain::{Account, Deposit};
use crate::report::{Cell, Table};
use crate::scarce::{self, Answers};
use crate::sellers::{self, Sellers};
use crate::server::Database;
use crate::{Run, fill, progress};

/// Attempts of the textbook loop.
const TRIES: u64 = 10;

/// The results of commands.
#[derive(Default)]
pub struct Outcome {
    pub commands: u64,
    pub failed: u64,
    pub longest: Duration,
    pub took: Duration,
}

impl Outcome {
    pub fn join(&mut self, other: &Self) {
        self.commands += other.commands;
        self.failed += other.failed;
        self.longest = self.longest.max(other.longest);
        self.took = self.took.max(other.took);
    }
}

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    progress("contention: 100 tasks in one process");
    let database = run.server.database().await?;
    let each = run.options.count(20, 60);
    let one = in_tasks(&database.store, "one", 100, each).await?;
    progress("contention: three processes");
    let sellers = Sellers {
        url: database.options.to_url_lossy().to_string(),
        account: "three".to_owned(),
        tasks: 20,
        commands: run.options.count(10, 60),
    };
    let three = sellers::processes(3, &sellers).await?;
    progress("contention: decisions");
    let nights = scarce::nights(run, 1).await?;
    let nights_of_three = scarce::nights(run, 3).await?;
    let seats = scarce::seats(run, 1).await?;
    let seats_of_three = scarce::seats(run, 3).await?;
    progress("contention: the textbook");
    let textbook = by_hand(&database, 100, run.options.count(4, 20)).await?;
    let decisions = [
        ("27 nights, 200 guests, one process", nights),
        ("27 nights, 200 guests, three stores", nights_of_three),
        ("a show of 27 seats, 200 guests, one process", seats),
        ("a show of 27 seats, 200 guests, three stores", seats_of_three),
    ];
    let missing = [
        ("100 tasks, one process", &one, there(&database, "one").await?),
        ("20 tasks in each of three processes", &three, there(&database, "three").await?),
    ];
    guarantees(run, &missing, &decisions, &textbook);
    times(run, &missing, &decisions, &textbook);
    Ok(())
}

fn guarantees(
    run: &mut Run,
    commands: &[(&str, &Outcome, u64)],
    decisions: &[(&str, Answers)],
    textbook: &Outcome,
) {
    let about = format!(
        "Commands on one aggregate, decisions on one show and on 27 nights, all at once and with no \
         option set. The textbook has a connection for each of 100 tasks, and gives up after {TRIES} tries."
    );
    let mut table = Table::of_guarantees("Contention", about);
    for (name, outcome, there) in commands {
        let of = format!("{} commands", outcome.commands);
        let failed = (outcome.failed, &of);
        let counted = format!("commands failed: {name}");
        let beside = format!("{} of {}", textbook.failed, textbook.commands);
        table.guarantee_beside(&counted, failed, (beside, "the textbook, 100 tasks"));
        let counted = format!("events too few or too many: {name}");
        table.guarantee(&counted, there.abs_diff(outcome.commands - outcome.failed), &of);
    }
    for (name, answers) in decisions {
        let wrong = answers.confirmed.abs_diff(27) + answers.stored.abs_diff(27);
        table.guarantee(&format!("free in the end, or given twice: {name}"), wrong, "27");
        let counted = format!("requests that gave up: {name}");
        table.guarantee(&counted, answers.gave_up, "200 requests");
    }
    run.report.add(table);
}

fn times(
    run: &mut Run,
    commands: &[(&str, &Outcome, u64)],
    decisions: &[(&str, Answers)],
    textbook: &Outcome,
) {
    let about = "All begin at once, so that the longest is that of whoever is last.";
    let columns = ["who", "commands", "succeeded", "succeeded/s", "longest ms"];
    let mut table = Table::new("Contention: how long", about, &columns);
    let mut row = |name: &str, (all, succeeded): (u64, u64), took: Duration, longest: Duration| {
        table.row(vec![
            Cell::text(name),
            Cell::count(all),
            Cell::count(succeeded),
            Cell::number(crate::measure::per_second(succeeded, took), 0),
            Cell::number(longest.as_secs_f64() * 1000.0, 0),
        ]);
    };
    let commands = commands.iter().map(|(name, outcome, _)| (*name, *outcome));
    for (name, outcome) in commands.chain([("the textbook, 100 tasks", textbook)]) {
        let counts = (outcome.commands, outcome.commands - outcome.failed);
        row(name, counts, outcome.took, outcome.longest);
    }
    for (name, answers) in decisions {
        row(name, (200, answers.confirmed), answers.took, answers.longest);
    }
    run.report.add(table);
}

async fn there(database: &Database, account: &str) -> anyhow::Result<u64> {
    let sql = "SELECT count(*) FROM es.events JOIN es.streams ON streams.id = events.stream \
        WHERE streams.key = $1";
    let there: i64 = sqlx::query_scalar(sql).bind(account).fetch_one(&database.pool).await?;
    Ok(there.try_into()?)
}

/// Runs that many tasks at once, each of that many commands on one account.
pub async fn in_tasks(
    store: &PgStore,
    account: &str,
    tasks: u64,
    each: u64,
) -> anyhow::Result<Outcome> {
    let repository = Repository::<Account, _>::new(store.clone());
    let begun = Instant::now();
    let mut working = JoinSet::new();
    for _ in 0..tasks {
        let (repository, account) = (repository.clone(), account.to_owned());
        working.spawn(async move {
            let mut outcome = Outcome::default();
            for number in 0..each {
                let begun = Instant::now();
                let deposit = Deposit { account: account.clone(), number };
                let failed = repository.execute(deposit).await.is_err();
                outcome.took(begun.elapsed(), failed);
            }
            outcome
        });
    }
    let mut all = Outcome::default();
    for outcome in working.join_all().await {
        all.join(&outcome);
    }
    all.took = begun.elapsed();
    Ok(all)
}

impl Outcome {
    fn took(&mut self, time: Duration, failed: bool) {
        self.commands += 1;
        self.failed += u64::from(failed);
        self.longest = self.longest.max(time);
    }
}

/// The same by hand: read, decide, append, and again if another one was faster, so many times.
async fn by_hand(database: &Database, tasks: usize, each: u64) -> anyhow::Result<Outcome> {
    fill::accounts(&database.pool, "by hand ", 1, 5).await?;
    let begun = Instant::now();
    let mut working = JoinSet::new();
    for mut connection in database.connections(tasks).await? {
        working.spawn(async move {
            let mut outcome = Outcome::default();
            for number in 0..each {
                let (begun, mut failed, mut tries) = (Instant::now(), true, 0);
                while failed && tries < TRIES {
                    failed = !deposit_by_hand(&mut connection, "by hand 0", number).await?;
                    tries += 1;
                }
                outcome.took(begun.elapsed(), failed);
            }
            anyhow::Ok(outcome)
        });
    }
    let mut all = Outcome::default();
    for outcome in working.join_all().await {
        all.join(&outcome.context("the textbook failed otherwise")?);
    }
    all.took = begun.elapsed();
    Ok(all)
}
