//! The textbook's transaction, kept after its statement: who else wants its stream waits.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::Run;
use crate::baseline::insert_one;
use crate::domain::deposited;

/// The number of others that want to append to the stream.
const OTHERS: usize = 10;

/// A stream of nobody else.
const STREAM: i64 = 1 << 50;

/// The others that did not come back within a second, and all of them.
pub async fn held_up(run: &Run) -> anyhow::Result<(u64, u64)> {
    let database = run.server.database().await?;
    let mut connections = database.connections(OTHERS + 1).await?;
    let mut own = connections.remove(0);
    let is_written = AtomicBool::new(false);
    let mut kept = Box::pin(append(&mut own, &is_written));
    while !is_written.load(Ordering::SeqCst) {
        let polled = poll_fn(|context| Poll::Ready(kept.as_mut().poll(context))).await;
        anyhow::ensure!(polled.is_pending(), "the textbook did not wait");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let other = |mut connection: PgConnection| {
        tokio::spawn(async move {
            let never = AtomicBool::new(false);
            let append = append(&mut connection, &never);
            tokio::time::timeout(Duration::from_secs(1), append).await.is_err()
        })
    };
    let others: Vec<_> = connections.into_iter().map(other).collect();
    let mut late = 0;
    for other in others {
        late += u64::from(other.await?);
    }
    // Refused or not, the others are on connections of their own, which are gone.
    drop(kept);
    Ok((late, OTHERS as u64))
}

/// Begin, look, insert, commit; says when it has inserted.
async fn append(connection: &mut PgConnection, is_written: &AtomicBool) -> anyhow::Result<()> {
    let payload = serde_json::to_string(&deposited(1))?;
    let mut tx = connection.begin().await?;
    let max = "SELECT coalesce(max(version), 0) FROM es.events WHERE stream = $1";
    let version: i64 = sqlx::query_scalar(max).bind(STREAM).fetch_one(&mut *tx).await?;
    insert_one(&mut tx, STREAM, version + 1, &Uuid::now_v7(), &payload).await?;
    is_written.store(true, Ordering::SeqCst);
    // Here whoever polls it may do something else first.
    tokio::task::yield_now().await;
    tx.commit().await?;
    Ok(())
}
