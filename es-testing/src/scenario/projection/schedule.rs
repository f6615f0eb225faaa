//! Random schedule of the events over several processes, as a projection that is run meets it.

use std::collections::HashMap;

use es_core::projection::Slot;
use es_core::{Projection, ProjectionKey, RecordedEvent};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::page::Line;

/// The largest number of processes.
const NODES: u8 = 4;

/// More events than this are in no batch but the last ones.
const BATCH: usize = 5;

/// The schedule that is drawn.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// The node of each slot of which there are events.
    nodes: Vec<u8>,
    /// The node that goes on, the number of its events, and true if its batch is lost.
    steps: Vec<(u8, usize, bool)>,
}

/// Events that one node handles together, by their places.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    node: u8,
    pub(super) events: Vec<usize>,
    pub(super) is_lost: bool,
}

/// The place of each event among the slots of which there are some.
pub(super) fn places<P: Projection>(stored: &[RecordedEvent]) -> Vec<usize> {
    let mut known = HashMap::<Slot, usize>::new();
    let places = stored.iter().map(|event| {
        // What has no key of its own goes with its stream, as it does when it is run.
        let key = P::key(event).unwrap_or_else(|_| ProjectionKey::of_stream(&event.stream));
        let next = known.len();
        *known.entry(Slot::of(&key)).or_insert(next)
    });
    places.collect()
}

pub(super) fn drawn(places: &[usize]) -> impl Strategy<Value = Schedule> {
    let slots = places.iter().max().map_or(0, |last| last + 1);
    let steps = vec((0..NODES, 1..=BATCH, any::<bool>()), 0..=2 * places.len());
    (vec(0..NODES, slots), steps).prop_map(|(nodes, steps)| Schedule { nodes, steps })
}

impl Schedule {
    /// The batches; what the drawn steps leave is handled in the end.
    pub(super) fn batches(&self, places: &[usize]) -> Vec<Batch> {
        let mut left: HashMap<u8, Vec<usize>> = HashMap::new();
        for (event, place) in places.iter().enumerate() {
            left.entry(self.nodes[*place]).or_default().push(event);
        }
        let rest = (0..NODES).map(|node| (node, places.len(), false));
        let mut batches = Vec::new();
        for (node, size, is_lost) in self.steps.iter().copied().chain(rest) {
            let Some(waiting) = left.get_mut(&node).filter(|waiting| !waiting.is_empty()) else {
                continue;
            };
            let size = size.min(waiting.len());
            let events =
                if is_lost { waiting[..size].to_vec() } else { waiting.drain(..size).collect() };
            batches.push(Batch { node, events, is_lost });
        }
        batches
    }
}

impl Batch {
    /// The batch in a report; `lost` says what became of one that is lost.
    pub(super) fn line(&self, lost: &str) -> Line {
        let events: Vec<_> = self.events.iter().map(|event| format!("#{}", event + 1)).collect();
        let line = Line::text(format!("node {}: {}", self.node + 1, events.join(" ")));
        if self.is_lost { line.remark(lost) } else { line }
    }
}
