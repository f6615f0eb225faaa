//! Start of a projection scenario: the events that have happened.

use std::fmt;
use std::panic::Location;

use es_core::{
    Actor, Describe, EventId, IntoEvents, Metadata, Projection, StreamId, Tenant, Timestamp,
};

use super::fold::Failed;
use super::log::{Entry, Log};
use crate::page::{Colour, Line, Page, of_this_test};
use crate::scenario::{Unasserted, expect_lossless};

/// Scenarios of a projection that is its own default. Every such one has it; bring it into scope and
/// write `Balances::given(…)`. For others there is [`given`].
pub trait ProjectionScenario: Projection<Event: PartialEq> + Default {
    /// Starts a scenario with these events, in one stream: `()`, an event, a tuple, an array, a
    /// `Vec`, or the projection's enum.
    ///
    /// # Panics
    ///
    /// If a store would not give an event back as it is.
    #[track_caller]
    fn given(events: impl IntoEvents<Self::Event>) -> Given<Self> {
        given(Self::default(), events)
    }

    /// The same in a stream of that name: `account/ada`.
    ///
    /// # Panics
    ///
    /// If a store would not give an event back as it is, or no stream can be called so.
    #[track_caller]
    fn given_in(stream: &str, events: impl IntoEvents<Self::Event>) -> Given<Self> {
        given(Self::default(), ()).given_in(stream, events)
    }
}

impl<P: Projection<Event: PartialEq> + Default> ProjectionScenario for P {}

/// The stream of events that are given without one.
const STREAM: &str = "given/1";

/// A scenario of `projection`, after `events` in one stream.
///
/// # Panics
///
/// If a store would not give an event back as it is.
#[track_caller]
pub fn given<P: Projection<Event: PartialEq>>(
    projection: P,
    events: impl IntoEvents<P::Event>,
) -> Given<P> {
    let (unasserted, log) = (Unasserted::here(), Log::new());
    Given { unasserted, projection, log }.given_in(STREAM, events)
}

/// A scenario of a projection that knows its past.
///
/// Dropped as it is, it panics: a scenario that asserts nothing proves nothing.
#[must_use = "a scenario asserts nothing before its `then`"]
pub struct Given<P: Projection> {
    pub(super) unasserted: Unasserted,
    pub(super) projection: P,
    pub(super) log: Log<P::Event>,
}

impl<P: Projection<Event: PartialEq>> Given<P> {
    /// Adds events that happened next, in the stream of that name: `account/ada`.
    ///
    /// # Panics
    ///
    /// If a store would not give an event back as it is, or no stream can be called so.
    #[track_caller]
    pub fn given_in(mut self, stream: &str, events: impl IntoEvents<P::Event>) -> Self {
        let stream: StreamId = match stream.parse() {
            Ok(stream) => stream,
            Err(error) => panic!("`{stream}` is not a stream like `account/ada`: {error}"),
        };
        let events = events.into_events();
        expect_lossless("given", &events);
        self.log.give(&stream, events);
        self
    }
}

/// Details of the events that were given last. Those left out are as a store would have them: an id
/// of its own, a second after the event before it, no metadata.
impl<P: Projection> Given<P> {
    /// Sets the time at which they were recorded.
    pub fn recorded_at(mut self, at: Timestamp) -> Self {
        for entry in self.log.given_last() {
            entry.recorded_at = Some(at);
        }
        self
    }

    /// Sets the actor who caused them.
    pub fn by(self, actor: &Actor) -> Self {
        self.map_metadata(|metadata| metadata.with_actor(actor.clone()))
    }

    /// Sets the tenant that they belong to.
    pub fn of_tenant(self, tenant: &Tenant) -> Self {
        self.map_metadata(|metadata| metadata.with_tenant(tenant.clone()))
    }

    /// Sets their metadata, in place of all that was said before.
    pub fn with_metadata(self, metadata: &Metadata) -> Self {
        self.map_metadata(|_| metadata.clone())
    }

