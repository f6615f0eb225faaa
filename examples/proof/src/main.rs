//! Measures the store and proves its guarantees, each beside a baseline in the same run.
mod append;
mod baseline;
mod by_hand;
mod cli;
mod commands;
mod compile;
mod conditions;
mod crash;
mod domain;
mod dropped;
mod fill;
mod journal;
mod log;
mod lost_replies;
mod machine;
mod measure;
mod order;
mod proxy;
mod reader;
mod replay;
mod report;
mod rivals;
mod server;
mod stall;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use cli::{Inner, Options};
use report::Report;
use server::Server;

/// A part of the run.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Throughput and latency of appends, beside INSERTs.
    Append,
    /// Load, decide, append, beside the textbook.
    Commands,
    /// The derived fold beside a match by hand; instructions an event; loads.
    Replay,
    /// The log read from its beginning, beside pages by hand.
    Log,
    /// What an event takes on the disk.
    Bytes,
    /// What the derives cost the compiler.
    Compile,
    /// Writers and readers of every manner: lost, doubled, inverted, refused for nothing.
    Order,
    /// What may keep a reader waiting.
    Stall,
    /// Conditions against the log.
    Conditions,
    /// Futures that are dropped at random points.
    Dropped,
    /// Commands whose replies get lost.
    LostReplies,
    /// All processes of a server killed under load.
    Crash,
}

/// What every section works with.
pub struct Run {
    options: Options,
    server: Server,
    report: Report,
}

impl Run {
    async fn sections(&mut self) -> anyhow::Result<()> {
        let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
        let machine = machine::table(&self.server, &format!("proof {command}")).await?;
        self.report.add(machine);
        for section in <Section as clap::ValueEnum>::value_variants() {
            let only = &self.options.only;
            if only.is_empty() || only.contains(section) {
                self.section(*section).await.with_context(|| format!("section {section:?}"))?;
            }
        }
        Ok(())
    }

    async fn section(&mut self, section: Section) -> anyhow::Result<()> {
        match section {
            Section::Append => append::throughput(self).await,
            Section::Commands => commands::throughput(self).await,
            Section::Replay => replay::tables(self).await,
            Section::Log => log::catch_up(self).await,
            Section::Bytes => append::bytes(self).await,
            Section::Compile => compile::table(self).await,
            Section::Order => order::torture(self).await,
            Section::Stall => stall::tables(self).await,
            Section::Conditions => conditions::torture(self).await,
            Section::Dropped => dropped::torture(self).await,
            Section::LostReplies => lost_replies::torture(self).await,
            Section::Crash => crash::torture(self).await,
        }
    }
}

/// Says on stderr what is under way.
fn progress(what: &str) {
    eprintln!("… {what}");
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    if let Some(Inner::Fold { path, events }) = options.inner {
        replay::fold_once(path, events)?;
        return Ok(ExitCode::SUCCESS);
    }
    let server = Server::open(options.url.as_deref()).await?;
    let mut run = Run { options, server, report: Report::default() };
    let ended = tokio::select! {
        ended = run.sections() => ended,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    let Run { options, server, report } = run;
    server.close().await?;
    ended?;
    if let Some(path) = options.json {
        let json = serde_json::to_string_pretty(&report)?;
        std::fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    match report.violations() {
        0 => Ok(ExitCode::SUCCESS),
        broken => {
            eprintln!("guarantees were broken {broken} times");
            Ok(ExitCode::FAILURE)
        }
    }
}
