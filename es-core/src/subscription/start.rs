//! Where a subscription begins.

use crate::checkpoint::Checkpoint;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// Where a [`Subscription`](crate::Subscription) begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Start {
    /// With the first event.
    Beginning,
    /// After a position of this log. One that the log has not come to is refused.
    After(Position),
    /// Where a reader was. A checkpoint that this log cannot have given is refused.
    From(Checkpoint),
    /// With what was recorded then or later; what was recorded before is left out, also where it stands
    /// behind. An instant to come is one of them.
    ///
    /// Nothing is missed as long as the clock of the store was never set back by more than an hour. The
    /// copies of a [transformed](crate::TransformStore) stream have the time of what they stand for, and
    /// imported events the one [that they brought](crate::NewEvent::with_recorded_at). In a log that was
    /// imported as a whole all of it is looked through.
    At(Timestamp),
    /// With what the log does not show yet. An append that is under way at that moment is in it, and one
    /// that was acknowledged a moment before may be.
    ///
    /// The moment is when the subscription is polled for the first time. Where that is too late, and an
    /// append is made meanwhile, [`Subscription::begin`](crate::Subscription::begin) sets it.
    Now,
}
