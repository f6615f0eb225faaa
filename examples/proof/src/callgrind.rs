//! Instructions, which are the same on a busy machine: the program runs itself under callgrind.

use std::process::Command;

use anyhow::{Context, ensure};

/// Instructions of one event, from two runs of `subcommand` with as many events as `lengths` say.
///
/// What both runs do alike, whatever that is, does not count.
#[expect(clippy::cast_precision_loss, reason = "a number of instructions")]
pub fn instructions(subcommand: &[String], lengths: [u64; 2]) -> anyhow::Result<f64> {
    let [shorter, longer] = lengths;
    let more = collected(subcommand, longer)? - collected(subcommand, shorter)?;
    Ok(more as f64 / (longer - shorter) as f64)
}

fn collected(subcommand: &[String], events: u64) -> anyhow::Result<i64> {
    let said = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(subcommand)
        .arg(events.to_string())
        .output()
        .context("valgrind cannot be started")?;
    let text = String::from_utf8_lossy(&said.stderr);
    ensure!(said.status.success(), "valgrind says: {text}");
    let line = text.lines().find_map(|line| line.split_once("Collected : "));
    let (_, number) = line.context("callgrind named no number")?;
    Ok(number.trim().parse()?)
}
