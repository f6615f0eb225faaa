//! Reading stored events: today's beside raw serde, older ones beside steps by hand and steps on JSON
//! values.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context;
use clap::ValueEnum;
use es_core::prelude::*;
use es_core::{EventName, Payload, RawEvent};
use serde::Serialize;

use crate::callgrind;
use crate::cli::{Options, value_name};
use crate::domain::deposited;
use crate::evolved::{self, Currency, Transferred};
use crate::measure::median;
use crate::report::{Cell, Table};
use crate::upcast_by_hand::{self, TransferredV1, TransferredV3};
use crate::{Run, progress};

/// The version in which an event is stored.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// The version that is written today.
    Current,
    /// The version of one step back.
    OneBack,
    /// The version of three steps back.
    ThreeBack,
}

/// The code that reads it.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// serde alone, which is told of what type the event is.
    Serde,
    /// An enum, a match, a struct of each version.
    ByHand,
    /// An enum, a match, old payloads changed as JSON values.
    ByValues,
    /// The code that the derives wrote.
    Derived,
}

/// The numbers of events that callgrind sees read.
const LENGTHS: [u64; 2] = [1_000, 2_000];

/// A turn is so short that most of them are not interrupted by what else the machine does.
const EVENTS_OF_A_TURN: u64 = 2_000;

pub async fn table(run: &mut Run) -> anyhow::Result<()> {
    let options = run.options.clone();
    run.report.add(tokio::task::spawn_blocking(move || measured(&options)).await??);
    Ok(())
}

fn measured(options: &Options) -> anyhow::Result<Table> {
    let about = "Stored form to the enum of a set, in memory: one event in version 4, of about 140 bytes, \
        with three versions of field history. Medians of many short turns; instructions are those that callgrind \
        counts for two lengths, divided by the difference. Both ratios say how many times as fast as the \
        first of its kind: more is better. Raw serde_json knows the type before it reads; by hand is an \
        enum, a match on name and version, and a struct for each version.";
    let columns = [
        "stored",
        "contender",
        "events/s",
        "ratio",
        "instructions an event",
        "ratio ",
        "target of both ratios",
    ];
    let mut table = Table::new("Decode", about, &columns);
    for stored in Stored::value_variants() {
        progress(&format!("decode: {}", stored.title()));
        stored.rows(options, &mut table)?;
    }
    Ok(table)
}

impl Stored {
    fn title(self) -> &'static str {
        match self {
            Self::Current => "today's version",
            Self::OneBack => "one version back",
            Self::ThreeBack => "three versions back",
        }
    }

    /// The contenders; the first is what the others are compared with.
    fn readers(self) -> [Reader; 3] {
        match self {
            Self::Current => [Reader::Serde, Reader::ByHand, Reader::Derived],
            Self::OneBack | Self::ThreeBack => [Reader::ByHand, Reader::ByValues, Reader::Derived],
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Current => "≥ 0.95",
            Self::OneBack | Self::ThreeBack => "≥ 0.9",
        }
    }

    fn rows(self, options: &Options, table: &mut Table) -> anyhow::Result<()> {
        let events = self.events(EVENTS_OF_A_TURN)?;
        let readers = self.readers();
        let mut rates = [const { Vec::new() }; 3];
        for _ in 0..options.count(51, 501) {
            for (reader, rates) in readers.iter().zip(&mut rates) {
                rates.push(reader.rate(&events)?);
            }
        }
        let mut first = None;
        for (reader, mut rates) in readers.into_iter().zip(rates) {
            let rate = median(&mut rates);
            let subcommand = ["decode".to_owned(), value_name(&self), value_name(&reader)];
            let count = callgrind::instructions(&subcommand, LENGTHS)
                .inspect_err(|error| eprintln!("  instructions are not counted: {error:#}"))
                .ok();
            let (first_rate, first_count) = *first.get_or_insert((rate, count));
            let is_derived = reader == Reader::Derived;
            table.row(vec![
                Cell::text(self.title()),
                Cell::text(reader.title()),
                Cell::number(rate, 0),
                Cell::ratio(rate, first_rate),
                count.map_or(Cell::text("valgrind is not there"), |count| Cell::number(count, 1)),
                first_count
                    .zip(count)
                    .map_or(Cell::Nothing, |(first, count)| Cell::ratio(first, count)),
                if is_derived { Cell::text(self.target()) } else { Cell::Nothing },
            ]);
        }
        Ok(())
    }

    /// Events as a store has them.
    fn events(self, count: u64) -> anyhow::Result<Vec<RawEvent>> {
        (0..count).map(|number| self.event(number)).collect()
    }

    /// All versions tell of the same transfer.
    fn event(self, number: u64) -> anyhow::Result<RawEvent> {
        let (cents, currency) = (120_000, Currency::Eur);
        let reference = deposited(number).reference;
        match self {
            Self::Current => {
                stored(4, &Transferred { number, cents: cents.into(), currency, reference })
            }
            Self::OneBack => stored(3, &TransferredV3 { number, cents, currency, reference }),
            Self::ThreeBack => stored(1, &TransferredV1 { number, amount: cents, reference }),
        }
    }
}

