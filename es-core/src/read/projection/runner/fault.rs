//! Faults of an event that its handler did not report.

use std::any::Any;
use std::error::Error;
use std::time::Duration;

use super::lease::chain;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::{ProjectError, ProjectionId};
use crate::store::error::StoreError;

/// The outcome of one event.
#[derive(Debug)]
pub(super) enum Tried {
    /// The event is handled, and what was written can be kept.
    Done,
    /// The event failed, and what was written is undone.
    Failed(ProjectError),
    /// The event failed, and its batch with it: nothing more can be done in that batch.
    Broken(ProjectError),
    /// The event failed for a reason that another try may not meet. Nothing is undone yet; a try in
    /// a batch of its own shows whether the event is at fault.
    Contended(ProjectError),
}

/// The reason that a handler did not succeed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The handler returned an error, or panicked.
    Failed(ProjectError),
    /// The handler did not end in time, and its work was left half done.
    Overdue,
}

/// The handler's work on an event cannot be kept.
#[derive(Debug, thiserror::Error)]
enum HandlerError {
    #[error(
        "what the handler of `{event}` in `{projection}` wrote for stream `{stream}` cannot be kept"
    )]
    NotKept {
        event: String,
        projection: ProjectionId,
        stream: String,
        source: Box<dyn Error + Send + Sync>,
    },
    #[error(
        "the handler of `{event}` in `{projection}` left nothing for stream `{stream}` that could be undone \
         on its own ({why})"
    )]
    NotUndone {
        event: String,
        projection: ProjectionId,
        stream: String,
        why: String,
        source: Box<dyn Error + Send + Sync>,
    },
    #[error(
        "the handler of `{event}` in `{projection}` did not come to its end for stream `{stream}` within \
         {limit:?}: have it wait for less, or give it more with `RunOptions::with_event_limit`"
    )]
    Overdue { event: String, projection: ProjectionId, stream: String, limit: Duration },
    #[error(
        "the handler of `{event}` in `{projection}` let its transaction wait for longer than the lease of \
         {lease:?} for stream `{stream}`, so that the store ended it: have it wait outside of the database, \
         or take a longer lease with `RunOptions::with_lease`"
    )]
    Outlasted {
        event: String,
        projection: ProjectionId,
        stream: String,
        lease: Duration,
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Returns the error for writes of a handler that cannot be kept.
pub(super) fn not_kept(
    id: &ProjectionId,
    recorded: &RecordedEvent,
    error: ProjectError,
) -> ProjectError {
    let (event, projection, stream) = names(id, recorded);
    error.within(|source| HandlerError::NotKept { event, projection, stream, source })
}

/// The handler failed with `error`, and what it wrote cannot be undone since `why`.
pub(super) fn not_undone(
    id: &ProjectionId,
    recorded: &RecordedEvent,
    error: ProjectError,
    why: &StoreError,
) -> ProjectError {
    let (event, projection, stream) = names(id, recorded);
    let why = chain(why);
    error.within(|source| HandlerError::NotUndone { event, projection, stream, why, source })
}

/// The handler took longer than `limit`.
pub(super) fn overdue(
    id: &ProjectionId,
    recorded: &RecordedEvent,
    limit: Duration,
) -> ProjectError {
    let (event, projection, stream) = names(id, recorded);
    HandlerError::Overdue { event, projection, stream, limit }.into()
}

/// The handler's session was ended while it did nothing in it for a whole `lease`.
pub(super) fn outlasted(
    id: &ProjectionId,
    recorded: &RecordedEvent,
    lease: Duration,
    error: ProjectError,
) -> ProjectError {
    let (event, projection, stream) = names(id, recorded);
    error.within(|source| HandlerError::Outlasted { event, projection, stream, lease, source })
}

fn names(id: &ProjectionId, recorded: &RecordedEvent) -> (String, ProjectionId, String) {
    (recorded.event.name.to_string(), id.clone(), recorded.stream.to_string())
}

/// The error of a handler, or of another function of the consumer, that panicked.
pub(super) fn panicked(what: &str, panic: &(dyn Any + Send)) -> ProjectError {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    ProjectError::new(format!("the {what} panicked: {}", said.unwrap_or("without a word")))
}
