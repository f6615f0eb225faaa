//! Events drawn from their stored forms.

use std::collections::BTreeSet;
use std::fmt::Debug;

use es_core::{DecodeError, EventHistory, EventSet, Payload, SchemaVersion};
use proptest::prelude::*;
use proptest::strategy::{Union, ValueTree};

use super::payload::{Unknown, payloads};
use super::trial::runner;
use crate::page::Line;
use crate::scenario::chain;

/// The number of values that are drawn to see which events a source makes, and which payloads an
/// event takes.
const SAMPLES: usize = 64;

/// The reason that the events of a set cannot be drawn.
#[derive(Debug)]
pub(super) struct Undrawn {
    pub(super) headline: String,
    pub(super) lines: Vec<Line>,
    pub(super) cure: String,
}

/// The strategy for every event of the set that is still written: its sources, or else its stored
/// form.
pub(super) fn events<E>(
    history: &[EventHistory],
    sources: &[BoxedStrategy<E>],
) -> Result<BoxedStrategy<E>, Undrawn>
where
    E: EventSet + Clone + Debug + 'static,
{
    let covered: BTreeSet<String> = sources.iter().flat_map(names).collect();
    let mut strategies = sources.to_vec();
    for event in history {
        if event.is_superseded || covered.contains(event.name) {
            continue;
        }
        strategies.push(from_form::<E>(event)?);
    }
    if strategies.is_empty() {
        return Err(Undrawn {
            headline: "there are no events to draw".to_owned(),
            lines: Vec::new(),
            cure: "list the events of the aggregate: #[aggregate(…, events(…))]".to_owned(),
        });
    }
    Ok(Union::new(strategies).boxed())
}

/// The names of the events that a source makes.
fn names<E: EventSet + Debug>(source: &BoxedStrategy<E>) -> BTreeSet<String> {
    samples(source).iter().map(|event| event.name().to_string()).collect()
}

fn samples<T: Debug>(source: &BoxedStrategy<T>) -> Vec<T> {
    let mut runner = runner();
    let drawn = |_| source.new_tree(&mut runner).ok().map(|tree| tree.current());
    (0..SAMPLES).filter_map(drawn).collect()
}

fn from_form<E>(event: &EventHistory) -> Result<BoxedStrategy<E>, Undrawn>
where
    E: EventSet + Clone + Debug + 'static,
{
    let name = event.name;
    let Some((version, schema)) = event.versions.last() else {
        return Err(no_form(name));
    };
    let version = *version;
    let payloads = payloads(name, schema).map_err(|unknown| opaque(name, &unknown))?;
    let mut refused = None;
    let mut takes = |payload: &String| match read::<E>(name, version, payload) {
        Ok(_) => true,
        Err(error) => {
            refused.get_or_insert_with(|| (payload.clone(), chain(&error)));
            false
        }
    };
    let are_all_refused = !samples(&payloads).iter().any(&mut takes);
    if let (true, Some((payload, error))) = (are_all_refused, refused) {
        return Err(unread(name, &payload, &error));
    }
    Ok(payloads
        .prop_filter_map("the event does not take it", move |payload| {
            read::<E>(name, version, &payload).ok()
        })
        .boxed())
}

/// An event of today, which is read as itself.
fn read<E: EventSet>(name: &str, version: SchemaVersion, payload: &str) -> Result<E, DecodeError> {
    let read = E::decode(name, version, &Payload::from_store(payload.to_owned()))?;
    read.into_iter().next().ok_or_else(|| DecodeError::unknown_event(name))
}

fn by_hand(name: &str) -> String {
    format!(
        "or make `{name}` by hand: laws!(…, events = [|cents| Deposited {{ cents }}], …), \
         a function of the parts that vary or a strategy of proptest"
    )
}

fn no_form(name: &str) -> Undrawn {
    Undrawn {
        headline: format!("`{name}` has no stored form to draw from"),
        lines: Vec::new(),
        cure: format!("derive `Event` for it, {}", by_hand(name)),
    }
}

fn opaque(name: &str, unknown: &Unknown) -> Undrawn {
    let Unknown { place, type_name } = unknown;
    if place == name {
        return no_form(name);
    }
    Undrawn {
        headline: format!("`{name}` cannot be drawn, since the form of a field is not known"),
        lines: vec![Line::lost(format!("{place}: {type_name}"))],
        cure: format!("put #[derive(Shape)] on `{type_name}`, {}", by_hand(name)),
    }
}

fn unread(name: &str, payload: &str, error: &str) -> Undrawn {
    Undrawn {
        headline: format!("`{name}` takes none of {SAMPLES} payloads of its own form"),
        lines: vec![Line::text(payload), Line::lost(error)],
        cure: format!(
            "make `{name}` by hand, since it has rules beyond its form: \
             laws!(…, events = [|cents| Deposited {{ cents }}], …), \
             a function of the parts that vary or a strategy of proptest"
        ),
    }
}
