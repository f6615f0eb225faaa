//! The history of a real repository, event-sourced and checked against the truth.
//!
//! Each file is an aggregate, each commit one append over its files. Two read models follow: the tree, and
//! what happened in each month. Exits with 0 if the store and its read models tell every tree as it was, 1
//! if not, 2 if the input or the store is at fault, 130 after Ctrl-C.

mod activity;
mod checks;
mod file;
mod history;
mod import;
mod progress;
mod read_model;
mod tree;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::Parser;
use es_core::prelude::*;
use es_core::projection::{MemoryProjections, ProjectionStore};
use es_postgres::PgStore;
use tokio::sync::watch;

use crate::activity::{Activity, Months};
use crate::import::Imported;
use crate::read_model::{NODES, Whole};
use crate::tree::{Files, Tree};

/// Replays the history of a repository into an event store, and verifies it and its read models.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The history: one commit a line, JSON, may be gzipped
    #[arg(long, value_name = "FILE")]
    history: PathBuf,
    /// The true trees: JSON, commit to path to mode and blob, may be gzipped
    #[arg(long, value_name = "FILE")]
    oracle: PathBuf,
    /// Store of the events: `memory`, or the URL of a Postgres database
    #[arg(long, value_name = "STORE", default_value = "memory")]
    store: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match on_store(&arguments).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("repository-history: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn on_store(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.store == "memory" {
        let trees = MemoryProjections::<Tree>::new();
        let activity = MemoryProjections::<Months>::new();
        return run(MemoryStore::new(), trees, activity, arguments).await;
    }
    if !arguments.store.starts_with("postgres://") && !arguments.store.starts_with("postgresql://")
    {
        anyhow::bail!("--store takes `memory` or a URL that begins with `postgres://`");
    }
    let store = PgStore::connect(&arguments.store).await?;
    store.migrate().await?;
    let (trees, activity) = (store.projections(), store.projections());
    run(store, trees, activity, arguments).await
}

/// `trees` and `activity` are where the read models are kept.
async fn run<S, T, A>(
    store: S,
    trees: T,
    activity: A,
    arguments: &Arguments,
) -> anyhow::Result<ExitCode>
where
    S: EventStore,
    T: ProjectionStore,
    A: ProjectionStore,
    Files: Whole<T::Db, Rows = Tree>,
    Activity: Whole<A::Db, Rows = Months>,
{
    let start = Instant::now();
    let oracle = verify::oracle(&arguments.oracle)?;
    let imported = import::import(&store, &arguments.history, &stop_on_ctrl_c())
        .await
        .with_context(|| format!("the history {}", arguments.history.display()))?;
    println!("{}", summary(&imported));
    if imported.interrupted {
        return Ok(ExitCode::from(130));
    }
    let verified = verify::verify(&store, &oracle).await?;
    let trees = checks::trees(&store, &trees, &oracle, &verified).await.context("the tree")?;
    let activity = checks::activity(&store, &activity, &verified).await.context("the activity")?;
    let lists = [&verified.differences, &trees.differences, &activity.differences];
    for difference in lists.into_iter().flatten() {
        println!("{difference}");
    }
    print!("{}", activity.months);
    println!(
        "activity: {} months, live, in the background, rebuilt and on {NODES} nodes: {} differences",
        activity.months.0.len(),
        activity.differences.len(),
    );
    println!(
        "tree: live at {} commits, in the background, rebuilt and on {NODES} nodes: {} differences",
        trees.live,
        trees.differences.len(),
    );
    println!(
        "verified: {} files at {} commits, {} differences, {} events, {:.1} s",
        verified.files,
        verified.commits,
        verified.differences.len(),
        verified.events,
        start.elapsed().as_secs_f64(),
    );
    let is_true = lists.iter().all(|differences| differences.is_empty());
    Ok(if is_true { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn summary(imported: &Imported) -> String {
    match *imported {
        Imported { found, added, interrupted: true } => format!(
            "stopped: {found} commits were there, {added} were added; a further run goes on from here"
        ),
        Imported { found: 0, added, .. } => format!("added {added} commits"),
        Imported { found, added: 0, .. } => {
            format!("nothing to add: the store holds all {found} commits already")
        }
        Imported { found, added, .. } => {
            format!("went on after {found} commits that were there, added {added}")
        }
    }
}

/// Turns true at the first Ctrl-C: the commit that is being stored is finished, none is begun.
fn stop_on_ctrl_c() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.send_replace(true);
        }
    });
    stopped
}
