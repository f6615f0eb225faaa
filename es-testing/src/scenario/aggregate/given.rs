//! Start of a scenario: the events that have happened.

use std::fmt;

use es_core::{Aggregate, DecidedBy, IntoEvents};

use super::story::Story;
use super::when::When;
use crate::scenario::{Unasserted, expect_lossless};

/// Scenarios of an aggregate. Every aggregate has it; bring it into scope and write
/// `Account::given(…)`.
///
/// A scenario folds `Apply` and asks `decide`, as the repository does, and nothing else: no store,
/// no runtime, no clock.
pub trait Scenario: Aggregate {
    /// Starts a scenario with these events: `()`, an event, a tuple, an array, a `Vec`, or the
    /// aggregate's enum.
    ///
    /// An event that is [superseded](es_core::Superseded) is given as what became of it,
    /// `Customer::given(changed.superseded()?)`.
    ///
    /// # Panics
    ///
    /// If a store would not give an event back as it is: it is encoded and decoded here, and has
    /// to come back equal (`PartialEq`).
    #[track_caller]
    fn given(events: impl IntoEvents<Self::Event>) -> Given<Self> {
        let events = events.into_events();
        expect_lossless("given", &events);
        Given { unasserted: Unasserted::here(), events }
    }
}

impl<A: Aggregate> Scenario for A {}

/// A scenario that knows its past.
///
/// Dropped as it is, it panics: a scenario that asserts nothing proves nothing.
#[must_use = "a scenario asserts nothing before its `then`"]
pub struct Given<A: Aggregate> {
    unasserted: Unasserted,
    events: Vec<A::Event>,
}

impl<A: Aggregate> Given<A> {
    /// The command to decide on that past.
    ///
    /// # Panics
    ///
    /// If the command's id prints what cannot be a stream key, or a store would not give back an
    /// event that was decided: both are errors in any store.
    #[track_caller]
    pub fn when<C>(self, command: C) -> When<A>
    where
        C: DecidedBy<A>,
    {
        When::first(self.unasserted, Story::after(self.events), command)
    }
}

impl<A: Aggregate> fmt::Debug for Given<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").field("events", &self.events).finish_non_exhaustive()
    }
}
