//! Failures of attempts, and the reasons for taking an instance back.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error_text::kept_text;
use crate::event::metadata::{Actor, Reason};

/// The failure of one attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Failure {
    /// The answer was no. To the first attempt of a step it says that nothing was done; a step is not asked
    /// for again, and a compensation is.
    Refused {
        /// The reason, at most 4096 bytes.
        error: String,
    },
    /// There was an error, and nobody knows whether the request had an effect.
    Failed {
        /// The error, at most 4096 bytes.
        error: String,
    },
    /// There was no answer in time, and nobody knows whether the request had an effect.
    TimedOut,
}

impl Failure {
    /// The answer was no.
    #[must_use]
    pub fn refused(error: impl Into<String>) -> Self {
        Self::Refused { error: kept_text(error.into()) }
    }

    /// There was an error.
    #[must_use]
    pub fn failed(error: impl Into<String>) -> Self {
        Self::Failed { error: kept_text(error.into()) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { error } | Self::Failed { error } => f.write_str(error),
            Self::TimedOut => f.write_str("timed out"),
        }
    }
}

/// The reason for which all that was tried is compensated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Because {
    /// The last attempt of a step failed.
    Failed(Failure),
    /// A user or an operator cancelled the instance.
    Cancelled {
        /// The user or operator.
        actor: Actor,
        /// The reason of the user or operator.
        reason: Reason,
    },
    /// The deadline of the plan passed.
    DeadlinePassed,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => failure.fmt(f),
            Self::Cancelled { reason, .. } => reason.fmt(f),
            Self::DeadlinePassed => f.write_str("the deadline passed"),
        }
    }
}
