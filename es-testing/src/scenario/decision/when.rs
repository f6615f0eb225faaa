//! The stage of a scenario at which a decision has been taken.

use std::fmt;

use es_core::{Decision, DecisionModels, TaggedEvent};

use crate::scenario::Unasserted;

/// A scenario whose decision has been taken, and that waits for its `then`.
///
/// Dropped as it is, it panics: a scenario that asserts nothing proves nothing.
#[must_use = "a scenario asserts nothing before its `then`"]
pub struct When<D: Decision> {
    pub(super) unasserted: Unasserted,
    pub(super) story: Story<D>,
}

/// The course of a scenario: its events, the model, the decision and its outcome.
pub(super) struct Story<D: Decision> {
    pub(super) given: Vec<TaggedEvent>,
    /// The model that the decision saw.
    pub(super) model: D::Model,
    /// The decision, as it prints itself: so only `when` asks that it does.
    pub(super) decision: String,
    pub(super) answer: Result<Vec<TaggedEvent>, D::Error>,
}

impl<D: Decision> fmt::Debug for When<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("When")
            .field("given", &self.story.given)
            .field("models", &self.story.model.each())
            .field("decision", &format_args!("{}", self.story.decision))
            .field("answer", &self.story.answer)
            .finish_non_exhaustive()
    }
}
