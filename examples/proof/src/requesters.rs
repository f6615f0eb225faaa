//! Processes that send requests, each one to five times, and are killed while they do.

use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, ensure};
use es_core::prelude::*;
use es_core::{AppendError, RequestId};
use es_postgres::PgStore;
use futures_util::future::try_join_all;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::sleep;

use crate::cli::value_name;
use crate::shelf::{Change, Shelf};

/// Requests that a process has under way at a time.
const WINDOW: u64 = 16;

/// Shelves of a process.
const SHELVES: u64 = 4;

/// The word before the number of a request up to which all are answered.
const UP_TO: &str = "up-to";

/// The pause before a request is sent again that the store did not answer.
const PAUSE: Duration = Duration::from_millis(10);

/// The method that executes a request.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `execute_once`, with the id of the request.
    Once,
    /// `execute`.
    Each,
}

/// Arguments that start such a process.
#[derive(clap::Args, Clone, Debug)]
pub struct Requests {
    /// The database.
    pub url: String,
    /// The method.
    pub method: Method,
    /// The first request.
    pub from: u64,
    /// The request after the last one.
    pub to: u64,
}

/// Sends the requests, and says on stdout how each was answered.
pub async fn work(requests: Requests) -> anyhow::Result<()> {
    let options = PgConnectOptions::from_str(&requests.url)?;
    let pool = PgStore::pool_options().max_connections(8).connect_lazy_with(options);
    let shelves = Repository::<Shelf, _>::new(PgStore::new(pool));
    let mut begin = requests.from;
    while begin < requests.to {
        let end = requests.to.min(begin + WINDOW);
        // The same one to five times for each number.
        let sent = (begin..end).flat_map(|number| (0..=number * 7 % 5).map(move |_| number));
        try_join_all(sent.map(|number| send(&shelves, requests.method, number))).await?;
        println!("{UP_TO} {end}");
        begin = end;
    }
    Ok(())
}

/// Sends a request until it has an answer. Only what passes by itself is no answer.
async fn send(
    shelves: &Repository<Shelf, PgStore>,
    method: Method,
    number: u64,
) -> anyhow::Result<()> {
    let command = || Change { shelf: format!("shelf-{}", number / 7 % SHELVES), number };
    let id = RequestId::new(format!("request-{number}"))?;
    loop {
        let answer = match method {
            Method::Once => shelves.execute_once(&id, command()).await,
            Method::Each => shelves.execute(command()).await,
        };
        match answer {
            Ok(done) => {
                let event = done.events.first().map(|event| event.id);
                println!("{number} {} {event:?} {:?}", done.version, done.state);
                return Ok(());
            }
            Err(ExecuteError::Rejected(refusal)) => {
                println!("{number} {refusal}");
                return Ok(());
            }
            Err(error) if is_transient(&error) => sleep(PAUSE).await,
            Err(error) => return Err(error).context("a request has no answer"),
        }
    }
}

fn is_transient<E>(error: &ExecuteError<E>) -> bool {
    match error {
        ExecuteError::Conflict { .. } => true,
        ExecuteError::Load(LoadError::Store(error))
        | ExecuteError::Append(AppendError::Store(error)) => error.is_transient(),
        _ => false,
    }
}

/// A process that sends requests, and what it says.
pub struct Requester {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// A line that a process has said.
pub enum Said {
    /// The answer to a request.
    Answer(u64, String),
    /// All requests before this one are answered.
    UpTo(u64),
}

impl Requester {
    pub fn start(requests: &Requests) -> anyhow::Result<Self> {
        let Requests { url, method, from, to } = requests;
        let mut child = Command::new(std::env::current_exe()?)
            .args(["requests", url, &value_name(method), &from.to_string(), &to.to_string()])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a process of the program's own could not be started")?;
        let stdout = child.stdout.take().context("a process says nothing")?;
        Ok(Self { child, lines: BufReader::new(stdout).lines() })
    }

    /// The next line; `None` if the process has ended.
    pub async fn next(&mut self) -> anyhow::Result<Option<Said>> {
        let Some(line) = self.lines.next_line().await? else { return Ok(None) };
        let (number, answer) = line.split_once(' ').context("a process said something else")?;
        if number == UP_TO {
            return Ok(Some(Said::UpTo(answer.parse()?)));
        }
        Ok(Some(Said::Answer(number.parse()?, answer.to_owned())))
    }

    /// SIGKILL. What it has said before can still be read.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Fails if the process, which has said all, did.
    pub async fn end(mut self) -> anyhow::Result<()> {
        ensure!(self.child.wait().await?.success(), "a process that sends requests failed");
        Ok(())
    }
}
