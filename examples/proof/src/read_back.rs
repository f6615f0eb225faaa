//! The price of reading each event again before it is stored: commands whose event is checked beside
//! commands whose event is not.

use std::convert::Infallible;
use std::hint::black_box;

use anyhow::Context;
use clap::ValueEnum;
use es_core::prelude::*;
use es_postgres::PgStore;

use crate::append::measured;
use crate::callgrind;
use crate::cli::value_name;
use crate::domain::deposited;
use crate::measure::{Turns, Worker};
use crate::report::{Cell, Table};
use crate::{Run, progress};

/// The check that reads events again before they are stored.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The default.
    Checked,
    /// Left out, by `#[event(unchecked)]`.
    Unchecked,
}

/// The destination of the commands.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The command in memory: nothing but the program.
    Memory,
    /// The event alone, encoded and not stored.
    Encoded,
}

/// The numbers of commands that callgrind sees executed.
const LENGTHS: [u64; 2] = [1_000, 2_000];

macro_rules! account {
    ($module:ident $($unchecked:ident)?) => {
        mod $module {
            use super::*;

            #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
            #[event(name = "deposited" $(, $unchecked)?)]
            pub struct Deposited {
                pub number: u64,
                pub cents: u32,
                pub reference: String,
            }

            #[derive(Aggregate, Default, Clone, Debug, PartialEq)]
            #[aggregate(name = "account", id = String, events(Deposited), error = Infallible)]
            pub struct Account {
                cents: i64,
            }

            impl Apply<Deposited> for Account {
                fn apply(&mut self, event: Deposited) {
                    self.cents += i64::from(event.cents);
                }
            }

            #[derive(Command, Clone, Debug)]
            #[command(aggregate = Account, creates)]
            pub struct Deposit {
                #[command(id)]
                pub account: String,
                pub number: u64,
            }

            impl Decide<Deposit> for Account {
                type Events = Deposited;

                fn decide(&self, command: Deposit) -> Result<Deposited, Infallible> {
                    Ok(event(command.number))
                }
            }

            pub fn event(number: u64) -> Deposited {
                let crate::domain::Deposited { number, cents, reference } = deposited(number);
                Deposited { number, cents, reference }
            }
        }
    };
}

account!(checked);
account!(unchecked unchecked);

pub async fn table(run: &mut Run) -> anyhow::Result<()> {
    let about = "A command that creates an account with one event of about 120 bytes, with the event read \
        again before it is stored, and with `#[event(unchecked)]`. Instructions are those of the program \
        alone, as callgrind counts them for two lengths, divided by the difference. The last columns are \
        commands on Postgres, one after the other. The ratio is to the unchecked one.";
    let columns = [
        "event",
        "instructions to encode",
        "instructions a command, in memory",
        "commands/s",
        "p50 ms",
        "ratio",
    ];
    let mut table = Table::new("Reading back", about, &columns);
    progress("read back: commands with and without");
    let mut turns = [Turns::default(), Turns::default()];
    let database = run.server.database().await?;
    for round in 0..run.options.rounds() {
        for (check, turns) in Check::value_variants().iter().zip(&mut turns) {
            let name = format!("{} {round}", value_name(check));
            match check {
                Check::Checked => {
                    let repository = Repository::new(database.store.clone());
                    measured(run, vec![Checked { repository, name, next: 0 }], turns).await?;
                }
                Check::Unchecked => {
                    let repository = Repository::new(database.store.clone());
                    measured(run, vec![Unchecked { repository, name, next: 0 }], turns).await?;
                }
            }
        }
    }
    let unchecked = turns[1].rate();
    for (check, mut turns) in Check::value_variants().iter().zip(turns) {
        let count = |place: Place| {
            let subcommand = ["read-back".to_owned(), value_name(check), value_name(&place)];
            match callgrind::instructions(&subcommand, LENGTHS) {
                Ok(count) => Cell::number(count, 0),
                Err(error) => {
                    eprintln!("  instructions are not counted: {error:#}");
                    Cell::text("valgrind is not there")
                }
            }
        };
        table.row(vec![
            Cell::text(value_name(check)),
            count(Place::Encoded),
            count(Place::Memory),
            Cell::number(turns.rate(), 0),
            Cell::number(turns.millis(0.5), 3),
            Cell::ratio(turns.rate(), unchecked),
        ]);
    }
    run.report.add(table);
    Ok(())
}

macro_rules! worker {
    ($worker:ident $module:ident) => {
        struct $worker {
            repository: Repository<$module::Account, PgStore>,
            name: String,
            next: u64,
        }

        impl Worker for $worker {
            async fn work(&mut self) -> anyhow::Result<()> {
                self.next += 1;
                let account = format!("{} {}", self.name, self.next);
                self.repository.execute($module::Deposit { account, number: self.next }).await?;
                Ok(())
            }
        }
    };
}

worker!(Checked checked);
worker!(Unchecked unchecked);

/// Writes the events once, for callgrind to look on.
pub async fn write_once(check: Check, place: Place, events: u64) -> anyhow::Result<()> {
    macro_rules! write {
        ($module:ident) => {{
            let repository = Repository::<$module::Account, _>::new(MemoryStore::new());
            for number in 0..events {
                if place == Place::Encoded {
                    black_box($module::event(number).encode().context("it can be stored")?);
                } else {
                    let account = number.to_string();
                    repository.execute($module::Deposit { account, number }).await?;
                }
            }
        }};
    }
    match check {
        Check::Checked => write!(checked),
        Check::Unchecked => write!(unchecked),
    }
    Ok(())
}