fn stored<T: Serialize>(version: u32, event: &T) -> anyhow::Result<RawEvent> {
    let payload = Payload::of(event)?;
    Ok(RawEvent::new(EventName::of::<Transferred>(), SchemaVersion(version), payload))
}

impl Reader {
    fn title(self) -> &'static str {
        match self {
            Self::Serde => "raw serde_json",
            Self::ByHand => "by hand",
            Self::ByValues => "by JSON values",
            Self::Derived => "**es**",
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a number of events")]
    fn rate(self, events: &[RawEvent]) -> anyhow::Result<f64> {
        let begun = Instant::now();
        self.read(black_box(events))?;
        Ok(events.len() as f64 / begun.elapsed().as_secs_f64())
    }

    /// Reads them, one after the other, and keeps none.
    fn read(self, events: &[RawEvent]) -> anyhow::Result<()> {
        match self {
            Self::Serde => {
                for raw in events {
                    black_box(&serde(raw)?);
                }
            }
            Self::ByHand => {
                for raw in events {
                    black_box(&upcast_by_hand::decode(raw)?);
                }
            }
            Self::ByValues => {
                for raw in events {
                    black_box(&upcast_by_hand::decode_by_values(raw)?);
                }
            }
            Self::Derived => {
                for raw in events {
                    evolved::Activity::from_raw(raw)?.into_iter().for_each(|event| {
                        black_box(&event);
                    });
                }
            }
        }
        Ok(())
    }
}

fn serde(raw: &RawEvent) -> serde_json::Result<Transferred> {
    serde_json::from_str(raw.payload.as_str())
}

/// Reads once, while callgrind looks on.
pub fn read_once(stored: Stored, reader: Reader, events: u64) -> anyhow::Result<()> {
    // As many are made each time, so that only the reading differs between two runs.
    let made = stored.events(LENGTHS[1])?;
    reader.read(made.get(..usize::try_from(events)?).context("so many are not made")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Transferred {
        let reference = deposited(7).reference;
        Transferred { number: 7, cents: 120_000, currency: Currency::Eur, reference }
    }

    fn raw(stored: Stored) -> RawEvent {
        stored.event(7).expect("sound")
    }

    #[test]
    fn serde_alone_reads_the_transfer_of_today() {
        assert_eq!(serde(&raw(Stored::Current)).expect("sound"), today());
    }

    #[test]
    fn the_derives_read_the_same_transfer_from_every_version() {
        for stored in Stored::value_variants() {
            let read = evolved::Activity::from_raw(&raw(*stored)).expect("sound");

            assert_eq!(read.as_slice(), [evolved::Activity::Transferred(today())], "{stored:?}");
        }
    }

    #[test]
    fn both_hand_written_readers_read_the_same_transfer_from_every_version() {
        for stored in Stored::value_variants() {
            let raw = raw(*stored);
            let expected = upcast_by_hand::Activity::Transferred(today());

            assert_eq!(upcast_by_hand::decode(&raw).expect("sound"), expected, "{stored:?}");
            assert_eq!(
                upcast_by_hand::decode_by_values(&raw).expect("sound"),
                expected,
                "{stored:?}"
            );
        }
    }
}
