//! Processes of the proof: started, killed, paused, told to leave.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use sqlx::ConnectOptions;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::node::{Job, Orders, RUNNING};
use crate::server::Database;

/// A process that runs a projection; it goes away with this.
pub struct Process {
    child: Child,
    pub name: String,
}

/// The way in which the processes of a section are started.
#[derive(Clone)]
pub struct Kind {
    pub job: Job,
    pub lease: Duration,
    pub batch: u32,
    pub notifications: bool,
}

impl Kind {
    pub fn of(job: Job) -> Self {
        Self { job, lease: Duration::from_secs(10), batch: 500, notifications: false }
    }

    /// Starts a process; returns when it runs.
    pub async fn start(&self, database: &Database, name: &str) -> anyhow::Result<Process> {
        let mut process = self.begin(database, name)?;
        process.runs().await?;
        Ok(process)
    }

    /// Starts a process, whether there is a server or not.
    pub fn begin(&self, database: &Database, name: &str) -> anyhow::Result<Process> {
        let orders = Orders {
            job: self.job,
            url: database.options.to_url_lossy().to_string(),
            name: name.to_owned(),
            lease: self.lease.as_millis().try_into()?,
            batch: self.batch,
            notifications: self.notifications,
        };
        let child = Command::new(std::env::current_exe()?)
            .args(orders.words())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a process of the program's own could not be started")?;
        Ok(Process { child, name: name.to_owned() })
    }
}

impl Process {
    /// Waits until it runs.
    pub async fn runs(&mut self) -> anyhow::Result<()> {
        let stdout = self.child.stdout.take().context("a process is waited for twice")?;
        let mut said = String::new();
        BufReader::new(stdout).read_line(&mut said).await?;
        ensure!(said.trim() == RUNNING, "process {} did not come up", self.name);
        Ok(())
    }

    /// SIGKILL.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        Ok(())
    }

    /// Stops it for so long. Somebody else lets it go on, so that it does not stay stopped if this
    /// process ends.
    pub fn pause(&self, lasts: Duration) -> anyhow::Result<Child> {
        let pid = self.child.id().context("the process has ended")?.to_string();
        let script = "kill -STOP $0 && sleep $1; kill -CONT $0";
        let seconds = lasts.as_secs_f64().to_string();
        Ok(Command::new("sh").args(["-c", script, &pid, &seconds]).spawn()?)
    }

    /// Tells it to leave, and waits until it has.
    pub async fn leave(mut self) -> anyhow::Result<()> {
        drop(self.child.stdin.take());
        let ended = self.child.wait().await?;
        ensure!(ended.success(), "process {} ended with {ended}", self.name);
        Ok(())
    }

    /// The memory of the process, in kilobytes; `None` where the system does not tell.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}