    /// Sets their ids, in their order.
    ///
    /// # Panics
    ///
    /// Unless there is an id for each.
    #[track_caller]
    pub fn with_ids<const N: usize>(mut self, ids: [EventId; N]) -> Self {
        let last = self.log.given_last();
        assert!(last.len() == N, "{} events were given last, and {N} ids for them", last.len());
        for (entry, id) in last.iter_mut().zip(ids) {
            entry.id = id;
        }
        self
    }

    fn map_metadata(mut self, change: impl Fn(Metadata) -> Metadata) -> Self {
        for entry in self.log.given_last() {
            entry.metadata = change(std::mem::take(&mut entry.metadata));
        }
        self
    }
}

impl<P: Projection> Given<P> {
    /// The story, for a report.
    pub(super) fn story(&self, failed: Option<&Failed>) -> Vec<Line> {
        let events = self.log.events.iter().enumerate();
        let mut lines: Vec<_> = events
            .map(|(nth, entry)| {
                let stream = entry.stream.to_string();
                let stream = if stream == STREAM { String::new() } else { format!("{stream}  ") };
                let line = Line::text(format!("{stream}{}{}", entry.event.describe(), said(entry)));
                let has_failed = failed.is_some_and(|failed| failed.nth == Some(nth));
                if has_failed { line.remark("failed") } else { line }
            })
            .collect();
        if lines.is_empty() {
            lines.push(Line::text("nothing"));
        }
        lines
    }

    /// Fails with what was there in place of what was expected.
    pub(super) fn fail(
        &self,
        at: &'static Location<'static>,
        headline: String,
        failed: Option<&Failed>,
        blocks: Vec<(&'static str, Vec<Line>)>,
        end: String,
    ) -> ! {
        let mut all = vec![("given", self.story(failed))];
        all.extend(blocks);
        let page = Page { name: of_this_test(), headline, at, blocks: all, end };
        panic!("{}", page.render(Colour::of_this_terminal()))
    }

    /// A handler failed, and nobody expected it.
    pub(super) fn fail_for(
        &self,
        at: &'static Location<'static>,
        failed: &Failed,
        method: &str,
    ) -> ! {
        let error = failed.error.chain();
        let accept = format!("accept with: .{method}({error:?})");
        let then = vec![Line::unexpected(error)];
        self.fail(at, self.headline_of(failed), Some(failed), vec![("then", then)], accept)
    }

    /// A handler was to fail with an error that says `expected`.
    pub(super) fn expect_failure(
        &self,
        at: &'static Location<'static>,
        folded: Result<(), Failed>,
        expected: &str,
        method: &str,
    ) {
        let Err(failed) = folded else {
            let then = vec![Line::missing(expected)];
            let end = "what to do: let the handler fail, or expect what it writes".to_owned();
            let headline = "expected a failure, but every event was handled".to_owned();
            self.fail(at, headline, None, vec![("then", then)], end);
        };
        let error = failed.error.chain();
        if !error.contains(expected) {
            let accept = format!("accept with: .{method}({error:?})");
            let then = vec![Line::unexpected(error), Line::missing(expected)];
            let headline = self.headline_of(&failed);
            self.fail(at, headline, Some(&failed), vec![("then", then)], accept);
        }
    }

    fn headline_of(&self, failed: &Failed) -> String {
        let event = failed.nth.and_then(|nth| self.log.events.get(nth));
        match event {
            Some(entry) => format!("the handler of {} failed", entry.event.describe().name),
            None => "the handler failed".to_owned(),
        }
    }
}

/// The details of an event, behind it in the story.
fn said<E>(entry: &Entry<E>) -> String {
    let metadata = &entry.metadata;
    let said = [
        entry.recorded_at.map(|at| format!("at {at}")),
        metadata.actor.as_ref().map(|actor| format!("by {actor}")),
        metadata.tenant.as_ref().map(|tenant| format!("of {tenant}")),
    ];
    said.into_iter().flatten().flat_map(|said| ["  ".to_owned(), said]).collect()
}

impl<P: Projection> fmt::Debug for Given<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").field("projection", &P::NAME).finish_non_exhaustive()
    }
}
