//! Appends to one stream, in their order.

use es_core::{Append, AppendError, Appended, Position, StreamId};

use super::window::{Lane, Placed};
use crate::append::appender::Appender;
use crate::append::coalesce::Run;
use crate::append::weight::size;

/// The outcome of some appends.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) stored: Vec<Stored>,
    /// The first append that is not stored, if there is one.
    pub(super) refused: Option<Refused>,
}

/// An append that is stored.
pub(super) struct Stored {
    /// Its place in the window.
    pub(super) nth: usize,
    pub(super) events: usize,
    pub(super) already: bool,
    pub(super) position: Option<Position>,
}

/// An append that is not stored.
pub(super) struct Refused {
    pub(super) nth: usize,
    pub(super) stream: StreamId,
    pub(super) source: AppendError,
}

impl Appender {
    /// Appends the lane in order, up to the first append that is refused.
    pub(super) async fn append_lane(&self, lane: Lane) -> Outcome {
        let mut outcome = Outcome::default();
        for run in runs(lane) {
            outcome.add(self.append_run(run).await);
            if outcome.refused.is_some() {
                break;
            }
        }
        outcome
    }

    /// Appends the run as one append, and if that is not stored one by one: some of them may be
    /// there already, and one of them is to blame. Appends that were stored after all are found by
    /// their ids.
    async fn append_run(&self, run: Lane) -> Outcome {
        if let Some(whole) = whole(&run)
            && let Ok(appended) = self.append(whole).await
        {
            return Outcome { stored: shares(&run, &appended), refused: None };
        }
        self.append_each(run).await
    }

    /// Appends one after the other, each by itself.
    pub(super) async fn append_each(&self, run: Lane) -> Outcome {
        let mut stored = Vec::with_capacity(run.len());
        for Placed { nth, stream, append } in run {
            let events = append.events();
            match self.append(append).await {
                Ok(appended) => {
                    let position = appended.position();
                    stored.push(Stored { nth, events, already: appended.already, position });
                }
                Err(source) => {
                    return Outcome { stored, refused: Some(Refused { nth, stream, source }) };
                }
            }
        }
        Outcome { stored, refused: None }
    }
}

impl Outcome {
    pub(super) fn add(&mut self, other: Self) {
        self.stored.extend(other.stored);
        let refused = self.refused.take().into_iter().chain(other.refused);
        self.refused = refused.min_by_key(|refused| refused.nth);
    }
}

/// The lane, cut where an append does not follow from those before it, or where one append is full.
fn runs(lane: Lane) -> Vec<Lane> {
    let mut runs = Vec::new();
    let mut last: Option<Run> = None;
    for placed in lane {
        let size = size(&placed.append);
        match (&mut last, placed.append.parts()) {
            (Some(run), [part]) if run.goes_on_with(part, size) => run.push(part, size),
            (_, parts) => {
                last = parts.first().map(|part| Run::of(part, size));
                runs.push(Lane::new());
            }
        }
        if let Some(run) = runs.last_mut() {
            run.push(placed);
        }
    }
    runs
}

/// The run as one append. `None` for a single one, and if it contains an event twice.
fn whole(run: &Lane) -> Option<Append> {
    let [first, _, ..] = &run[..] else { return None };
    let parts = || run.iter().flat_map(|placed| placed.append.parts());
    let expected = parts().next()?.expected;
    let events = parts().flat_map(|part| part.events.iter().cloned()).collect();
    Append::to(first.stream.clone(), expected, events).ok()
}

/// The share of each append of a run in its answer.
fn shares(run: &Lane, appended: &Appended) -> Vec<Stored> {
    let mut positions = appended.streams.iter().flat_map(|stream| stream.positions.iter().copied());
    run.iter()
        .map(|Placed { nth, append, .. }| {
            let events = append.events();
            let position = positions.by_ref().take(events).last();
            Stored { nth: *nth, events, already: appended.already, position }
        })
        .collect()
}
