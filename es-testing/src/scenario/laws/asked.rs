//! A command of whatever type, asked on a state.

use std::fmt;
use std::rc::Rc;

use es_core::{Aggregate, Command, DecidedBy, Description, Lifecycle};

/// The answer of a decision.
pub(super) type Answer<A> = Result<Vec<<A as Aggregate>::Event>, <A as Aggregate>::Error>;

/// A command of the aggregate `A`.
pub(super) trait Ask<A: Aggregate> {
    fn described(&self) -> Description;
    /// True if the command is decided at all, with or without a past.
    fn is_for(&self, has_past: bool) -> bool;
    fn decided(&self, state: &A) -> Answer<A>;
}

impl<A: Aggregate, C: DecidedBy<A>> Ask<A> for C {
    fn described(&self) -> Description {
        self.describe()
    }

    fn is_for(&self, has_past: bool) -> bool {
        match <C as Command>::LIFECYCLE {
            Lifecycle::Creates => !has_past,
            Lifecycle::Needs => has_past,
            _ => true,
        }
    }

    fn decided(&self, state: &A) -> Answer<A> {
        self.clone().decided_by(state)
    }
}

/// A command that was drawn.
pub(super) struct Asked<A>(Rc<dyn Ask<A>>);

impl<A: Aggregate> Asked<A> {
    pub(super) fn new<C: DecidedBy<A>>(command: C) -> Self {
        Self(Rc::new(command))
    }
}

impl<A> std::ops::Deref for Asked<A> {
    type Target = dyn Ask<A>;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl<A> Clone for Asked<A> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<A: Aggregate> fmt::Debug for Asked<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.described())
    }
}
