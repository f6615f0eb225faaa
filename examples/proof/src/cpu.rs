//! CPU time of the program and of its server, which tells whose time a figure is.
//!
//! Rates depend on what else the machine does; CPU time does much less.

use std::fs;

use sqlx::{ConnectOptions, Connection};

use crate::server::Server;

/// Ticks a second of the times in `/proc`: fixed by Linux for all that is shown to programs (proc(5)).
const TICKS: f64 = 100.0;

/// Seconds on a CPU, of user and system together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CpuTime {
    /// The program itself.
    pub client: f64,
    /// The server with all its processes, also those that have ended.
    pub server: f64,
}

/// Reads CPU times from `/proc`.
pub struct CpuMeter {
    /// The server's first process. `None` if it is not one of this machine.
    postmaster: Option<u32>,
}

/// A line of `/proc/<pid>/stat`.
struct Stat {
    parent: u32,
    /// Ticks of the process.
    own: u64,
    /// Ticks of its children that have ended.
    ended: u64,
}

impl CpuMeter {
    pub async fn of(server: &Server) -> anyhow::Result<Self> {
        let mut connection = server.first()?.connect().await?;
        let backend = sqlx::query_scalar("SELECT pg_backend_pid()");
        let backend: i32 = backend.fetch_one(&mut connection).await?;
        // A process of that number on this machine is another one if the server is elsewhere.
        let is_postgres = fs::read_to_string(format!("/proc/{backend}/cmdline"))
            .is_ok_and(|command| command.starts_with("postgres"));
        let stat = u32::try_from(backend).ok().and_then(Stat::of);
        connection.close().await?;
        Ok(Self { postmaster: stat.filter(|_| is_postgres).map(|stat| stat.parent) })
    }

    /// The times so far. `None` where they cannot be read.
    #[expect(clippy::cast_precision_loss, reason = "no server works for 2^53 nanoseconds")]
    pub fn now(&self) -> Option<CpuTime> {
        let client = Stat::of(std::process::id())?.own;
        let postmaster = self.postmaster?;
        let server = Stat::of(postmaster)?;
        let children = fs::read_dir("/proc").ok()?.filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            Stat::of(pid).filter(|stat| stat.parent == postmaster).map(|_| pid)
        });
        // In nanoseconds: a tick is long for each of a hundred processes that work a little.
        let children = children.map(|pid| nanoseconds(pid).unwrap_or_default()).sum::<u64>();
        let ticks = server.own + server.ended;
        Some(CpuTime { client: seconds(client), server: seconds(ticks) + children as f64 / 1e9 })
    }
}

impl CpuTime {
    /// The time since an `earlier` reading.
    pub fn since(self, earlier: Self) -> Self {
        Self { client: self.client - earlier.client, server: self.server - earlier.server }
    }

    pub fn plus(self, other: Self) -> Self {
        Self { client: self.client + other.client, server: self.server + other.server }
    }
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        Self::read(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    fn read(line: &str) -> Option<Self> {
        // The name of the program is in parentheses, and may hold both spaces and parentheses.
        let (_, fields) = line.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |nth: usize| fields.get(nth)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            ended: ticks(13)? + ticks(14)?,
        })
    }
}

/// Nanoseconds on a CPU of a process of one thread.
fn nanoseconds(pid: u32) -> Option<u64> {
    let schedstat = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    schedstat.split_whitespace().next()?.parse().ok()
}

#[expect(clippy::cast_precision_loss, reason = "no server runs for 2^53 ticks")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_may_look_like_fields() {
        let line = "7 (a) S 3) S 42 7 7 0 -1 0 0 0 0 0 10 20 300 400 20 0 1 0 5";

        let stat = Stat::read(line).unwrap();

        assert_eq!((stat.parent, stat.own, stat.ended), (42, 30, 700));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_program_itself_can_be_read() {
        assert!(Stat::of(std::process::id()).is_some());
    }
}
