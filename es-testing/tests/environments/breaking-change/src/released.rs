//! The events as they were released.

use es_core::prelude::*;

/// Money came.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "money-deposited")]
pub struct Deposited {
    /// The amount in cents.
    pub cents: i64,
    /// The reason.
    pub note: String,
}

/// The events of an account.
#[derive(EventSet, Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// See [`Deposited`].
    Deposited(Deposited),
}
