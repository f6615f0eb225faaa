//! Events of a saga's stream: the truth about an instance.

use serde::{Deserialize, Serialize};

use crate::event::decode_error::DecodeError;
use crate::event::decoded::Decoded;
use crate::event::definition::Event;
use crate::event::describe::{Describe, Description, FieldStyle, Shown};
use crate::event::encode_error::EncodeError;
use crate::event::metadata::{Actor, Reason};
use crate::event::name::{EventName, SchemaVersion};
use crate::event::payload::Payload;
use crate::event::set::{EventSet, EventType};
use crate::stream::Position;
use crate::timestamp::Timestamp;

use super::failure::{Because, Failure};
use super::names::StepName;
use super::request::{Request, embedded};

/// Declares the events of a saga's stream: a struct for each, and the set of all.
///
/// The derives cannot be used here, since es-core also compiles without them.
macro_rules! saga_events {
    ($(
        $(#[$doc:meta])*
        $name:ident, $stored:literal {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
        }
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[non_exhaustive]
            pub struct $name {
                $($(#[$field_meta])* pub $field: $type,)*
            }

            impl Describe for $name {
                fn describe(&self) -> Description {
                    Description::new(stringify!($name), FieldStyle::Named)
                        $(.field(stringify!($field), Shown::plain(format!("{:?}", self.$field))))*
                }
            }

            // A mistake in the code of a service must not be answered with a list of these.
            #[diagnostic::do_not_recommend]
            impl Event for $name {
                const NAME: &'static str = $stored;
            }

            impl From<$name> for SagaEvent {
                fn from(event: $name) -> Self {
                    Self::$name(event)
                }
            }
        )*

        /// An event of a saga's stream.
        ///
        /// The names are those of this crate, `saga.step-started` and so on, for every saga. What a step
        /// asks for and answers is inside of them, in the shape of the activity.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum SagaEvent {
            $($(#[$doc])* $name($name),)*
        }

        impl Describe for SagaEvent {
            fn describe(&self) -> Description {
                match self { $(Self::$name(event) => event.describe(),)* }
            }
        }

        #[diagnostic::do_not_recommend]
        impl EventSet for SagaEvent {
            const EVENTS: &'static [EventType] = &[$(EventType::of::<$name>()),*];

            fn name(&self) -> EventName {
                match self { $(Self::$name(_) => EventName::of::<$name>(),)* }
            }

            fn version(&self) -> SchemaVersion {
                match self { $(Self::$name(_) => $name::VERSION,)* }
            }

            fn encode(&self) -> Result<Payload, EncodeError> {
                match self { $(Self::$name(event) => event.encode(),)* }
            }

            fn decode(
                name: &str,
                version: SchemaVersion,
                payload: &Payload,
            ) -> Result<Decoded<Self>, DecodeError> {
                let event = match name {
                    $($stored => Self::$name($name::decode(version, payload)?),)*
                    _ => return Err(DecodeError::unknown_event(name)),
                };
                Ok(Decoded::one(event))
            }
        }
    };
}

saga_events! {
    /// An instance was started by an event.
    Started, "saga.started" {
        /// The version of the saga.
        version: u32,
        /// The event that started it, under its stored name.
        start: StepName,
        /// True if the event is taken back with all that was tried, by the plan of that version.
        compensated: bool,
        /// The place of that event in the log. It is referred to and not copied.
        heard: Position,
        /// The instant after which nothing further is asked for.
        deadline: Timestamp,
    }

    /// An attempt of a step was begun. It is stored before the attempt is made.
    StepStarted, "saga.step-started" {
        /// The step.
        step: StepName,
        /// The number of the attempt, from 1.
        attempt: u32,
        /// The instant at which the attempt has failed if there is no answer.
        due: Timestamp,
        /// The request.
        request: Request,
    }

    /// An attempt of an activity that was under way is made again, by a process that did not begin it.
    StepResumed, "saga.step-resumed" {
        /// The step.
        step: StepName,
        /// The number of the attempt.
        attempt: u32,
    }

    /// A step was done, and answered.
    StepCompleted, "saga.step-completed" {
        /// The step.
        step: StepName,
        /// The number of the attempt.
        attempt: u32,
        /// The answer.
        #[serde(with = "embedded")]
        output: Payload,
    }

    /// An attempt of a step failed.
    StepFailed, "saga.step-failed" {
        /// The step.
        step: StepName,
        /// The number of the attempt.
        attempt: u32,
        /// The failure.
        failure: Failure,
        /// The instant of the next attempt, if there is one.
        retry_at: Option<Timestamp>,
    }

    /// The failure of an optional step is ignored, or the time for it is over.
    StepIgnored, "saga.step-ignored" {
        /// The step.
        step: StepName,
    }

    /// An operator skipped a step.
    StepSkipped, "saga.step-skipped" {
        /// The step.
        step: StepName,
        /// The operator.
        actor: Actor,
        /// The reason of the operator.
        reason: Reason,
    }

    /// The instance is to be taken back, as soon as no attempt is under way.
    CancelRequested, "saga.cancel-requested" {
        /// The user or operator.
        actor: Actor,
        /// The reason of the user or operator.
        reason: Reason,
    }

    /// From here on all that was tried is compensated, the last step first.
    Compensating, "saga.compensating" {
        /// The reason.
        because: Because,
        /// The last step that was tried.
        at: StepName,
    }

    /// An attempt of a compensation was begun. It is stored before the attempt is made.
    CompensationStarted, "saga.compensation-started" {
        /// The step that is taken back.
        step: StepName,
        /// The number of the attempt, from 1.
        attempt: u32,
        /// The instant at which the attempt has failed if there is no answer.
        due: Timestamp,
        /// The request.
        request: Request,
    }

    /// A step was taken back.
    Compensated, "saga.compensated" {
        /// The step.
        step: StepName,
        /// The number of the attempt.
        attempt: u32,
    }

    /// An attempt of a compensation failed.
    CompensationFailed, "saga.compensation-failed" {
        /// The step that is taken back.
        step: StepName,
        /// The number of the attempt.
        attempt: u32,
        /// The failure.
        failure: Failure,
        /// The instant of the next attempt, if there is one.
        retry_at: Option<Timestamp>,
    }

    /// A compensation has failed for good, or could not be prepared; a person has to intervene.
    InterventionRequired, "saga.requires-intervention" {
        /// The step that could not be taken back.
        step: StepName,
        /// The number of the last attempt; one that could not be prepared counts.
        attempt: u32,
        /// The last failure.
        failure: Failure,
    }

    /// An operator asked for further attempts of a compensation.
    RetryRequested, "saga.retry-requested" {
        /// The step that is taken back.
        step: StepName,
        /// The number of the last attempt, which the operator has seen.
        attempt: u32,
        /// The operator.
        actor: Actor,
        /// The reason of the operator.
        reason: Reason,
    }

    /// A person has taken a step back outside of the saga.
    ManuallyCompensated, "saga.manually-compensated" {
        /// The step.
        step: StepName,
        /// The operator.
        actor: Actor,
        /// The reason of the operator.
        reason: Reason,
    }

    /// All steps are done, or were ignored or skipped as the plan allows. Nothing follows.
    Completed, "saga.completed" {}

    /// All that was tried is taken back, but for what has no compensation. Nothing follows.
    Undone, "saga.undone" {}
}

impl SagaEvent {
    /// The place in the log of the event that this one refers to. Whoever folds a stream reads that event
    /// too.
    #[must_use]
    pub fn heard(&self) -> Option<Position> {
        match self {
            Self::Started(started) => Some(started.heard),
            _ => None,
        }
    }
}
