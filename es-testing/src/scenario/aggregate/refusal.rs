//! Refusal of a command, and its reason.

use std::error::Error;
use std::fmt::Write;

use es_core::{Aggregate, ExecuteError, LifecycleRejection, Rejection};

/// A refusal and the command that met it.
#[derive(Debug)]
pub(super) struct Refusal<E> {
    /// The command of the chain, from 0.
    pub(super) command: usize,
    pub(super) why: Why<E>,
}

/// The reason of a refusal, by its origin.
#[derive(Debug)]
pub(super) enum Why<E> {
    /// The aggregate.
    Rejected(E),
    /// The framework, before the aggregate was asked.
    Lifecycle(LifecycleRejection),
}

impl<E: Rejection> Why<E> {
    /// A refusal among the errors of an execution; anything else is a broken scenario.
    ///
    /// # Panics
    ///
    /// If the command could not be executed at all.
    #[track_caller]
    pub(super) fn of<A: Aggregate<Error = E>>(command: &str, error: ExecuteError<E>) -> Self {
        match error {
            ExecuteError::Rejected(error) => Self::Rejected(error),
            ExecuteError::Lifecycle(rejection) => Self::Lifecycle(rejection),
            broken => {
                panic!("`{command}` could not be executed on `{}`: {}", A::NAME, chain(&broken))
            }
        }
    }

    /// The refusal as a half sentence about `command`.
    pub(super) fn sentence(&self, command: &str) -> String {
        match self {
            Self::Rejected(error) => format!("`{command}` was rejected: {error:?}"),
            Self::Lifecycle(rejection) => rejection.to_string(),
        }
    }

    /// The refusal on a line of its own.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Rejected(error) => format!("rejected: {error:?}"),
            Self::Lifecycle(LifecycleRejection::NotFound { stream, .. }) => {
                format!("not found: {stream}")
            }
            Self::Lifecycle(LifecycleRejection::AlreadyExists { stream, version, .. }) => {
                format!("already exists: {stream} at version {version}")
            }
            Self::Lifecycle(other) => other.to_string(),
        }
    }
}

/// An error and its sources in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        write!(text, ": {error}").expect("a String takes every text");
        source = error.source();
    }
    text
}
