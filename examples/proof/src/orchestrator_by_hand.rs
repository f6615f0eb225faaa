//! The orchestrator as one writes it first: one step after another, and if one fails, what has completed is taken
//! back, the last first.
//!
//! It is right as long as every answer arrives.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::time::timeout;

use crate::Run;
use crate::fulfilments::TIMEOUT;
use crate::outside::{LATEST, Manner, Outside};
use crate::sagas::{Audit, TracesAre};

/// The steps of the services; a reservation is a row beside them.
const STEPS: [&str; 3] = ["take-payment", "reserve", "create-shipment"];

/// Runs this many orders, 16 at a time, and looks for their traces.
pub async fn run(run: &Run, orders: u64) -> anyhow::Result<Audit> {
    let database = run.server.database().await?;
    Outside::create(&database.pool).await?;
    let outside = Arc::new(Outside::new(database.pool.clone(), run.options.dice("by hand", 0)));
    let mut ends = Vec::new();
    for begun in (0..orders).collect::<Vec<_>>().chunks(16) {
        let running = begun.iter().map(|order| orchestrate(Arc::clone(&outside), *order));
        ends.extend(futures_util::future::try_join_all(running).await?);
    }
    // What is late arrives.
    tokio::time::sleep(LATEST).await;
    let mut audit = Audit::default();
    for (order, is_completed) in (0..).zip(ends) {
        let traces = traces(&database.pool, order).await?;
        let traces = TracesAre { is_all: traces == STEPS.len(), is_nothing: traces == 0 };
        audit.ended(&traces, is_completed);
    }
    Ok(audit)
}

/// True if all steps have completed.
async fn orchestrate(outside: Arc<Outside>, order: u64) -> anyhow::Result<bool> {
    let mut completed: Vec<String> = Vec::new();
    for step in STEPS {
        let key = format!("by-hand/{order}/{step}");
        if !asked(&outside, &key).await? {
            for key in completed.iter().rev() {
                outside.taken_back(key).await?;
            }
            return Ok(false);
        }
        completed.push(key);
    }
    Ok(true)
}

/// True if the service has answered in time that it is done.
async fn asked(outside: &Arc<Outside>, key: &str) -> anyhow::Result<bool> {
    match outside.manner()? {
        Manner::Answers => Ok(outside.done(key).await?),
        Manner::Refuses | Manner::Fails => Ok(false),
        Manner::Hangs => {
            outside.done(key).await?;
            Ok(timeout(TIMEOUT, std::future::pending::<bool>()).await.unwrap_or(false))
        }
        Manner::IsLate => {
            let (outside, key) = (Arc::clone(outside), key.to_owned());
            tokio::spawn(async move {
                tokio::time::sleep(TIMEOUT * 3).await;
                drop(outside.done(&key).await);
            });
            Ok(timeout(TIMEOUT, std::future::pending::<bool>()).await.unwrap_or(false))
        }
    }
}

async fn traces(pool: &PgPool, order: u64) -> anyhow::Result<usize> {
    let traces = "SELECT count(*) FROM outside.done WHERE key LIKE 'by-hand/' || $1 || '/%'";
    let traces: i64 = sqlx::query_scalar(traces).bind(order.to_string()).fetch_one(pool).await?;
    Ok(usize::try_from(traces)?)
}
