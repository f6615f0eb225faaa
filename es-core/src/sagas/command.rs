//! Commands as steps: loaded and decided, with the events that are stored together with the answer.

use std::error::Error;

use super::error::{InstanceError, TellError};
use crate::error_text::chain;
use crate::event::metadata::Metadata;
use crate::process::{Answer, Request, Saga, UntypedSaga};
use crate::store::append::StreamAppend;
use crate::store::dyn_event_store::DynEventStore;
use crate::stream::{ExpectedVersion, Version};
use crate::write::load_error::LoadError;

pub(super) fn expected(version: Version) -> ExpectedVersion {
    match version {
        Version::NONE => ExpectedVersion::NoStream,
        version => ExpectedVersion::Exact(version),
    }
}

/// The answer to a command, and the events that it decided on. A store that fails is no answer, and neither is an
/// event that this code cannot read.
pub(crate) async fn answer_to<S: Saga>(
    request: &Request,
    store: &DynEventStore,
    metadata: &Metadata,
) -> Result<(Answer, Option<StreamAppend>), TellError> {
    let failed = |error: &(dyn Error + 'static)| (Answer::Failed(chain(error)), None);
    let mut command = match S::command_of(request) {
        Ok(command) => command,
        Err(error) => return Ok(failed(&error)),
    };
    let version = match command.load(store).await {
        Ok(version) => version,
        Err(LoadError::Store(error)) => return Err(error.into()),
        // Another release has written it: no attempt is counted, and its time ends the wait for that release.
        Err(LoadError::Decode(error)) => return Err(InstanceError::Decode(error).into()),
        Err(error) => return Ok(failed(&error)),
    };
    let stream = command.stream().clone();
    Ok(match command.decide(metadata) {
        Ok(events) if events.is_empty() => (Answer::done(), None),
        Ok(events) => {
            let part = StreamAppend::new(stream, expected(version), events);
            (Answer::done(), Some(part))
        }
        Err(error) => (Answer::from(error), None),
    })
}
