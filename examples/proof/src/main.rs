//! Measures the store and tries to break its guarantees, each beside a baseline in the same run.
//!
//! ```text
//! cargo run --release -p proof -- --quick                    every row, small: some two minutes
//! cargo run --release -p proof > examples/proof/RESULTS.md   the figures that are committed
//! cargo run --release -p proof -- --seconds 900 --writers 24 --readers 6 --seed 7 \
//!     --only order --only conditions --only dropped --only lost-replies --only crash
//!                                                            the tortures for about an hour
//! ```
//!
//! Tables go to stdout as Markdown, progress to stderr, and with `--json FILE` the same tables to a
//! file. The program fails if a guarantee was broken, and never because of a time: a ratio stands
//! beside its target, and whoever reads it judges.
//!
//! It starts a PostgreSQL of its own, on a socket in the temporary directory, which acknowledges what
//! is on the disk and nothing else, and removes it however it ends. With `--url` it measures another
//! one, in databases of its own.
//!
//! # What the sections show
//!
//! - `append`: what the checks, the order and the idempotency of an append cost beside an INSERT that
//!   has none of them, and what appends gain by going out together; to one stream and to several.
//! - `commands`: load, decide, append, on accounts of one's own and on one that all work on; with and
//!   without remembered states, batched and not.
//! - `replay`: the derived fold beside a match by hand, in instructions and in time; loads of short and
//!   long streams.
//! - `decode`: events of today and of older versions read beside raw serde, beside the same steps by
//!   hand and beside steps on JSON values, in instructions and in time.
//! - `read-back`: commands whose event is read again before it is stored, beside commands whose event is
//!   not, in instructions and in time.
//! - `log`: the whole log, decoded, beside pages by hand.
//! - `bytes`: what an event takes on the disk, relation by relation.
//! - `import`: a history as one stream of appends, and the same sent again.
//! - `compile`: what the derives cost the compiler, and what a history of three versions adds.
//! - `order`: writers of every manner and readers beside them. Everything that was asked for and
//!   answered is compared with what is in the store and with what readers saw.
//! - `stall`: an open foreign transaction, and the holes of rolled-back appends.
//! - `conditions`: decisions across streams, audited against the log.
//! - `dropped`: futures dropped at random moments, and the same appends sent again.
//! - `kept`: futures polled some times and kept, as `buffered(n)` keeps them, while others go on.
//! - `contention`: commands on one aggregate in one process and in three, and decisions on 27 nights and
//!   on 27 seats, with no option set.
//! - `lost-replies`: commands through a proxy that ends connections instead of passing replies on.
//! - `once`: requests sent one to five times, over lost replies and by processes that are killed: each has one
//!   answer and one effect. And what an id costs.
//! - `sagas`: sagas in processes that are killed and paused, with services that refuse, fail, hang and arrive late.
//!   What was undone has left nothing behind.
//! - `crash`: every process of a server killed with SIGKILL under load.
//! - `catch-up`: projections event by event, in batches and in bulk, beside the same by hand; by 1, 2 and
//!   4 processes.
//! - `visible`: from an append to its row in another process, idle and under load, with notifications
//!   and without.
//! - `nodes`: processes that run a projection killed, paused beyond their lease, joined and told to leave
//!   while events are appended. Each effect is there once and in order.
//! - `rebuild`: a version built beside the one that is read, killed in the middle, while events are
//!   appended and rows read.
//! - `outages`: lost notifications, a server that is restarted, everything restarted.
//! - `parked`: thousands of keys that fail: what they cost the others, and that all come right in the
//!   end.
//! - `handlers`: handlers that end their transaction, break it or never come back, beside others that
//!   count.
//! - `rollout`: two releases of a projection beside each other, the older one killed and started again,
//!   while events of both are appended.
//!
//! The dice have a seed, so that a run asks for the same appends again; the scheduling is not theirs.

