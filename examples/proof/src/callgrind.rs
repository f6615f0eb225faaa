//! Instructions, which are the same on a busy machine: the program runs itself under callgrind.

use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};

/// Instructions of one event, from two runs of `subcommand` with as many events as `lengths` say.
///
/// What both runs do alike, whatever that is, does not count.
#[expect(clippy::cast_precision_loss, reason = "a number of instructions")]
pub fn instructions(subcommand: &[String], lengths: [u64; 2]) -> anyhow::Result<f64> {
    // Side by side: a busy machine changes no number.
    let [shorter, longer] = lengths.map(|events| started(subcommand, events));
    let (shorter, longer) = (collected(shorter?)?, collected(longer?)?);
    Ok((longer - shorter) as f64 / (lengths[1] - lengths[0]) as f64)
}

fn started(subcommand: &[String], events: u64) -> anyhow::Result<Child> {
    Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(subcommand)
        .arg(events.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("valgrind cannot be started")
}

fn collected(run: Child) -> anyhow::Result<i64> {
    let said = run.wait_with_output()?;
    let text = String::from_utf8_lossy(&said.stderr);
    ensure!(said.status.success(), "valgrind says: {text}");
    let line = text.lines().find_map(|line| line.split_once("Collected : "));
    let (_, number) = line.context("callgrind named no number")?;
    Ok(number.trim().parse()?)
}
