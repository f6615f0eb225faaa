//! The answer to a command.

use crate::aggregate::Aggregate;
use crate::recorded::Recorded;
use crate::stream::{Position, Version};

/// What a command did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Executed<A: Aggregate> {
    /// The state after the command.
    pub state: A,
    /// The version of the stream after the command.
    pub version: Version,
    /// What happened, in order; empty if the command changed nothing.
    pub events: Vec<Recorded<A::Event>>,
}

impl<A: Aggregate> Executed<A> {
    /// The position of the last event; `None` if the command changed nothing.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.events.last().map(|event| event.position)
    }
}
