//! Keys that are drawn from the log, and what happened to them.

use std::collections::HashMap;

use crate::event::recorded::RecordedEvent;
use crate::event::set::EventSet;
use crate::read::projection::replay::{Replay, key_of};
use crate::read::projection::{Projection, ProjectionKey};
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;

/// A key with more events is not compared: it would be held in memory whole.
const MOST_EVENTS: usize = 1000;

/// The keys of `count` events between the beginning of the log and `up_to`, one from each part of it; a
/// key that is met twice counts once.
pub(super) async fn keys<S: EventStore, X: Projection>(
    store: &S,
    selection: &Selection,
    up_to: Position,
    count: u32,
) -> Result<Vec<ProjectionKey>, StoreError> {
    let mut keys = Vec::new();
    for nth in 0..u64::from(count) {
        let place = |nth: u64| {
            let place = u128::from(up_to.0) * u128::from(nth) / u128::from(count);
            u64::try_from(place).unwrap_or(up_to.0)
        };
        let part = place(nth)..place(nth + 1);
        if part.is_empty() {
            continue;
        }
        let after = Position(fastrand::u64(part));
        if let Some(event) = first_after(store, selection, after, up_to).await? {
            let key = key_of::<X>(&event);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

async fn first_after<S: EventStore>(
    store: &S,
    selection: &Selection,
    mut after: Position,
    up_to: Position,
) -> Result<Option<RecordedEvent>, StoreError> {
    while after < up_to {
        let page = store.select_page(selection, after, 1).await?;
        let is_record = |event: &RecordedEvent| event.transformed_stream().is_some();
        if let Some(found) = page.events.into_iter().find(|event| !is_record(event)) {
            return Ok((found.position <= up_to).then_some(found));
        }
        if page.through <= after {
            return Ok(None);
        }
        after = page.through;
    }
    Ok(None)
}

/// The events of each key up to a position, in order; none of a key that has more than are held.
pub(super) async fn events<S: EventStore, X: Projection>(
    store: &S,
    selection: &Selection,
    keys: &[ProjectionKey],
    up_to: Position,
) -> Result<HashMap<ProjectionKey, Vec<RecordedEvent>>, StoreError> {
    let mut found = Found { wanted: keys.iter().map(|key| (key.clone(), Vec::new())).collect() };
    if X::KEYED_BY == "stream" {
        for key in keys {
            let Ok(stream) = key.as_str().parse() else { continue };
            let mut replay = Replay::of_stream(store, stream, up_to);
            while let Some(page) = replay.next().await? {
                let read =
                    page.into_iter().filter(|event| X::Event::contains(event.event.name.as_str()));
                found.add::<X>(read);
                if !found.wanted.contains_key(key) {
                    break;
                }
            }
        }
    } else {
        let mut replay = Replay::of_log(store, selection.clone(), up_to);
        while let Some(page) = replay.next().await? {
            found.add::<X>(page);
        }
    }
    Ok(found.wanted)
}

struct Found {
    wanted: HashMap<ProjectionKey, Vec<RecordedEvent>>,
}

impl Found {
    fn add<X: Projection>(&mut self, page: impl IntoIterator<Item = RecordedEvent>) {
        for event in page {
            let key = key_of::<X>(&event);
            let Some(events) = self.wanted.get_mut(&key) else { continue };
            events.push(event);
            if events.len() > MOST_EVENTS {
                self.wanted.remove(&key);
            }
        }
    }
}
