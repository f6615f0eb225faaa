//! The answer to a command.

use crate::aggregate::Aggregate;
use crate::projection::Token;
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

    /// What a reader hands to [`Projections::wait_for`](crate::projection::Projections::wait_for) to see
    /// what the command did; `None` if it changed nothing.
    #[must_use]
    pub fn token(&self) -> Option<Token> {
        self.position().map(Token::from)
    }
}
