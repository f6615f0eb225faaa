//! Errors of an instance whose code does not fit its stream.

use crate::event::name::SchemaVersion;
use crate::stream::Position;
use crate::validated_text::InvalidText;

use super::names::{ActivityName, StepName};
use super::stored_value::UnstorableValue;

/// The error of an instance: its code does not fit its stream.
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
    /// The saga lists no command with the name and the version of a request.
    #[error("the saga asks for no command called `{name}` in version {version}")]
    UnknownCommand {
        /// The name of the request.
        name: ActivityName,
        /// The version of its shape.
        version: SchemaVersion,
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
    /// A request cannot be stored, or would be read as another one.
    #[error("the request of step `{step}` cannot be stored")]
    Request {
        /// The step.
        step: StepName,
        /// The reason.
        source: UnstorableValue,
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
