//! Following a part of the log: what is there, and then what comes.

mod error;
mod page;
mod patience;
mod place;
mod start;
mod subscriber;
mod typed;

pub use error::SubscriptionError;
pub use start::Start;
pub use subscriber::Subscription;
pub use typed::TypedSubscription;