mod append;
mod appenders;
mod baseline;
mod by_hand;
mod callgrind;
mod catch_up;
mod catch_up_by_hand;
mod cli;
mod client;
mod commands;
mod compile;
mod conditions;
mod contention;
mod cpu;
mod crash;
mod decode;
mod domain;
mod dropped;
mod effects;
mod evolved;
mod fill;
mod foreground;
mod fulfilments;
mod handlers;
mod import;
mod journal;
mod kept;
mod kept_by_hand;
mod ledger;
mod log;
mod lost_replies;
mod machine;
mod mails;
mod measure;
mod misdeeds;
mod mutants;
mod naive_worker;
mod node;
mod nodes;
mod once;
mod once_cost;
mod orchestrator_by_hand;
mod order;
mod outages;
mod outside;
mod parked;
mod processes;
mod proxy;
mod read_back;
mod read_models;
mod reader;
mod rebuild;
mod rebuild_by_hand;
mod releases;
mod replay;
mod report;
mod requesters;
mod rivals;
mod rollout;
mod sagas;
mod scarce;
mod sellers;
mod server;
mod several_streams;
mod shelf;
mod stall;
mod upcast_by_hand;
mod visible;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use cli::{Inner, Options};
use cpu::CpuMeter;
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
    /// Instructions of loads and commands on Postgres, beside those by hand.
    Client,
    /// Events of today and of older versions, read.
    Decode,
    /// Commands whose event is read again before it is stored, beside others.
    ReadBack,
    /// The log read from its beginning, beside pages by hand.
    Log,
    /// Disk space of an event.
    Bytes,
    /// A history brought in, and once more.
    Import,
    /// Cost of the derives for the compiler.
    Compile,
    /// Writers and readers of every manner: lost, doubled, inverted, refused for nothing.
    Order,
    /// Causes that may keep a reader waiting.
    Stall,
    /// Conditions against the log.
    Conditions,
    /// Futures that are dropped at random points.
    Dropped,
    /// Futures that are polled some times and kept.
    Kept,
    /// Commands and decisions that meet, with no option set.
    Contention,
    /// Commands whose replies get lost.
    LostReplies,
    /// Requests that are sent again, by processes that are killed.
    Once,
    /// Sagas in processes that are killed, with services that fail.
    Sagas,
    /// All processes of a server killed under load.
    Crash,
    /// Projections from the beginning of the log to its end.
    CatchUp,
    /// Time from an append to its row.
    Visible,
    /// Processes that run a projection, killed and paused.
    Nodes,
    /// A version built beside the one that is read.
    Rebuild,
    /// Notifications, the server, everything: lost and back.
    Outages,
    /// Thousands of keys that fail.
    Parked,
    /// Handlers that end their transaction, break it or never come back.
    Handlers,
    /// Two releases of a projection beside each other.
    Rollout,
}

/// The means that every section works with.
pub struct Run {
    options: Options,
    server: Server,
    cpu: CpuMeter,
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
        if self.options.only.is_empty() {
            self.report.add(mutants::table());
        }
        Ok(())
    }

    async fn section(&mut self, section: Section) -> anyhow::Result<()> {
        match section {
            Section::Append => {
                append::throughput(self).await?;
                several_streams::throughput(self).await
            }
            Section::Commands => commands::throughput(self).await,
            Section::Replay => replay::tables(self).await,
            Section::Client => client::table(self).await,
            Section::Decode => decode::table(self).await,
            Section::ReadBack => read_back::table(self).await,
            Section::Log => log::catch_up(self).await,
            Section::Bytes => append::bytes(self).await,
            Section::Import => import::history(self).await,
            Section::Compile => compile::tables(self).await,
            Section::Order => order::torture(self).await,
            Section::Stall => stall::tables(self).await,
            Section::Conditions => conditions::torture(self).await,
            Section::Dropped => dropped::torture(self).await,
            Section::Kept => kept::torture(self).await,
            Section::Contention => contention::torture(self).await,
            Section::LostReplies => lost_replies::torture(self).await,
            Section::Once => once::torture(self).await,
            Section::Sagas => sagas::torture(self).await,
            Section::Crash => crash::torture(self).await,
            Section::CatchUp => catch_up::tables(self).await,
            Section::Visible => visible::table(self).await,
            Section::Nodes => nodes::torture(self).await,
            Section::Rebuild => rebuild::torture(self).await,
            Section::Outages => outages::torture(self).await,
            Section::Parked => parked::tables(self).await,
            Section::Handlers => handlers::torture(self).await,
            Section::Rollout => rollout::torture(self).await,
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
    if let Some(inner) = options.inner {
        match inner {
            Inner::Fold { path, events } => replay::fold_once(path, events)?,
            Inner::Decode { stored, reader, events } => decode::read_once(stored, reader, events)?,
            Inner::ReadBack { check, place, events } => {
                read_back::write_once(check, place, events).await?;
            }
            Inner::Client { work, url, times } => client::work_once(work, &url, times).await?,
            Inner::Node(orders) => node::work(orders).await?,
            Inner::Sellers(sellers) => sellers::work(sellers).await?,
            Inner::Requests(requests) => requesters::work(requests).await?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let server = Server::open(options.url.as_deref()).await?;
    let cpu = CpuMeter::of(&server).await?;
    let mut run = Run { options, server, cpu, report: Report::default() };
    let ended = tokio::select! {
        ended = run.sections() => ended,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    let Run { options, server, report, .. } = run;
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
