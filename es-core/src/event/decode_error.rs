//! The error of decoding a stored event, and the errors of the code that reads old versions.

use std::error::Error;
use std::fmt;

use crate::event::name::SchemaVersion;
use crate::stream::{Position, StreamId, Version};

/// The error of decoding a stored event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The set has no event of that name.
    #[error("unknown event `{name}`")]
    UnknownEvent {
        /// The stored name.
        name: String,
    },
    /// The event has no such version here: it may come from a newer deployment.
    #[error("event `{name}` has no version {version}")]
    UnknownVersion {
        /// The event's name: that of today, if it was stored under another.
        name: String,
        /// The stored version.
        version: SchemaVersion,
    },
    /// The payload does not fit the type.
    #[error("the payload of event `{name}` version {version} is damaged")]
    Damaged {
        /// The event's name: that of today, if it was stored under another.
        name: String,
        /// The stored version.
        version: SchemaVersion,
        /// The error of serde.
        source: serde_json::Error,
    },
    /// The record is damaged outside of its payload: in its name, its place or its metadata.
    #[error("the record is damaged: {reason}")]
    Unreadable {
        /// The damage, in the words of the store.
        reason: String,
    },
    /// The payload is valid, but an upcasting step from its version refused it.
    #[error("event `{name}` version {version} cannot be read as version {}", source.to())]
    Upcast {
        /// The event's name: that of today, if it was stored under another.
        name: String,
        /// The stored version.
        version: SchemaVersion,
        /// The step that refused, with its error.
        source: FailedStep,
    },
    /// The event is [superseded](crate::Superseded) and was decoded, but cannot be read as the
    /// events that have superseded it.
    #[error("event `{name}` version {version} cannot be read as what has superseded it")]
    Superseded {
        /// The event's name: that of today, if it was stored under another.
        name: String,
        /// The stored version.
        version: SchemaVersion,
        /// The reason.
        source: Cause,
    },
}

impl DecodeError {
    /// The set has no event called `name`.
    #[must_use]
    pub fn unknown_event(name: &str) -> Self {
        Self::UnknownEvent { name: name.to_owned() }
    }

    /// The event `name` has no `version`.
    #[must_use]
    pub fn unknown_version(name: &str, version: SchemaVersion) -> Self {
        Self::UnknownVersion { name: name.to_owned(), version }
    }

    /// The payload does not fit.
    #[must_use]
    pub fn damaged(name: &str, version: SchemaVersion, source: serde_json::Error) -> Self {
        Self::Damaged { name: name.to_owned(), version, source }
    }

    /// The record is damaged outside of its payload.
    #[must_use]
    pub fn unreadable(reason: &str) -> Self {
        Self::Unreadable { reason: reason.to_owned() }
    }

    /// The step up to the version `to` failed because of `source`.
    #[must_use]
    pub fn upcast(
        name: &str,
        version: SchemaVersion,
        to: SchemaVersion,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Upcast { name: name.to_owned(), version, source: FailedStep::new(to, source) }
    }

    /// The event `name` of `version` cannot be read as the events that have superseded it.
    #[must_use]
    pub fn superseded(
        name: &str,
        version: SchemaVersion,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Superseded { name: name.to_owned(), version, source: Cause::new(source) }
    }
}

/// The error of decoding a stored event, with the place of the event.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the event at version {version} of stream `{stream}` (position {position})")]
#[non_exhaustive]
pub struct RecordedDecodeError {
    /// The stream of the event.
    pub stream: StreamId,
    /// Its place in the stream.
    pub version: Version,
    /// Its place in the log.
    pub position: Position,
    /// The error of decoding it.
    pub source: DecodeError,
}

/// An error of any type, as small as a pointer. It is part of the result of every decoding, and
/// must not slow down those that succeed.
///
/// Prints as the wrapped error, which [`as_error`](Self::as_error) returns.
pub struct Cause(Box<Box<dyn Error + Send + Sync>>);

impl Cause {
    /// Wraps the error `cause`.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Box::new(cause.into()))
    }

    /// The wrapped error, for downcasting.
    #[must_use]
    pub fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &**self.0
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// An upcasting step that failed, with its error. As small as a pointer, as [`Cause`] is, and for
/// the same reason.
///
/// Prints as the error.
#[derive(Debug)]
pub struct FailedStep(Box<(SchemaVersion, Cause)>);

impl FailedStep {
    /// The step up to the version `to` failed because of `cause`.
    pub fn new(to: SchemaVersion, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Box::new((to, Cause::new(cause))))
    }

    /// The version that could not be reached; the one before it could.
    #[must_use]
    pub const fn to(&self) -> SchemaVersion {
        self.0.0
    }

    /// The error of the step.
    #[must_use]
    pub const fn cause(&self) -> &Cause {
        &self.0.1
    }
}

impl fmt::Display for FailedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause().fmt(f)
    }
}

impl Error for FailedStep {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause().source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error is half of what every reading of an event returns: with 8 bytes more, each event
    /// that is read costs ten instructions more.
    #[test]
    fn an_error_of_decoding_is_no_larger_than_a_small_event() {
        assert!(size_of::<DecodeError>() <= 40, "{} bytes", size_of::<DecodeError>());
    }
}
