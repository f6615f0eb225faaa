//! Readings of a golden payload by the code of each release.

use std::fmt;
use std::str::FromStr;

use es_core::{Payload, RawEvent};

use super::json::laid_out;

/// The events of every release since the payload was stored, oldest release first.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) readings: Vec<Reading>,
}

/// The reading of one release: none, one or several events, each in the version of that time.
#[derive(Debug, PartialEq)]
pub(super) struct Reading(pub(super) Vec<RawEvent>);

impl Reading {
    /// True if both have the same events in the same versions.
    pub(super) fn is_of_the_release_of(&self, other: &Self) -> bool {
        let types = |reading: &Self| -> Vec<_> {
            reading.0.iter().map(|event| (event.name.clone(), event.version)).collect()
        };
        types(self) == types(other)
    }
}

const HEAD: &str = "\
# What the payload beside this is read as, by each release that read it as something new.
# Readings are added and never changed: all of them must mean the same.
";

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for Reading(events) in &self.readings {
            f.write_str("\nread as\n")?;
            if events.is_empty() {
                f.write_str("  nothing\n")?;
            }
            for event in events {
                writeln!(f, "  {} {}", event.name, event.version)?;
                for line in laid_out(event.payload.as_str()).lines() {
                    writeln!(f, "    {line}")?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Expected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut expected = Self::default();
        let mut lines = text.lines().enumerate().filter(|(_, line)| !is_silent(line)).peekable();
        while let Some((nth, line)) = lines.next() {
            let at = |problem: &str| format!("line {}: {problem}", nth + 1);
            if line == "read as" {
                expected.readings.push(Reading(Vec::new()));
                continue;
            }
            let Some(Reading(events)) = expected.readings.last_mut() else {
                return Err(at("a line `read as` comes first"));
            };
            if line == "  nothing" {
                continue;
            }
            let (name, version) = line
                .strip_prefix("  ")
                .and_then(|line| line.split_once(' '))
                .ok_or_else(|| at("a name and a version were expected"))?;
            let version = version.parse().map_err(|_| at("the version is no number"))?;
            let name = name.to_owned().try_into().map_err(|error| at(&format!("{error}")))?;
            let mut payload = String::new();
            while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with("    ")) {
                payload.push_str(line.trim());
                payload.push('\n');
            }
            let payload = Payload::parse(payload.trim_end())
                .map_err(|error| at(&format!("the payload under it is no JSON: {error}")))?;
            events.push(RawEvent::new(name, es_core::SchemaVersion(version), payload));
        }
        Ok(expected)
    }
}

fn is_silent(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}
