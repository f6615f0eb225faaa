//! `kill -9` of every process of a PostgreSQL while writers are at work.

use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use es_core::prelude::*;
use es_postgres::PgStore;
use sqlx::postgres::PgConnectOptions;
use test_servers::TestServer;

use crate::append::deposits;
use crate::domain::Account;
use crate::journal::{Differences, Entry, Journal};
use crate::report::Table;
use crate::server::{Database, own};
use crate::{Run, progress};

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let (mut found, mut unanswered) = (Differences::default(), Resent::default());
    let crashes = run.options.count(1, 6);
    for nth in 0..crashes {
        progress(&format!("crash {} of {crashes}", nth + 1));
        let (differences, resent) = crash(run, nth, "on").await?;
        found += differences;
        unanswered.sent += resent.sent;
        unanswered.refused += resent.refused;
    }
    let mut forgetful = Differences::default();
    for nth in 0..run.options.count(1, 3) {
        progress("crash with synchronous_commit = off");
        forgetful += crash(run, crashes + nth, "off").await?.0;
    }
    let about = format!(
        "{crashes} times a PostgreSQL of the program's own, all its processes killed at once while {} \
         writers append two events each; started again, and compared with what was acknowledged. The \
         baseline is the same with synchronous_commit = off: it acknowledges what is still in the \
         server's memory.",
        run.options.writers
    );
    let mut table = Table::of_guarantees("Crashes of the server", about);
    let of = format!("{} appends", found.appends);
    table.guarantee_beside(
        "acknowledged appends missing",
        (found.missing, &of),
        (format!("{} of {}", forgetful.missing, forgetful.appends), "synchronous_commit = off"),
    );
    table.guarantee("appends stored in part", found.halves, &of);
    table.guarantee("event ids stored twice", found.doubled, &of);
    table.guarantee("gaps in versions, positions that do not rise", found.disorder, &of);
    let of = format!("{} without an answer", unanswered.sent);
    table.guarantee(
        "sent again after the crash, and not answered as stored",
        unanswered.refused,
        of,
    );
    run.report.add(table);
    Ok(())
}

/// The appends that were under way at the crash and were sent again.
#[derive(Default)]
struct Resent {
    sent: u64,
    refused: u64,
}

async fn crash(
    run: &Run,
    nth: u64,
    synchronous_commit: &str,
) -> anyhow::Result<(Differences, Resent)> {
    let server = Arc::new(own().await?);
    let options = PgConnectOptions::from_str(&server.url("postgres"))?;
    let durable = Database::at(options.clone());
    durable.store.migrate().await?;
    let data: String = sqlx::query_scalar("SELECT current_setting('data_directory')")
        .fetch_one(&durable.pool)
        .await?;
    let tortured = Database::at(options.options([("synchronous_commit", synchronous_commit)]));

    let over = Arc::new(AtomicBool::new(false));
    let writer = |writer| tokio::spawn(write(tortured.store.clone(), writer, over.clone()));
    let writers: Vec<_> = (0..run.options.writers).map(writer).collect();
    let mut dice = run.options.dice("crash", nth);
    tokio::time::sleep(Duration::from_millis(dice.u64(300..900))).await;
    tokio::task::spawn_blocking({
        let server = server.clone();
        move || kill_and_start(&server, Path::new(&data), &over)
    })
    .await??;

    let mut journal = Journal::default();
    let mut unanswered = Vec::new();
    for writer in writers {
        let (written, last) = writer.await??;
        journal.join(written);
        unanswered.extend(last);
    }
    let after = Database::at(durable.options);
    let found = journal.compare(&after).await?;
    let mut resent = Resent { sent: unanswered.len() as u64, refused: 0 };
    for append in unanswered {
        resent.refused += u64::from(after.store.append(append).await.is_err());
    }
    after.pool.close().await;
    // Stopping it waits for processes.
    tokio::task::spawn_blocking(move || drop(server)).await?;
    Ok((found, resent))
}

/// Appends until told to stop or until there is no answer; the append without one comes back.
async fn write(
    store: PgStore,
    writer: u16,
    over: Arc<AtomicBool>,
) -> anyhow::Result<(Journal, Option<Append>)> {
    let mut journal = Journal::default();
    let mut version = Version::NONE;
    while !over.load(Ordering::SeqCst) {
        let stream = StreamId::of::<Account>(&format!("account-{writer}"))?;
        let append = deposits(stream, ExpectedVersion::Exact(version), 2)?;
        let entry = Entry::of(&append, true);
        let Ok(appended) = store.append(append.clone()).await else {
            journal.add(entry);
            return Ok((journal, Some(append)));
        };
        version = appended.streams.first().context("no answer")?.version;
        journal.add(entry.stored(&appended));
    }
    Ok((journal, None))
}

fn kill_and_start(server: &TestServer, data: &Path, over: &AtomicBool) -> anyhow::Result<()> {
    let pids = processes(data)?;
    let killed = Command::new("kill").arg("-9").args(&pids).status()?;
    ensure!(killed.success(), "the server's processes could not be killed");
    over.store(true, Ordering::SeqCst);
    server.start_again();
    Ok(())
}

/// The first process of the server whose files these are, and all its children.
fn processes(data: &Path) -> anyhow::Result<Vec<String>> {
    let file = std::fs::read_to_string(data.join("postmaster.pid"))?;
    let first = file.lines().next().context("postmaster.pid is empty")?.trim().to_owned();
    let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
    let children = match children {
        Ok(children) => children,
        Err(_) => String::from_utf8(Command::new("pgrep").args(["-P", &first]).output()?.stdout)?,
    };
    Ok([first].into_iter().chain(children.split_whitespace().map(str::to_owned)).collect())
}
