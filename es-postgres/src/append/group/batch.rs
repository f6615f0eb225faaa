//! Batches of appends that go out in one statement.

use std::collections::{HashMap, HashSet};

use es_core::{EventId, StreamAppend};

use super::lone::Claim;
use super::queue::{Turn, Waiting};
use super::scheduler::{How, Scheduler, StreamHash, Ticket};
use super::streams::Streams;
use crate::append::appender::Appender;
use crate::append::coalesce::Run;
use crate::append::weight::BATCH;

/// Appends to different streams; appends to one stream follow from each other.
pub(super) struct Batch {
    pub(super) appender: Appender,
    pub(super) chains: Vec<Chain>,
}

/// Appends with one verdict: one to several streams, or those to one stream that follow from each other.
pub(super) struct Chain {
    pub(super) streams: Streams,
    pub(super) ticket: Ticket,
    pub(super) appends: Vec<Waiting>,
    /// The appends to one stream; `None` for an append to several.
    run: Option<Run>,
}

/// A batch while it is put together.
#[derive(Default)]
struct Draft {
    chains: Vec<Chain>,
    of_stream: HashMap<StreamHash, usize>,
    /// Streams of appends that were left behind, so that later ones wait behind them.
    closed: HashSet<StreamHash>,
    ids: HashSet<EventId>,
    size: usize,
}

impl Batch {
    /// Takes the appends that may go out now from the queue, oldest first. The others stay in their
    /// order.
    pub(super) fn take(appender: &Appender, scheduler: &mut Scheduler) -> Option<Self> {
        let mut draft = Draft::default();
        for waiting in std::mem::take(&mut scheduler.queue) {
            if waiting.answer.is_closed() {
                continue;
            }
            match scheduler.in_the_way(&waiting.streams) {
                Some(How::Locked(_)) => waiting.tell(Turn::Again),
                Some(_) => {
                    draft.close(&waiting);
                    scheduler.queue.push_back(waiting);
                }
                None => scheduler.queue.extend(draft.admit(waiting)),
            }
        }
        for chain in &mut draft.chains {
            chain.ticket = scheduler.enter(&chain.streams, &How::Batch);
        }
        let chains = draft.chains;
        (!chains.is_empty()).then(|| Self { appender: appender.clone(), chains })
    }

    /// Leaves the streams, and hands each chain to `tell`: with a claim on its stream if it is busy.
    pub(super) fn tell(
        mut self,
        is_busy: impl Fn(usize) -> bool,
        mut tell: impl FnMut(Chain, Option<Claim>),
    ) {
        let chains = std::mem::take(&mut self.chains);
        let is_kept = |nth, chain: &Chain| is_busy(nth) && chain.streams.is_kept_by_who_waits();
        let mut scheduler = self.appender.group.scheduler();
        for (nth, chain) in chains.iter().enumerate() {
            if is_kept(nth, chain) {
                scheduler.shut(&chain.streams, chain.ticket);
            } else {
                scheduler.leave(&chain.streams, chain.ticket);
            }
        }
        drop(scheduler);
        for (nth, chain) in chains.into_iter().enumerate() {
            let shut = || Claim::of_shut(&self.appender, chain.streams.clone(), chain.ticket);
            let claim = is_kept(nth, &chain).then(shut);
            tell(chain, claim);
        }
    }
}

impl Draft {
    /// Adds the append to the draft, or gives it back if it does not fit.
    fn admit(&mut self, waiting: Waiting) -> Option<Waiting> {
        let there = waiting.streams.iter().find_map(|stream| self.of_stream.get(stream)).copied();
        let follows = match there.and_then(|nth| self.chains.get(nth)) {
            Some(chain) => chain.goes_on_with(&waiting),
            None => true,
        };
        let fits = self.size + waiting.size <= BATCH;
        let is_twin = ids(&waiting).any(|id| self.ids.contains(&id));
        if !follows || !fits || is_twin || self.is_closed(&waiting) {
            self.close(&waiting);
            return Some(waiting);
        }
        self.size += waiting.size;
        self.ids.extend(ids(&waiting));
        if let Some(chain) = there.and_then(|nth| self.chains.get_mut(nth)) {
            chain.push(waiting);
        } else {
            let nth = self.chains.len();
            self.of_stream.extend(waiting.streams.iter().map(|stream| (*stream, nth)));
            self.chains.push(Chain::of(waiting));
        }
        None
    }

    /// Leaves the append behind. Later appends to any of its streams do not overtake it, or it might
    /// never find all of them free.
    fn close(&mut self, waiting: &Waiting) {
        self.closed.extend(waiting.streams.iter().copied());
    }

    fn is_closed(&self, waiting: &Waiting) -> bool {
        waiting.streams.iter().any(|stream| self.closed.contains(stream))
    }
}

impl Chain {
    fn of(first: Waiting) -> Self {
        let run = first.only_part().map(|part| Run::of(part, first.size));
        Self { streams: first.streams.clone(), ticket: 0, appends: vec![first], run }
    }

    /// True if `next` is accepted if the chain so far is.
    fn goes_on_with(&self, next: &Waiting) -> bool {
        let first = self.appends.first().and_then(Waiting::only_part);
        let (Some(first), Some(run), Some(part)) = (first, &self.run, next.only_part()) else {
            return false;
        };
        // Of two streams with one hash the second waits for the next batch.
        first.stream == part.stream && run.goes_on_with(part, next.size)
    }

    fn push(&mut self, next: Waiting) {
        if let (Some(run), Some(part)) = (&mut self.run, next.only_part()) {
            run.push(part, next.size);
        }
        self.appends.push(next);
    }

    /// The parts of the first append: all streams of the chain.
    pub(super) fn parts(&self) -> &[StreamAppend] {
        self.appends.first().map_or(&[], |waiting| waiting.append.parts())
    }
}

fn ids(waiting: &Waiting) -> impl Iterator<Item = EventId> {
    waiting.append.parts().iter().flat_map(|part| &part.events).map(|event| event.id)
}

/// Runs also when the task of the batch ends with its runtime: the streams are free again, and
/// callers that wait for an answer learn that there is none.
impl Drop for Batch {
    fn drop(&mut self) {
        let mut scheduler = self.appender.group.scheduler();
        for chain in &self.chains {
            scheduler.leave(&chain.streams, chain.ticket);
        }
    }
}
