//! An event that a store would not give back is no event: each one is encoded and decoded.

use std::panic::Location;

use es_core::__private::Reported;
use es_core::{DecodeError, Decoded, Description, RawEvent};

use super::name;
use super::refusal::chain;
use crate::report::{Colour, Line, Page, came_back, equals_itself, key_at};

/// Fails at the first event that a store could not take, or would give back as another.
#[track_caller]
pub(crate) fn expect_lossless<E: Reported>(origin: &'static str, events: &[E]) {
    for event in events {
        if let Some(loss) = loss(event) {
            report(origin, &event.describe(), &loss);
        }
    }
}

/// What became of an event.
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

    /// What was stored and what was read.
    pub(crate) fn blocks(&self) -> [(&'static str, Vec<Line>); 2] {
        let stored = self.stored.as_ref().map_or_else(
            || "nothing".to_owned(),
            |raw| format!("`{}` version {}: {}", raw.name, raw.version, raw.payload.as_str()),
        );
        [("stored", vec![Line::text(stored)]), ("read", vec![self.read.clone()])]
    }
}

/// What a store would not give back of an event as it was; nothing if it is lossless.
pub(crate) fn loss<E: Reported>(event: &E) -> Option<Loss> {
    let stored = match event.to_raw() {
        Ok(stored) => stored,
        Err(error) => {
            return Some(Loss {
                what: "cannot be stored",
                stored: None,
                read: Line::lost(chain(&error)),
                cure: "give what cannot be JSON a form of its own: #[serde(with = \"…\")]",
            });
        }
    };
    let read = event.read_back(&stored);
    match read.as_ref().map(Decoded::as_slice) {
        Ok([read]) if came_back(read, event) => None,
        Ok([read]) => Some(Loss {
            what: "is another once it is stored",
            stored: Some(stored),
            read: changed(read, event),
            cure: "leave out of the event what is not stored; what JSON takes for one, as `None`, \
                   `Some(None)` and `Some(NaN)`, needs a form of its own: #[serde(with = \"…\")]",
        }),
        Ok(read) => Some(Loss {
            what: "is not one event once it is stored",
            stored: Some(stored),
            read: Line::lost(format!("{} events", read.len())),
            cure: "let the set read each of its events as that event",
        }),
        Err(error) => Some(Loss {
            what: "cannot be read again once it is stored",
            read: unreadable(&event.describe(), &stored, error),
            stored: Some(stored),
            cure: cure_of(error),
        }),
    }
}

fn cure_of(error: &DecodeError) -> &'static str {
    if let DecodeError::UnknownEvent { .. } = error {
        return "read every event that the set can hold: `decode` knows fewer names than `name`";
    }
    "keep such a value out of the event (JSON has neither NaN nor infinity), or \
         give the field a form of its own: #[serde(with = \"…\")]"
}

fn changed<E: Reported>(read: &E, event: &E) -> Line {
    let mut line = Line::different(&read.describe(), &event.describe());
    if !equals_itself(event) {
        let compared = "the event is not equal to itself, as NaN is not: what it prints and its \
                        JSON were compared";
        line.details.push(compared.to_owned());
    }
    line
}

fn unreadable(event: &Description, stored: &RawEvent, error: &DecodeError) -> Line {
    let mut line = Line::lost(format!("nothing: {}", chain(error)));
    if let DecodeError::Damaged { source, .. } = error
        && let Some(key) = key_at(stored.payload.as_str(), source.column())
    {
        let field = event.fields.iter().find(|field| field.name == key);
        line.details.push(match field {
            Some(field) => format!("{}: {} is stored as what is not read", key, field.value),
            None => format!("the field stored as {key:?} is not read"),
        });
    }
    line
}

#[track_caller]
fn report(origin: &'static str, event: &Description, loss: &Loss) -> ! {
    let mut blocks = vec![(origin, vec![Line::context(event)])];
    blocks.extend(loss.blocks());
    let page = Page {
        name: name::of_this_test(),
        headline: loss.headline(event),
        at: Location::caller(),
        blocks,
        end: format!("what to do: {}", loss.cure),
    };
    panic!("{}", page.render(Colour::of_this_terminal()))
}
