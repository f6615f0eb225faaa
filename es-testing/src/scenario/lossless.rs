//! An event that a store would not give back is no event: each one is encoded and decoded.

use std::panic::Location;

use es_core::__private::{Reported, equals_itself, lossless};
use es_core::{ChangedField, DecodeError, Decoded, Description, RawEvent};

use super::chain;
use crate::page::{Colour, Line, Page, of_this_test};

/// Fails at the first event that a store could not take, or would give back as another.
#[track_caller]
pub(crate) fn expect_lossless<E: Reported>(origin: &'static str, events: &[E]) {
    for event in events {
        if let Some(loss) = loss(event) {
            report(origin, &event.describe(), &loss);
        }
    }
}

/// The difference between an event and what is read back of it.
pub(crate) struct Loss {
    what: &'static str,
    stored: Option<RawEvent>,
    read: Line,
    pub(crate) cure: &'static str,
}

impl Loss {
    pub(crate) fn headline(&self, event: &Description) -> String {
        format!("{} {}", event.name, self.what)
    }

    /// The stored event and the one that was read.
    pub(crate) fn blocks(&self) -> [(&'static str, Vec<Line>); 2] {
        let stored = self.stored.as_ref().map_or_else(
            || "nothing".to_owned(),
            |raw| format!("`{}` version {}: {}", raw.name, raw.version, raw.payload.as_str()),
        );
        [("stored", vec![Line::text(stored)]), ("read", vec![self.read.clone()])]
    }
}

/// The difference between an event and what a store would give back; `None` if it is lossless.
///
/// The core refuses a command in the same case; here the difference is laid out for a report. An
/// event that the core does not check is checked too.
pub(crate) fn loss<E: Reported>(event: &E) -> Option<Loss> {
    let error = match event.to_raw() {
        Ok(stored) => lossless(event, &stored).err()?,
        Err(error) => error,
    };
    let (Some(loss), Some(stored)) = (error.loss(), error.stored()) else {
        return Some(Loss {
            what: "cannot be stored",
            stored: None,
            read: Line::lost(chain(&error)),
            cure: "give what cannot be JSON a form of its own: #[serde(with = \"…\")]",
        });
    };
    let (read, cure) = match loss {
        es_core::Loss::Unreadable { path, written, stored, source, .. } => {
            let mut line = Line::lost(format!("nothing: {}", chain(source)));
            if !path.is_empty() {
                line.details
                    .push(format!("{path}: {written} is stored as {stored}, which is not read"));
            }
            (line, cure_of(source))
        }
        es_core::Loss::Changed { fields } => (
            changed(event, stored, fields),
            "leave out of the event what is not stored; what JSON takes for one, as `None`, \
             `Some(None)` and `Some(NaN)`, needs a form of its own: #[serde(with = \"…\")]",
        ),
        es_core::Loss::NotOne { count } => (
            Line::lost(format!("{count} events")),
            "let the set read each of its events as that event",
        ),
        _ => (Line::lost(loss.to_string()), "keep such a value out of the event"),
    };
    Some(Loss { what: loss.fate(), stored: Some(stored.clone()), read, cure })
}

fn cure_of(error: &DecodeError) -> &'static str {
    if let DecodeError::UnknownEvent { .. } = error {
        return "read every event that the set can hold: `decode` knows fewer names than `name`";
    }
    "keep such a value out of the event (JSON has neither NaN nor infinity), or \
         give the field a form of its own: #[serde(with = \"…\")]"
}

fn changed<E: Reported>(event: &E, stored: &RawEvent, fields: &[ChangedField]) -> Line {
    let read = event.read_back(stored);
    let read = read.as_ref().map(Decoded::as_slice).unwrap_or_default();
    let mut line = match read {
        [read] => Line::different(&read.describe(), &event.describe()),
        _ => Line::lost("nothing"),
    };
    if !fields.is_empty() {
        let told = fields
            .iter()
            .map(|field| format!("{}: {}, expected {}", field.path, field.read, field.written));
        line.details = told.collect();
    }
    if !equals_itself(event) {
        let compared = "the event is not equal to itself, as NaN is not: what it prints and its \
                        JSON were compared";
        line.details.push(compared.to_owned());
    }
    line
}

#[track_caller]
fn report(origin: &'static str, event: &Description, loss: &Loss) -> ! {
    let mut blocks = vec![(origin, vec![Line::context(event)])];
    blocks.extend(loss.blocks());
    let page = Page {
        name: of_this_test(),
        headline: loss.headline(event),
        at: Location::caller(),
        blocks,
        end: format!("what to do: {}", loss.cure),
    };
    panic!("{}", page.render(Colour::of_this_terminal()))
}
