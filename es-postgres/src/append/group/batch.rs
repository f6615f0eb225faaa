//! Batches of appends that go out in one statement.

use std::collections::{HashMap, HashSet};

use es_core::EventId;

use super::lone::Claim;
use super::queue::{Turn, Waiting};
use super::scheduler::{How, Scheduler, StreamHash, Ticket};
use crate::append::appender::Appender;
use crate::append::coalesce::Run;
use crate::append::weight::BATCH;

/// Appends to different streams; appends to one stream follow from each other.
pub(super) struct Batch {
    pub(super) appender: Appender,
    pub(super) chains: Vec<Chain>,
}

/// Appends to one stream that follow from each other, and so have one verdict.
pub(super) struct Chain {
    pub(super) stream: StreamHash,
    pub(super) ticket: Ticket,
    pub(super) appends: Vec<Waiting>,
    run: Option<Run>,
    /// True if an append that does not follow was left behind, so that later ones wait behind it.
    closed: bool,
}

/// A batch while it is put together.
struct Draft {
    chains: Vec<Chain>,
    of_stream: HashMap<StreamHash, usize>,
    ids: HashSet<EventId>,
    size: usize,
}

impl Batch {
    /// Takes the appends that may go out now from the queue, oldest first. The others stay in their
    /// order.
    pub(super) fn take(appender: &Appender, scheduler: &mut Scheduler) -> Option<Self> {
        let mut draft =
            Draft { chains: Vec::new(), of_stream: HashMap::new(), ids: HashSet::new(), size: 0 };
        for waiting in std::mem::take(&mut scheduler.queue) {
            if waiting.answer.is_closed() {
                continue;
            }
            match scheduler.how(waiting.stream) {
                Some(How::Locked(_)) => waiting.tell(Turn::Again),
                Some(_) => scheduler.queue.push_back(waiting),
                None => scheduler.queue.extend(draft.admit(waiting)),
            }
        }
        for chain in &mut draft.chains {
            chain.ticket = scheduler.enter(chain.stream, How::Batch);
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
        let mut scheduler = self.appender.group.scheduler();
        for (nth, chain) in chains.iter().enumerate() {
            if is_busy(nth) {
                scheduler.shut(chain.stream, chain.ticket);
            } else {
                scheduler.leave(chain.stream, chain.ticket);
            }
        }
        drop(scheduler);
        for (nth, chain) in chains.into_iter().enumerate() {
            let claim =
                is_busy(nth).then(|| Claim::of_shut(&self.appender, chain.stream, chain.ticket));
            tell(chain, claim);
        }
    }
}

impl Draft {
    /// Adds the append to the draft, or gives it back if it does not fit.
    fn admit(&mut self, waiting: Waiting) -> Option<Waiting> {
        let fits = self.size + waiting.size <= BATCH;
        let twin = ids(&waiting).any(|id| self.ids.contains(&id));
        let chain = self.of_stream.get(&waiting.stream).and_then(|nth| self.chains.get_mut(*nth));
        match chain {
            Some(chain) if !fits || twin || !chain.goes_on_with(&waiting) => {
                chain.closed = true;
                return Some(waiting);
            }
            None if !fits || twin => return Some(waiting),
            Some(_) | None => {}
        }
        self.size += waiting.size;
        self.ids.extend(ids(&waiting));
        if let Some(chain) = chain {
            chain.push(waiting);
        } else {
            self.of_stream.insert(waiting.stream, self.chains.len());
            self.chains.push(Chain::of(waiting));
        }
        None
    }
}

impl Chain {
    fn of(first: Waiting) -> Self {
        let run = first.part().map(|part| Run::of(part, first.size));
        Self { stream: first.stream, ticket: 0, appends: vec![first], run, closed: false }
    }

    /// True if `next` is accepted if the chain so far is.
    fn goes_on_with(&self, next: &Waiting) -> bool {
        let first = self.appends.first().and_then(Waiting::part);
        let (Some(first), Some(run), Some(part)) = (first, &self.run, next.part()) else {
            return false;
        };
        // Of two streams with one hash the second waits for the next batch.
        !self.closed && first.stream == part.stream && run.goes_on_with(part, next.size)
    }

    fn push(&mut self, next: Waiting) {
        if let (Some(run), Some(part)) = (&mut self.run, next.part()) {
            run.push(part, next.size);
        }
        self.appends.push(next);
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
            scheduler.leave(chain.stream, chain.ticket);
        }
    }
}
