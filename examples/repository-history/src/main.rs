//! The history of a real repository, event-sourced and checked against the truth.
//!
//! Each file is an aggregate, each commit one append over its files. Exits with 0 if the store
//! tells every tree as it was, 1 if not, 2 if the input or the store is at fault, 130 after Ctrl-C.

mod file;
mod history;
mod import;
mod progress;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::Parser;
use es_core::prelude::*;
use es_postgres::PgStore;
use tokio::sync::watch;

use crate::import::Imported;

/// Replays the history of a repository into an event store and verifies it.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The history: one commit a line, JSON, may be gzipped
    #[arg(long, value_name = "FILE")]
    history: PathBuf,
    /// The true trees: JSON, commit to path to mode and blob, may be gzipped
    #[arg(long, value_name = "FILE")]
    oracle: PathBuf,
    /// Where the events go: `memory`, or the URL of a Postgres database
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
        return run(MemoryStore::new(), arguments).await;
    }
    if !arguments.store.starts_with("postgres://") && !arguments.store.starts_with("postgresql://")
    {
        anyhow::bail!("--store takes `memory` or a URL that begins with `postgres://`");
    }
    let store = PgStore::connect(&arguments.store).await?;
    store.migrate().await?;
    run(store, arguments).await
}

async fn run(store: impl EventStore, arguments: &Arguments) -> anyhow::Result<ExitCode> {
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
    for difference in &verified.differences {
        println!("{difference}");
    }
    println!(
        "verified: {} files at {} commits, {} differences, {} events, {:.1} s",
        verified.files,
        verified.commits,
        verified.differences.len(),
        verified.events,
        start.elapsed().as_secs_f64(),
    );
    Ok(if verified.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
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
