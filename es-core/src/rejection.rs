//! The errors of decisions.

use std::error::Error;

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
