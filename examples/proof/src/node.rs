//! Processes that run a projection in the proof: started, watched and killed by the others.

use std::io::Read;
use std::str::FromStr;
use std::time::Duration;

use es_core::projection::{OnFailure, Projections, RunError, RunOptions};
use es_core::sagas::{SagaOptions, Sagas};
use es_core::{Projection, ReadModel, Start};
use es_postgres::PgStore;
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgConnection, PgPool};

use crate::effects::Effects;
use crate::fulfilments::Fulfilment;
use crate::ledger::Ledger;
use crate::mails::{newer, older};
use crate::naive_worker;
use crate::outside::Outside;
use crate::read_models::{Balances, BalancesAtOnce};
use crate::releases::{first, second};
use crate::server::notified;

/// The job of a process.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    Balances,
    BalancesAtOnce,
    Effects,
    TotalsFirst,
    TotalsSecond,
    Ledger,
    LedgerCured,
    MailsOlder,
    MailsNewer,
    Fulfilment,
    NaiveWorker,
}

/// The arguments with which a process is started.
#[derive(clap::Args, Clone, Debug)]
pub struct Orders {
    /// The job that it runs.
    pub job: Job,
    /// The database.
    pub url: String,
    /// The name under which its work is noted.
    pub name: String,
    /// The duration of its leases, in milliseconds.
    pub lease: u64,
    /// The number of events in a batch.
    pub batch: u32,
    /// True if it listens to notifications.
    #[arg(long)]
    pub notifications: bool,
}

impl Orders {
    /// The words as they stand on the command line.
    pub fn words(&self) -> Vec<String> {
        let mut words = vec![
            "node".to_owned(),
            crate::cli::value_name(&self.job),
            self.url.clone(),
            self.name.clone(),
            self.lease.to_string(),
            self.batch.to_string(),
        ];
        words.extend(self.notifications.then(|| "--notifications".to_owned()));
        words
    }
}

/// The text that a process prints to stdout when it runs.
pub const RUNNING: &str = "running";

/// Runs until stdin ends, which it also does when the process that started this one is gone.
pub async fn work(orders: Orders) -> anyhow::Result<()> {
    let options = PgConnectOptions::from_str(&orders.url)?.application_name(&orders.name);
    let pool = PgStore::pool_options().max_connections(8).connect_lazy_with(options);
    let store = PgStore::with_options(pool.clone(), notified(orders.notifications));
    match orders.job {
        Job::Balances => run(&orders, &store, Balances).await,
        Job::BalancesAtOnce => run(&orders, &store, BalancesAtOnce).await,
        Job::Effects => run(&orders, &store, Effects::of(&orders.name)).await,
        Job::TotalsFirst => run(&orders, &store, first::Totals).await,
        Job::TotalsSecond => run(&orders, &store, second::Totals).await,
        Job::Ledger => run(&orders, &store, Ledger { is_cured: false }).await,
        Job::LedgerCured => run(&orders, &store, Ledger { is_cured: true }).await,
        Job::MailsOlder => run(&orders, &store, older::Mails).await,
        Job::MailsNewer => run(&orders, &store, newer::Mails).await,
        Job::Fulfilment => fulfil(&orders, &store, pool).await,
        Job::NaiveWorker => {
            println!("{RUNNING}");
            tokio::select! {
                worked = naive_worker::work(&orders, &pool) => worked,
                () = told_to_leave() => Ok(()),
            }
        }
    }
}

async fn run<X>(orders: &Orders, store: &PgStore, projection: X) -> anyhow::Result<()>
where
    X: Projection + ReadModel<PgConnection> + Clone,
{
    let projections = Projections::new(store.clone(), store.projections());
    let options = RunOptions::default()
        .with_lease(Duration::from_millis(orders.lease))
        .with_batch(orders.batch)
        // One try: what fails here fails for ever.
        .with_on_failure(OnFailure::Park { attempts: 1 });
    let running = loop {
        match projections.run_with(projection.clone(), options.clone()).await {
            Ok(running) => break running,
            // What starts processes starts them again, until there is a server.
            Err(RunError::Store(_)) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => return Err(error.into()),
        }
    };
    println!("{RUNNING}");
    told_to_leave().await;
    running.stop().await;
    Ok(())
}

/// Runs the saga of orders, with services whose dice are those of the process.
async fn fulfil(orders: &Orders, store: &PgStore, pool: PgPool) -> anyhow::Result<()> {
    let name = orders.name.bytes().fold(7, |seed: u64, byte| seed * 31 + u64::from(byte));
    let services = Outside::new(pool, fastrand::Rng::with_seed(name));
    let sagas = Sagas::new(store.clone(), store.sagas());
    let options = SagaOptions::default()
        .with_start(Start::Beginning)
        .with_lease(Duration::from_millis(orders.lease));
    let running = sagas.run_with::<Fulfilment, _>(services, options).await?;
    println!("{RUNNING}");
    told_to_leave().await;
    running.stop().await;
    Ok(())
}

async fn told_to_leave() {
    let until_the_end = || while std::io::stdin().read(&mut [0]).is_ok_and(|read| read > 0) {};
    // Whatever becomes of the thread, there is nothing more to wait for.
    let _ = tokio::task::spawn_blocking(until_the_end).await;
}
