//! The window of an import: the appends that are in flight at once.

use std::collections::HashMap;
use std::error::Error;
use std::mem;
use std::pin::Pin;

use es_core::{Append, StreamId};
use futures_core::Stream;
use futures_util::StreamExt;

use crate::append::weight::{BATCH, size};

/// The size at which a window is full, in the unit of [`size`]: two statements, and room for two
/// more is left to the service.
pub(super) const FULL: usize = 2 * BATCH;

/// The appends in the order of the source, and the end of the source, if it has ended.
#[derive(Default)]
pub(super) struct Window {
    appends: Vec<Append>,
    size: usize,
    pub(super) end: Option<Result<(), Box<dyn Error + Send + Sync>>>,
}

/// An append and its place in the window.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) nth: usize,
    /// Its first stream.
    pub(super) stream: StreamId,
    pub(super) append: Append,
}

/// Appends in a sequence, each of which waits for the one before.
pub(super) type Lane = Vec<Placed>;

impl Window {
    /// Takes from the source until there are appends of `enough` or no more. Dropped, it keeps the
    /// appends taken so far.
    pub(super) async fn gather<E>(
        &mut self,
        mut source: Pin<&mut impl Stream<Item = Result<Append, E>>>,
        enough: usize,
    ) where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        while self.size < enough && self.end.is_none() {
            match source.next().await {
                Some(Ok(append)) => {
                    self.size += size(&append);
                    self.appends.push(append);
                }
                Some(Err(error)) => self.end = Some(Err(error.into())),
                None => self.end = Some(Ok(())),
            }
        }
    }

    /// Takes the gathered appends; later ones gather anew.
    pub(super) fn take(&mut self) -> Vec<Append> {
        self.size = 0;
        mem::take(&mut self.appends)
    }
}

/// The appends as stages, one after the other, of lanes beside each other. A lane has the appends to
/// one stream; an append to several streams or on a condition is a stage by itself.
pub(super) fn stages(appends: Vec<Append>) -> Vec<Vec<Lane>> {
    let mut stages = Vec::new();
    let mut lanes: HashMap<StreamId, Lane> = HashMap::new();
    for (nth, append) in appends.into_iter().enumerate() {
        // There is always a first part.
        let [part, others @ ..] = append.parts() else { continue };
        let stream = part.stream.clone();
        if others.is_empty() && append.condition().is_none() {
            let lane = lanes.entry(stream.clone()).or_default();
            lane.push(Placed { nth, stream, append });
        } else {
            stages.push(beside_each_other(&mut lanes));
            stages.push(vec![vec![Placed { nth, stream, append }]]);
        }
    }
    stages.push(beside_each_other(&mut lanes));
    stages
}

/// The lanes in the order of the source, so that the order of the log comes near to it.
fn beside_each_other(lanes: &mut HashMap<StreamId, Lane>) -> Vec<Lane> {
    let mut lanes: Vec<_> = lanes.drain().map(|(_, lane)| lane).collect();
    lanes.sort_unstable_by_key(|lane| lane.first().map(|placed| placed.nth));
    lanes
}
