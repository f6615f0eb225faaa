//! Activities of a saga, and the services that perform all of them.

use std::future::Future;

use crate::process::{
    Activity, Answer, Call, Compensate, CompensateStart, OfActivity, OfCommand, Perform,
    StepRequest,
};

/// A saga whose activities `P` performs, each by its [`Perform`].
///
/// `#[derive(Saga)]` writes it, for every `P` that performs all activities: those that are steps, and those that
/// compensate. `P` then [`Performs`](super::Performs) the saga. Commands are performed by their aggregates.
#[diagnostic::on_unimplemented(
    message = "`{P}` does not perform the activities of `{Self}`",
    label = "`impl Performs<{Self}> for {P}` is missing"
)]
pub trait PerformedBy<P> {
    /// Makes the attempt with `performer`, and returns the answer.
    fn perform_by(performer: &P, call: &Call<'_>) -> impl Future<Output = Answer> + Send;
}

/// Performs the step `R` of a saga, if it is an activity. `K` is its [`Kind`](StepRequest::Kind).
///
/// Implemented for whatever performs the activity; there is nothing to implement.
pub trait PerformsStep<R, K = <R as StepRequest>::Kind> {
    /// Makes the attempt if it is one of `R`, and returns the answer.
    fn perform_step(&self, call: &Call<'_>) -> impl Future<Output = Option<Answer>> + Send;
}

impl<A: Activity, P: Perform<A> + Sync> PerformsStep<A, OfActivity> for P {
    async fn perform_step(&self, call: &Call<'_>) -> Option<Answer> {
        if call.request.name.as_str() != A::NAME {
            return None;
        }
        Some(call.perform::<A, P>(self).await)
    }
}

impl<C, P: Sync> PerformsStep<C, OfCommand> for P {
    async fn perform_step(&self, _: &Call<'_>) -> Option<Answer> {
        None
    }
}

/// Performs what takes the step `R` of the saga `S` back.
///
/// Implemented for whatever performs that activity; there is nothing to implement.
pub trait PerformsCompensation<S, R> {
    /// Makes the attempt if it is one of that activity, and returns the answer.
    fn perform_compensation(&self, call: &Call<'_>) -> impl Future<Output = Option<Answer>> + Send;
}

impl<S, R, P> PerformsCompensation<S, R> for P
where
    R: StepRequest,
    S: Compensate<R>,
    P: PerformsStep<S::By>,
{
    fn perform_compensation(&self, call: &Call<'_>) -> impl Future<Output = Option<Answer>> + Send {
        self.perform_step(call)
    }
}

/// Performs what takes the start `E` of the saga `S` back.
///
/// Implemented for whatever performs that activity; there is nothing to implement.
pub trait PerformsStartCompensation<S, E> {
    /// Makes the attempt if it is one of that activity, and returns the answer.
    fn perform_start_compensation(
        &self,
        call: &Call<'_>,
    ) -> impl Future<Output = Option<Answer>> + Send;
}

impl<S, E, P> PerformsStartCompensation<S, E> for P
where
    S: CompensateStart<E>,
    P: PerformsStep<S::By>,
{
    fn perform_start_compensation(
        &self,
        call: &Call<'_>,
    ) -> impl Future<Output = Option<Answer>> + Send {
        self.perform_step(call)
    }
}

/// The answer to a request that the saga does not make in this release.
#[doc(hidden)]
#[must_use]
pub fn nobody_performs(call: &Call<'_>) -> Answer {
    Answer::Failed(format!("nobody performs `{}`", call.request.name))
}
