//! Command line: the size of a run.

use std::path::PathBuf;
use std::time::Duration;

/// Measures the event store and proves its guarantees, each beside a baseline in the same run.
///
/// Prints Markdown on stdout and its progress on stderr. Fails if a guarantee was broken, and never
/// because of a time.
#[derive(clap::Parser, Clone, Debug)]
#[command(version)]
pub struct Options {
    /// Everything once and small: some two minutes
    #[arg(long)]
    pub quick: bool,

    /// Duration of each torture, in seconds [default: 12, quick: 1]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,

    /// Writers of each torture
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(2..=64))]
    pub writers: u16,

    /// Readers of the log beside them
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub readers: u16,

    /// Seed of the dice; the same seed asks for the same appends
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// Write the report as JSON to this file, too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Run these sections alone; may be given several times
    #[arg(long, value_name = "SECTION")]
    pub only: Vec<crate::Section>,

    /// Measure on this server, in databases that are made for the run and dropped after it
    ///
    /// Without it the program starts a PostgreSQL of its own and removes it. What kills a server
    /// always runs on such a one.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    #[command(subcommand)]
    pub inner: Option<Inner>,
}

/// The commands with which the program runs itself.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum Inner {
    /// Folds this many events once, for callgrind to count.
    #[command(hide = true)]
    Fold {
        /// The path to take, one of two.
        path: crate::replay::Path,
        /// The number of events.
        events: u64,
    },
    /// Reads this many events once, for callgrind to count.
    #[command(hide = true)]
    Decode {
        /// The version that is stored.
        stored: crate::decode::Stored,
        /// The reader.
        reader: crate::decode::Reader,
        /// The number of events.
        events: u64,
    },
    /// Executes this many commands once, for callgrind to count.
    #[command(hide = true)]
    ReadBack {
        /// Reads the event again before it is stored, or does not.
        check: crate::read_back::Check,
        /// The destination of the commands.
        place: crate::read_back::Place,
        /// The number of events.
        events: u64,
    },
    /// Does this work so many times, for callgrind to count.
    #[command(hide = true)]
    Client {
        /// The work.
        work: crate::client::Work,
        /// The database.
        url: String,
        /// The number of times.
        times: u64,
    },
    /// Runs a projection, beside others that do.
    #[command(hide = true)]
    Node(crate::node::Orders),
    /// Executes commands on one account, beside others that do.
    #[command(hide = true)]
    Sellers(crate::sellers::Sellers),
    /// Sends requests, and says how each was answered.
    #[command(hide = true)]
    Requests(crate::requesters::Requests),
}

/// The name of `value` on the command line.
pub fn value_name<V: clap::ValueEnum>(value: &V) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

impl Options {
    /// The duration of each torture.
    pub fn torture(&self) -> Duration {
        Duration::from_secs(self.seconds.unwrap_or(if self.quick { 1 } else { 12 }))
    }

    /// The time that one contender is measured before the next one has its turn.
    pub fn slice(&self) -> Duration {
        let slice = self.torture() / if self.quick { 8 } else { 20 };
        slice.clamp(Duration::from_millis(80), Duration::from_secs(5))
    }

    /// The number of turns of each contender; the median counts.
    pub fn rounds(&self) -> usize {
        if self.quick { 1 } else { 3 }
    }

    /// `quick` in a quick run, else `full`, which grows with the time that was given.
    pub fn count(&self, quick: u64, full: u64) -> u64 {
        if self.quick { quick } else { full * self.seconds.unwrap_or(12).div_ceil(12) }
    }

    /// Dice of its own for each use of them.
    pub fn dice(&self, of: &str, nth: u64) -> fastrand::Rng {
        let name = of.bytes().fold(self.seed, |seed, byte| seed.wrapping_mul(31) + u64::from(byte));
        fastrand::Rng::with_seed(name.wrapping_mul(1_000_003).wrapping_add(nth))
    }
}
