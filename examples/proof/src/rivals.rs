//! Rivals without the guarantees that a store needs under concurrency: the same work without its
//! means.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

use crate::Run;

/// The time that a rival is given to fail.
const GIVEN: Duration = Duration::from_millis(500);

/// Writers that look for the last version and write the next one, in a transaction, without a unique
/// key: how many versions were given twice.
pub async fn unguarded(run: &Run) -> anyhow::Result<(String, &'static str)> {
    let database = run.server.database().await?;
    sqlx::query("CREATE TABLE unguarded (stream bigint, version bigint)")
        .execute(&database.pool)
        .await?;
    sqlx::query("CREATE INDEX ON unguarded (stream, version)").execute(&database.pool).await?;
    let until = Instant::now() + GIVEN;
    let writer = |mut connection: PgConnection| async move {
        while Instant::now() < until {
            let mut tx = connection.begin().await?;
            let max = "SELECT coalesce(max(version), 0) FROM unguarded WHERE stream = 1";
            let version: i64 = sqlx::query_scalar(max).fetch_one(&mut *tx).await?;
            let insert = sqlx::query("INSERT INTO unguarded VALUES (1, $1)").bind(version + 1);
            insert.execute(&mut *tx).await?;
            tx.commit().await?;
        }
        anyhow::Ok(())
    };
    let connections = database.connections(run.options.writers.into()).await?;
    let writers: Vec<_> = connections.into_iter().map(|own| tokio::spawn(writer(own))).collect();
    for writer in writers {
        writer.await??;
    }
    let all = database.number("SELECT count(*) FROM unguarded").await?;
    let versions = database.number("SELECT count(DISTINCT version) FROM unguarded").await?;
    Ok((format!("{} of {all}", all - versions), "SELECT max, INSERT, COMMIT without a unique key"))
}

/// Writers under SERIALIZABLE, each with streams of its own: how often the server aborts one of them
/// although nobody else wrote to its streams.
pub async fn serializable(run: &Run) -> anyhow::Result<(String, &'static str)> {
    let database = run.server.database().await?;
    sqlx::query("CREATE TABLE serial (stream bigint, version bigint, UNIQUE (stream, version))")
        .execute(&database.pool)
        .await?;
    let until = Instant::now() + GIVEN;
    let writer = |mut connection: PgConnection, stream: i64| async move {
        let (mut attempts, mut aborted) = (0_u64, 0_u64);
        while Instant::now() < until {
            attempts += 1;
            match append(&mut connection, stream).await {
                Ok(()) => {}
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("40001") => {
                    aborted += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok((attempts, aborted))
    };
    let connections = database.connections(run.options.writers.into()).await?;
    let writers: Vec<_> =
        (0..).zip(connections).map(|(nth, own)| tokio::spawn(writer(own, nth))).collect();
    let (mut attempts, mut aborted) = (0, 0);
    for writer in writers {
        let (tried, lost) = writer.await??;
        attempts += tried;
        aborted += lost;
    }
    Ok((
        format!("{aborted} of {attempts}"),
        "the textbook under SERIALIZABLE, streams of one's own",
    ))
}

async fn append(connection: &mut PgConnection, stream: i64) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
    let max = "SELECT coalesce(max(version), 0) FROM serial WHERE stream = $1";
    let version: i64 = sqlx::query_scalar(max).bind(stream).fetch_one(&mut *tx).await?;
    let insert = sqlx::query("INSERT INTO serial VALUES ($1, $2)").bind(stream).bind(version + 1);
    insert.execute(&mut *tx).await?;
    tx.commit().await
}
