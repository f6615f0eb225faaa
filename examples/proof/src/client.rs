//! The client's share of loads and commands on Postgres: the instructions of the program, whatever the
//! server and the machine do beside it.

use std::str::FromStr;

use clap::ValueEnum;
use es_core::Repository;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::callgrind;
use crate::cli::value_name;
use crate::commands::deposit_by_hand;
use crate::domain::{Account, Deposit};
use crate::fill;
use crate::replay::load_by_hand;
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, progress};

/// The work that is counted.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A stream of 1,000 events: one SELECT of three columns, a match, a fold.
    LoadByHand,
    /// The same, by the repository.
    Load,
    /// A stream of ten events read, one appended: the textbook's transaction.
    CommandByHand,
    /// The same, by the repository.
    Command,
    /// The same with a cache of states.
    CachedCommand,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::LoadByHand => "load of 1,000, by hand",
            Self::Load => "load of 1,000, **es**",
            Self::CommandByHand => "command, textbook",
            Self::Command => "command, **es**",
            Self::CachedCommand => "command, **es**, cached",
        }
    }

    /// The name of its accounts, of which nobody else has any.
    fn accounts(self, times: u64) -> String {
        format!("{} {times} ", value_name(&self))
    }

    fn lengths(self) -> [u64; 2] {
        match self {
            Self::LoadByHand | Self::Load => [20, 60],
            _ => [200, 600],
        }
    }
}

pub async fn table(run: &mut Run) -> anyhow::Result<()> {
    let about = "Instructions of the client, driver included, as callgrind counts them for two lengths, \
        divided by the difference. The ratio is of the one by hand to this one: more is better.";
    let columns = ["work", "instructions", "ratio"];
    let mut table = Table::new("Client", about, &columns);
    progress("client: instructions of loads and commands");
    let database = run.server.database().await?;
    fill::accounts(&database.pool, "long ", 1, 1_000).await?;
    for work in Work::value_variants() {
        for times in work.lengths() {
            fill::accounts(&database.pool, &work.accounts(times), times.div_ceil(10), 5).await?;
        }
    }
    fill::analyze(&database.pool).await?;
    let url = database.options.to_url_lossy().to_string();
    let mut by_hand = None;
    for work in Work::value_variants() {
        let subcommand = vec!["client".to_owned(), value_name(work), url.clone()];
        let lengths = work.lengths();
        let counted =
            tokio::task::spawn_blocking(move || callgrind::instructions(&subcommand, lengths));
        let (count, ratio) = match counted.await? {
            Ok(count) => {
                if matches!(work, Work::LoadByHand | Work::CommandByHand) {
                    by_hand = Some(count);
                }
                (
                    Cell::number(count, 0),
                    by_hand.map_or(Cell::Nothing, |hand| Cell::ratio(hand, count)),
                )
            }
            Err(error) => {
                eprintln!("  instructions are not counted: {error:#}");
                (Cell::text("valgrind is not there"), Cell::Nothing)
            }
        };
        table.row(vec![Cell::text(work.name()), count, ratio]);
    }
    run.report.add(table);
    Ok(())
}

/// The work of the program when callgrind looks on.
pub async fn work_once(work: Work, url: &str, times: u64) -> anyhow::Result<()> {
    let database = Database::at(PgConnectOptions::from_str(url)?);
    let mut connection = database.connections(1).await?.remove(0);
    let repository = Repository::<Account, _>::new(database.store.clone());
    let cached = repository.clone().with_cache(1_000);
    for number in 0..times {
        // So that a stream has ten events on average.
        let account = format!("{}{}", work.accounts(times), number / 10);
        match work {
            Work::LoadByHand => drop(load_by_hand(&mut connection, "long 0").await?),
            Work::Load => drop(repository.load(&"long 0".to_owned()).await?),
            Work::CommandByHand => {
                while !deposit_by_hand(&mut connection, &account, number).await? {}
            }
            Work::Command => drop(repository.execute(Deposit { account, number }).await?),
            Work::CachedCommand => drop(cached.execute(Deposit { account, number }).await?),
        }
    }
    connection.close().await?;
    Ok(())
}
