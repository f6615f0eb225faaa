//! Machine, server, compiler and disk that the figures depend on.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::time::Instant;

use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::report::{Cell, Table};
use crate::server::Server;

pub async fn table(server: &Server, command: &str) -> anyhow::Result<Table> {
    let about = format!("`{command}`");
    let mut table = Table::new("Machine", about, &["what", "value"]);
    let mut row = |what: &str, value: String| table.row(vec![Cell::text(what), Cell::text(value)]);
    row("system", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH));
    row("cores", std::thread::available_parallelism()?.to_string());
    row("memory", memory().unwrap_or_else(|| "unknown".into()));
    row("compiler", compiler().unwrap_or_else(|| "unknown".into()));
    let mut connection = server.first()?.connect().await?;
    row("PostgreSQL", setting(&mut connection, "server_version").await?);
    for name in
        ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size"]
    {
        row(name, setting(&mut connection, name).await?);
    }
    connection.close().await?;
    let micros = sync_micros()?;
    row("fdatasync of 8 kB in the temporary directory, median", format!("{micros:.0} µs"));
    Ok(table)
}

async fn setting(connection: &mut PgConnection, name: &str) -> anyhow::Result<String> {
    let setting = sqlx::query_scalar("SELECT current_setting($1)").bind(name);
    Ok(setting.fetch_one(connection).await?)
}

fn memory() -> Option<String> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(format!("{} GiB", kilobytes / 1024 / 1024))
}

fn compiler() -> Option<String> {
    let said = std::process::Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8(said.stdout).ok()?.trim().to_owned())
}

/// The time that the disk takes to keep a page, where the program's own server has its files.
fn sync_micros() -> anyhow::Result<f64> {
    let path = std::env::temp_dir().join(format!("proof-{}", uuid::Uuid::now_v7().simple()));
    let mut file = File::create_new(&path)?;
    std::fs::remove_file(&path)?;
    let mut took = Vec::new();
    for _ in 0..200 {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&[7; 8192])?;
        let begun = Instant::now();
        file.sync_data()?;
        took.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    Ok(crate::measure::median(&mut took))
}
