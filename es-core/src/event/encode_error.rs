//! The error of encoding an event.

use std::error::Error;
use std::fmt;

use crate::event::lossless::Loss;
use crate::event::name::EventName;
use crate::event::recorded::RawEvent;

/// The error of an event that cannot be encoded: its `Serialize` refused, its payload is too long,
/// a tagged field prints what cannot be a tag, or it would not be decoded as it is.
#[derive(Debug)]
pub struct EncodeError {
    event: EventName,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    Refused(Box<dyn Error + Send + Sync>),
    /// The loss, with the stored form.
    Lossy(Box<(Loss, RawEvent)>),
}

impl EncodeError {
    /// The event `name` cannot be encoded because of `source`.
    #[must_use]
    pub fn new(name: EventName, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { event: name, reason: Reason::Refused(source.into()) }
    }

    /// The event would not be decoded as it is from `stored`.
    pub(crate) fn lossy(stored: RawEvent, loss: Loss) -> Self {
        Self { event: stored.name.clone(), reason: Reason::Lossy(Box::new((loss, stored))) }
    }

    /// The stored name of the event.
    #[must_use]
    pub fn event(&self) -> &EventName {
        &self.event
    }

    /// The part of the event that would be lost in the log; `None` if the event cannot be encoded
    /// at all.
    #[must_use]
    pub fn loss(&self) -> Option<&Loss> {
        match &self.reason {
            Reason::Lossy(lossy) => Some(&lossy.0),
            Reason::Refused(_) => None,
        }
    }

    /// The stored form that would not be decoded as the event; `None` if the event cannot be
    /// encoded at all.
    #[must_use]
    pub fn stored(&self) -> Option<&RawEvent> {
        match &self.reason {
            Reason::Lossy(lossy) => Some(&lossy.1),
            Reason::Refused(_) => None,
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, reason } = self;
        match reason {
            Reason::Refused(_) => write!(f, "event `{event}` cannot be encoded"),
            Reason::Lossy(lossy) => write!(f, "event `{event}` {}", lossy.0),
        }
    }
}

impl Error for EncodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            Reason::Refused(source) => Some(&**source),
            Reason::Lossy(lossy) => match &lossy.0 {
                Loss::Unreadable { source, .. } => Some(source),
                Loss::Changed { .. } | Loss::NotOne { .. } => None,
            },
        }
    }
}
