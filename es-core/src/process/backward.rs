//! The way back from a step, as a definition keeps it.

use super::code::{CompensateFn, compensation_of};
use super::request_type::RequestType;
use super::saga::Compensate;
use super::step::Compensation;
use super::step_request::ListedRequest;

/// The way back from a step: its entry in the plan, and the code for it.
#[derive(Debug)]
pub struct Backward<S> {
    pub(super) compensation: Compensation,
    pub(super) code: Option<CompensateFn<S>>,
    pub(super) by: Option<RequestType>,
}

impl<S> Backward<S> {
    /// The request of [`Compensate`] takes the step `R` back.
    #[must_use]
    pub fn compensated<R: ListedRequest>() -> Self
    where
        S: Compensate<R>,
    {
        let by = RequestType::of::<S::By>();
        Self {
            compensation: Compensation::Planned { by: by.kind },
            code: Some(compensation_of::<S, R>),
            by: Some(by),
        }
    }

    /// Nothing takes the step back, for the reason `why`.
    #[must_use]
    pub const fn none(why: &'static str) -> Self {
        Self { compensation: Compensation::None { why }, code: None, by: None }
    }
}
