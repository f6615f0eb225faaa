//! The stage of a scenario at which commands have been asked.

use std::fmt;
use std::marker::PhantomData;

use es_core::{Aggregate, DecidedBy};

use super::story::Story;
use super::through::Step;
use crate::scenario::Unasserted;

/// A scenario whose commands have been decided, and that waits for its `then`.
///
/// `By` says by whom: [`Played`] in memory, or [`Stored`] through a store
/// ([`through`](Self::through)). The same assertions follow.
///
/// Dropped as it is, it panics: a scenario that asserts nothing proves nothing.
#[must_use = "a scenario asserts nothing before its `then`"]
pub struct When<A: Aggregate, By = Played> {
    pub(super) unasserted: Unasserted,
    pub(super) story: Story<A>,
    /// The same commands once more, for a store.
    pub(super) steps: Vec<Step<A>>,
    by: PhantomData<By>,
}

/// The mark of a scenario that is decided without a store.
#[derive(Debug)]
pub enum Played {}

/// The mark of a scenario that is executed by a repository on a store.
#[derive(Debug)]
pub enum Stored {}

impl<A: Aggregate> When<A, Played> {
    #[track_caller]
    pub(super) fn first<C>(unasserted: Unasserted, story: Story<A>, command: C) -> Self
    where
        C: DecidedBy<A>,
    {
        let scenario = Self::by(unasserted, story);
        scenario.when(command)
    }

    /// Decides one more command, on the state that the commands before it left.
    ///
    /// The assertions see the events of all commands. A refusal ends the chain: it is the outcome,
    /// and the commands after it are not asked.
    ///
    /// # Panics
    ///
    /// If the command is for another aggregate than the first one, or for the reasons of
    /// [`Given::when`](super::Given::when).
    #[track_caller]
    pub fn when<C>(mut self, command: C) -> Self
    where
        C: DecidedBy<A>,
    {
        self.steps.push(Step::of(command.clone()));
        self.story.play(command);
        self
    }
}

impl<A: Aggregate, By> When<A, By> {
    pub(super) fn by(unasserted: Unasserted, story: Story<A>) -> Self {
        Self { unasserted, story, steps: Vec::new(), by: PhantomData }
    }
}

impl<A: Aggregate, By> fmt::Debug for When<A, By> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("When")
            .field("given", &self.story.given)
            .field("commands", &self.story.commands)
            .field("events", &self.story.events)
            .field("refusal", &self.story.refusal)
            .finish_non_exhaustive()
    }
}
