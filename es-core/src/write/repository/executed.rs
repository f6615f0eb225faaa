//! The answer to a command.

use crate::domain::aggregate::Aggregate;
use crate::event::recorded::Recorded;
use crate::store::token::Token;
use crate::stream::{Position, Version};

/// The outcome of a command.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Executed<A: Aggregate> {
    /// The state after the command.
    pub state: A,
    /// The version of the stream after the command.
    pub version: Version,
    /// The events of the command, in order; empty if it changed nothing.
    pub events: Vec<Recorded<A::Event>>,
    /// True if it is the answer of an earlier time.
    pub(super) again: bool,
}

impl<A: Aggregate> Executed<A> {
    /// True if the command was carried out when its request came an earlier time, and this is the answer of
    /// then: [`Repository::execute_once`](crate::Repository::execute_once).
    ///
    /// True for a command that changed nothing also where the store had to be told its answer twice.
    #[must_use]
    pub fn again(&self) -> bool {
        self.again
    }

    /// The position of the last event; `None` if the command changed nothing.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.events.last().map(|event| event.position)
    }

    /// The token for [`ProjectionHandle::wait_for`](crate::projection::ProjectionHandle::wait_for), with
    /// which a reader sees what the command did; `None` if it changed nothing.
    #[must_use]
    pub fn token(&self) -> Option<Token> {
        self.position().map(Token::from)
    }
}
