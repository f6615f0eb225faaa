//! The events as they are.

use es_core::prelude::*;

/// Money came. It lost a field and got a smaller one, and is still version 1.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "money-deposited")]
pub struct Deposited {
    /// The amount in cents.
    pub cents: i32,
}

/// The account was closed.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "account-closed")]
pub struct Closed {}

/// The events of an account.
#[derive(EventSet, Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// See [`Deposited`].
    Deposited(Deposited),
    /// See [`Closed`].
    Closed(Closed),
}
