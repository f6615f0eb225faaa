//! The errors of decisions.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// An error with which a decision refuses.
///
/// Implemented for every [`Error`] that can be sent to and shared with other threads and borrows
/// nothing; there is nothing to implement. It is a trait of its own so that a type which is none is told
/// of once, where an aggregate or a decision names it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a decision",
    label = "no `std::error::Error` that can be sent and shared between threads",
    note = "put on an enum of the refusals: #[derive(Debug, thiserror::Error)], and #[error(\"…\")] on each variant"
)]
pub trait Rejection: Error + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> Rejection for E {}

/// The error of an aggregate that names none with `error = …`: its decisions refuse nothing.
///
/// Has no value, as [`Infallible`](std::convert::Infallible), and a name of its own: where the compiler
/// says "expected `NoRejection`", the key `error` is missing.
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "counted")]
/// # pub struct Counted {}
/// # #[derive(Aggregate, Default, Clone)]
/// # #[aggregate(name = "counter", id = String, events(Counted))]
/// # pub struct Counter {}
/// # impl Apply<Counted> for Counter { fn apply(&mut self, _: Counted) {} }
/// # #[derive(Command, Clone)]
/// # #[command(aggregate = Counter, any)]
/// # pub struct Count { #[command(id)] counter: String }
/// impl Decide<Count> for Counter {
///     type Events = Counted;
///
///     fn decide(&self, _: Count) -> Result<Counted, NoRejection> {
///         Ok(Counted {})
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NoRejection {}

impl fmt::Display for NoRejection {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl Error for NoRejection {}
