//! Instance of a saga: the fold of the events of its stream.

use crate::stream::{Category, StreamId, StreamKey};
use crate::timestamp::Timestamp;
use crate::validated_text::InvalidText;

use super::event::Started;
use super::names::StepName;
use super::phase::Phase;
use super::trail::{Progress, TrailStep};
use super::untyped::UntypedSaga;

/// An instance of the saga `S`: the fold of the events of its stream, and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance<S> {
    pub(super) stream: StreamId,
    pub(super) state: S,
    pub(super) started: Option<Started>,
    pub(super) trail: Vec<TrailStep>,
    pub(super) phase: Phase,
}

impl<S> Instance<S> {
    /// The stream of the instance.
    #[must_use]
    pub fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// The state of the saga.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// The phase.
    #[must_use]
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// The steps that were asked for, in order, after the event that started the instance.
    #[must_use]
    pub fn trail(&self) -> &[TrailStep] {
        &self.trail
    }

    /// The version of the saga in which the instance was started.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        self.started.as_ref().map(|started| started.version)
    }

    /// The instant after which nothing further is asked for, and all is compensated.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        self.started.as_ref().map(|started| started.deadline)
    }
}

impl<S> Instance<S> {
    /// The last step that was tried: not one that was passed over.
    pub(super) fn last_tried(&self) -> Option<&StepName> {
        let mut back = self.trail.iter().rev();
        back.find(|tried| tried.progress != Progress::PassedOver).map(|tried| &tried.step)
    }

    /// True if the step is in the trail.
    pub(super) fn has_in_trail(&self, step: &StepName) -> bool {
        self.trail.iter().any(|tried| tried.step == *step)
    }
}

impl<S: UntypedSaga> Instance<S> {
    /// The instance of `key`, before its first event. Its stream is `<name of the saga>/<key>`.
    ///
    /// # Errors
    ///
    /// If the key, or the name of the saga, breaks the rule of its part of a [`StreamId`].
    pub fn of_key(key: impl Into<String>) -> Result<Self, InvalidText> {
        let (category, key) = (Category::new(S::CATEGORY)?, StreamKey::new(key.into())?);
        Ok(Self::new(StreamId::new(category, key)))
    }

    /// The instance whose stream is `stream`, before its first event.
    #[must_use]
    pub fn new(stream: StreamId) -> Self {
        Self {
            stream,
            state: S::initial_state(),
            started: None,
            trail: Vec::new(),
            phase: Phase::New,
        }
    }
}
