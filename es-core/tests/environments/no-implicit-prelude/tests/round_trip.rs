//! What one process writes, the next one reads.

use environment_no_implicit_prelude::{Announce, LimitSet, Printed, Result, Season, SeasonEvent};
use es_core::prelude::*;

#[test]
fn an_announced_result_is_printed() {
    let result = Result { home: 3, guests: 1 };
    let announce = Announce { season: 1, result: result.clone() };

    let decided = Season::default().decide(announce).unwrap();
    let raw = SeasonEvent::from(decided).to_raw().unwrap();

    assert_eq!(Printed::from_raw(&raw).unwrap().as_slice(), [Printed::Result(result)]);
}

#[test]
fn a_result_counts_as_a_match() {
    let mut season = Season::default();

    season.evolve(Result { home: 3, guests: 1 }.into());

    assert_eq!(season, Season { matches: 1, ..Season::default() });
}

#[test]
fn an_event_of_three_versions_ago_is_read() {
    let stored = es_core::Payload::parse(r#"{"limit":5,"reason":"rich"}"#).unwrap();

    let read = LimitSet::decode(SchemaVersion(1), &stored).unwrap();

    assert_eq!(read, LimitSet { cents: 5 });
}
