//! Catch-up subscriptions to a part of the log: existing events, then new ones.

mod error;
mod page;
mod place;
mod retry;
mod start;
mod subscriber;
mod typed;

pub(crate) use place::first_place;

pub use error::SubscriptionError;
pub use start::Start;
pub use subscriber::Subscription;
pub use typed::TypedSubscription;
