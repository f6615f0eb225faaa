//! Processes that execute commands on one account, all at once.

use std::io::Read;
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, ensure};
use es_postgres::PgStore;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

use crate::contention::{Outcome, in_tasks};
use crate::node::RUNNING;

/// Arguments that start such a process.
#[derive(clap::Args, Clone, Debug)]
pub struct Sellers {
    /// The database.
    pub url: String,
    /// The account on which all work.
    pub account: String,
    /// Number of tasks.
    pub tasks: u64,
    /// Number of commands that each of them executes.
    pub commands: u64,
}

/// Executes the commands once stdin ends, and says on stdout what became of them.
pub async fn work(sellers: Sellers) -> anyhow::Result<()> {
    let options = PgConnectOptions::from_str(&sellers.url)?;
    let pool = PgStore::pool_options().max_connections(5).connect_lazy_with(options);
    let store = PgStore::new(pool);
    println!("{RUNNING}");
    let until_the_end = || while std::io::stdin().read(&mut [0]).is_ok_and(|read| read > 0) {};
    tokio::task::spawn_blocking(until_the_end).await?;
    let outcome = in_tasks(&store, &sellers.account, sellers.tasks, sellers.commands).await?;
    let (longest, took) = (outcome.longest.as_micros(), outcome.took.as_micros());
    println!("{} {} {longest} {took}", outcome.commands, outcome.failed);
    Ok(())
}

/// Lets so many processes work at once.
pub async fn processes(count: usize, sellers: &Sellers) -> anyhow::Result<Outcome> {
    let mut begun = Vec::new();
    for _ in 0..count {
        let (tasks, commands) = (sellers.tasks.to_string(), sellers.commands.to_string());
        let mut child = Command::new(std::env::current_exe()?)
            .args(["sellers", &sellers.url, &sellers.account, &tasks, &commands])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a process of the program's own could not be started")?;
        let mut stdout = BufReader::new(child.stdout.take().context("a process says nothing")?);
        let mut said = String::new();
        stdout.read_line(&mut said).await?;
        ensure!(said.trim() == RUNNING, "a process did not come up");
        begun.push((child, stdout));
    }
    for (child, _) in &mut begun {
        drop(child.stdin.take());
    }
    let mut all = Outcome::default();
    for (mut child, mut stdout) in begun {
        let mut said = String::new();
        stdout.read_to_string(&mut said).await?;
        ensure!(child.wait().await?.success(), "a process failed");
        all.join(&outcome(&said)?);
    }
    Ok(all)
}

fn outcome(said: &str) -> anyhow::Result<Outcome> {
    let numbers = said.split_whitespace().map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let [commands, failed, longest, took] = numbers[..] else {
        anyhow::bail!("a process said {said:?}")
    };
    let (longest, took) = (Duration::from_micros(longest), Duration::from_micros(took));
    Ok(Outcome { commands, failed, longest, took })
}
