//! Errors of an instance that cannot go on until its code or its stream is repaired.

use crate::event::payload::InvalidPayload;
use crate::stream::Position;
use crate::validated_text::InvalidText;

use super::names::{ActivityName, StepName};

/// The error of an instance that cannot go on until its code or its stream is repaired. Nothing of the
/// input that led to it is stored, so it can be told again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SagaError {
    /// The saga does not know the step.
    #[error("the saga has no step called `{step}`")]
    UnknownStep {
        /// The step.
        step: StepName,
    },
    /// The answer of a step is of another type.
    #[error("the answer of step `{step}` cannot be read")]
    Output {
        /// The step.
        step: StepName,
        /// The error of serde.
        source: serde_json::Error,
    },
    /// The saga lists no command with the name of a request.
    #[error("the saga asks for no command called `{name}`")]
    UnknownCommand {
        /// The name of the request.
        name: ActivityName,
    },
    /// The stored request of a command is of another shape.
    #[error("the request of the command `{name}` cannot be read")]
    Command {
        /// The name of the request.
        name: ActivityName,
        /// The error of serde.
        source: serde_json::Error,
    },
    /// A name or a key breaks its rule.
    #[error(transparent)]
    Name(#[from] InvalidText),
    /// A request cannot be stored.
    #[error("the request of step `{step}` cannot be stored")]
    Request {
        /// The step.
        step: StepName,
        /// The reason.
        source: InvalidPayload,
    },
    /// The event that the stream refers to was not read.
    #[error("the event at position {position}, which started the instance, is missing")]
    MissingEvent {
        /// Its place in the log.
        position: Position,
    },
    /// The stream is in an order in which no machine writes it.
    #[error("`{event}` cannot follow in the phase `{phase}`")]
    Misplaced {
        /// The stored name of the event.
        event: String,
        /// The phase that it does not fit.
        phase: &'static str,
    },
}
