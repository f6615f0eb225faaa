//! Services that perform all activities of a saga.

use std::future::Future;

use super::performed_by::PerformedBy;
use crate::process::{Answer, Call, Saga};

/// Performs all activities of the saga `S`: the dispatch to [`Perform`](crate::process::Perform).
///
/// Of a saga with `#[derive(Saga)]` it is implemented for whatever performs each of its activities. For another one it
/// is written by hand:
///
/// ```
/// use es_core::process::{Activity, ActivityError, Answer, Call, Perform};
/// # use es_core::prelude::*;
/// # #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # struct Ship {}
/// # impl Activity for Ship { const NAME: &'static str = "ship"; type Output = (); }
///
/// struct Shop;
///
/// impl Perform<Ship> for Shop {
///     async fn perform(&self, _: Ship, call: &Call<'_>) -> Result<(), ActivityError> {
///         println!("ship, key {}", call.key);
///         Ok(())
///     }
/// }
///
/// # async fn dispatch(shop: &Shop, call: &Call<'_>) -> Answer {
/// match call.request.name.as_str() {
///     Ship::NAME => call.perform::<Ship, _>(shop).await,
///     name => Answer::Failed(format!("nobody performs `{name}`")),
/// }
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not perform the activities of `{S}`",
    label = "one of them is missing",
    note = "write `impl Perform<…> for {Self}` for each activity of `{S}`, also for those that compensate",
    note = "if `{S}` does not derive `Saga`: impl Performs<{S}> for {Self} {{ async fn perform(&self, call: &Call<'_>) -> Answer {{ .. }} }}"
)]
pub trait Performs<S: Saga>: Send + Sync + 'static {
    /// Makes the attempt, and returns the answer.
    ///
    /// # Guarantees
    ///
    /// An attempt is made at least once, and never without [`SagaEvent::StepStarted`] or
    /// [`SagaEvent::CompensationStarted`] stored before it. After a crash it is made again, under the same key: the
    /// service knows it by that. The future is dropped when the attempt has taken too long.
    ///
    /// [`SagaEvent::StepStarted`]: crate::process::SagaEvent::StepStarted
    /// [`SagaEvent::CompensationStarted`]: crate::process::SagaEvent::CompensationStarted
    fn perform(&self, call: &Call<'_>) -> impl Future<Output = Answer> + Send;
}

impl<S: Saga + PerformedBy<P>, P: Send + Sync + 'static> Performs<S> for P {
    fn perform(&self, call: &Call<'_>) -> impl Future<Output = Answer> + Send {
        S::perform_by(self, call)
    }
}
