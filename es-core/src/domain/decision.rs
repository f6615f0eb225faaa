//! One decision on one state: the lifecycle first, then the aggregate, then its own events.

use crate::domain::aggregate::Aggregate;
use crate::domain::command::{Command, Lifecycle};
use crate::domain::decide::DecidedBy;
use crate::event::encode_error::EncodeError;
use crate::event::lossless;
use crate::event::metadata::Metadata;
use crate::event::recorded::NewEvent;
use crate::stream::{StreamId, Version};
use crate::write::execute_error::{ExecuteError, LifecycleRejection};

/// The result of a decision: its events.
pub(crate) struct Decision<E> {
    pub(crate) events: Vec<E>,
    /// The same events, encoded for a store.
    pub(crate) new: Vec<NewEvent>,
}

/// Decides on the command and applies the events. A failure leaves the state unchanged.
pub(crate) fn decide<A, C>(
    state: &mut A,
    version: Version,
    stream: &StreamId,
    command: C,
    metadata: &Metadata,
) -> Result<Decision<A::Event>, ExecuteError<A::Error>>
where
    A: Aggregate,
    C: DecidedBy<A>,
{
    let events = decided(state, version, stream, command)?;
    let new = take(state, &events, metadata)?;
    Ok(Decision { events, new })
}

/// Returns the events of a decision: the lifecycle first, then the aggregate.
pub(crate) fn decided<A, C>(
    state: &A,
    version: Version,
    stream: &StreamId,
    command: C,
) -> Result<Vec<A::Event>, ExecuteError<A::Error>>
where
    A: Aggregate,
    C: DecidedBy<A>,
{
    check_lifecycle::<C>(stream, version)?;
    command.decided_by(state).map_err(ExecuteError::Rejected)
}

/// Encodes the events for a store, then applies them. None is applied unless all of them can be
/// stored.
pub(crate) fn take<A: Aggregate>(
    state: &mut A,
    events: &[A::Event],
    metadata: &Metadata,
) -> Result<Vec<NewEvent>, EncodeError> {
    let encode = |event: &A::Event| {
        let new = NewEvent::of(event, metadata.clone())?;
        lossless::of_own_set(event, &new.event)?;
        Ok(new)
    };
    let new = events.iter().map(encode).collect::<Result<Vec<_>, EncodeError>>()?;
    for event in events.iter().cloned() {
        state.evolve(event);
    }
    Ok(new)
}

/// Checks that a stream at `version` fulfils what `C` requires of it.
pub(crate) fn check_lifecycle<C: Command>(
    stream: &StreamId,
    version: Version,
) -> Result<(), LifecycleRejection> {
    let exists = version > Version::NONE;
    match C::LIFECYCLE {
        Lifecycle::Needs if !exists => {
            Err(LifecycleRejection::NotFound { command: C::NAME, stream: stream.clone() })
        }
        Lifecycle::Creates if exists => Err(LifecycleRejection::AlreadyExists {
            command: C::NAME,
            stream: stream.clone(),
            version,
        }),
        Lifecycle::Needs | Lifecycle::Creates | Lifecycle::Any => Ok(()),
    }
}
