//! The start of a subscription.

use crate::store::checkpoint::Checkpoint;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// The start of a [`Subscription`](crate::Subscription): the place of its first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Start {
    /// The first event of the log.
    Beginning,
    /// The events after a position of this log. A position that the log has not come to is refused.
    After(Position),
    /// The checkpoint of a reader. One that this log cannot have given is refused.
    From(Checkpoint),
    /// The events that were recorded at this instant or later. Events recorded before it are left
    /// out, also where they stand behind later ones. The instant may lie in the future.
    ///
    /// Nothing is missed as long as the clock of the store was never set back by more than an hour. The
    /// copies of a [transformed](crate::TransformStore) stream have the time of what they stand for, and
    /// imported events the one [that they brought](crate::NewEvent::with_recorded_at). In a log that was
    /// imported as a whole all of it is looked through.
    At(Timestamp),
    /// The events that the log does not show yet. An append that is under way at that moment is
    /// among them, and one that was acknowledged a moment before may be.
    ///
    /// The moment is when the subscription is polled for the first time. Where that is too late, and an
    /// append is made meanwhile, [`Subscription::begin`](crate::Subscription::begin) sets it.
    Now,
}
