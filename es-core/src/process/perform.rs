//! Performers of activities: the code that talks to the outside world.

use std::error::Error;
use std::fmt;
use std::future::Future;

use crate::error_text::chain;

use super::activity::Activity;
use super::input::Answer;
use super::next::Call;
use super::request::Request;

/// The performer of an activity: the code that talks to the outside world.
///
/// An attempt may be repeated after a crash, so the service at the other end must know a request that it had
/// before by [`Call::key`]. What performs a compensation remembers [`Call::compensates`], and refuses a
/// request under that key from then on: see the requirements at [`process`](super).
///
/// ```
/// # use es_core::prelude::*;
/// # use es_core::process::{ActivityError, Call, Perform};
/// # #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[activity(name = "take-payment", output = u64)]
/// # pub struct TakePayment { pub cents: u64 }
/// # struct Bank;
/// # impl Bank {
/// #     async fn pay(&self, _key: &str, _cents: u64) -> Result<Option<u64>, std::io::Error> { Ok(None) }
/// # }
/// struct Services {
///     bank: Bank,
/// }
///
/// impl Perform<TakePayment> for Services {
///     async fn perform(&self, pay: TakePayment, call: &Call<'_>) -> Result<u64, ActivityError> {
///         // `?`: nobody knows whether it was done, and it is asked for again.
///         let payment = self.bank.pay(call.key.as_str(), pay.cents).await?;
///         // A refusal is final.
///         payment.ok_or_else(|| ActivityError::refused("the card was declined"))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not perform the activity `{A}`",
    label = "`impl Perform<{A}> for {Self}` is missing",
    note = "write: impl Perform<{A}> for {Self} {{ async fn perform(&self, activity: {A}, call: &Call<'_>) -> Result<.., ActivityError> {{ .. }} }}"
)]
pub trait Perform<A: Activity> {
    /// Does what is asked for, and returns the answer.
    fn perform(
        &self,
        activity: A,
        call: &Call<'_>,
    ) -> impl Future<Output = Result<A::Output, ActivityError>> + Send;
}

/// The error of an attempt: a refusal, or an error after which nobody knows what was done.
///
/// Every error of a library turns into the second by `?`.
#[derive(Debug)]
pub struct ActivityError(Kind);

#[derive(Debug)]
enum Kind {
    Refused(String),
    Failed(Box<dyn Error + Send + Sync>),
}

impl ActivityError {
    /// The answer is no, and was so before anything was done. A step is not asked for again.
    #[must_use]
    pub fn refused(reason: impl Into<String>) -> Self {
        Self(Kind::Refused(reason.into()))
    }

    /// True if the answer is no.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self.0, Kind::Refused(_))
    }
}

impl fmt::Display for ActivityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Refused(reason) => f.write_str(reason),
            Kind::Failed(error) => error.fmt(f),
        }
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for ActivityError {
    fn from(error: E) -> Self {
        Self(Kind::Failed(error.into()))
    }
}

impl Call<'_> {
    /// Makes the attempt: the request as the activity `A`, performed by `performer`.
    ///
    /// Failures of the attempt are as well: a request of another name or version than `A`, one that cannot be
    /// read, and an answer that cannot be stored or would be read as another one.
    pub async fn perform<A: Activity, P: Perform<A> + Sync>(&self, performer: &P) -> Answer {
        match self.attempt_as::<A, P>(performer).await {
            Ok(answer) => answer,
            Err(ActivityError(Kind::Refused(reason))) => Answer::Refused(reason),
            Err(ActivityError(Kind::Failed(error))) => Answer::Failed(chain(&*error)),
        }
    }

    async fn attempt_as<A: Activity, P: Perform<A> + Sync>(
        &self,
        performer: &P,
    ) -> Result<Answer, ActivityError> {
        let Request { name, version, body, .. } = self.request;
        if name.as_str() != A::NAME || *version != A::VERSION {
            let (other, other_version) = (A::NAME, A::VERSION);
            return Err(ActivityError::from(format!(
                "the request is `{name}` in version {version}, and not `{other}` in version {other_version}"
            )));
        }
        let activity = serde_json::from_str(body.as_str())?;
        Ok(Answer::completed(&performer.perform(activity, self).await?)?)
    }
}
