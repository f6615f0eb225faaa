//! Events that changed over the years, and what was stored meanwhile.

mod fields;
mod names;
mod nested;
mod structs;

use es_core::{DecodeError, Event, Payload, SchemaVersion};

/// What was stored as `version`, as the event of today.
fn read<E: Event>(version: u32, stored: &str) -> Result<E, DecodeError> {
    E::decode(SchemaVersion(version), &Payload::parse(stored).expect("the test wrote JSON"))
}

/// As [`read`], of what can be read.
fn today<E: Event>(version: u32, stored: &str) -> E {
    read(version, stored).expect("it can be read")
}

/// The error with its reasons, as a log prints it.
fn told(error: &dyn std::error::Error) -> String {
    let reasons = std::iter::successors(Some(error), |error| error.source());
    reasons.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
