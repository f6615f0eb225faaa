//! Attempts of activities: the request is read as what it is, and the answer is stored as it is.

use serde::{Deserialize, Serialize};

use crate::event::name::SchemaVersion;
use crate::process::{Activity, ActivityError, Answer, Call, Next, Perform};

use super::world::{Told, plan_with};

macro_rules! activity {
    ($activity:ident, $name:literal, $version:literal) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        struct $activity(u64, Vec<u64>);

        impl Activity for $activity {
            const NAME: &'static str = $name;
            const VERSION: SchemaVersion = SchemaVersion($version);
            type Output = f64;
        }

        impl Perform<$activity> for Scale {
            async fn perform(&self, _: $activity, _: &Call<'_>) -> Result<f64, ActivityError> {
                Ok(self.0)
            }
        }
    };
}

/// Answers every request with a number.
struct Scale(f64);

activity!(Pay, "pay", 1);
activity!(PayLater, "pay", 2);
activity!(Ship, "ship", 1);

/// The answer of the scale to the request of the step `pay`, read as `A`.
async fn answer<A: Activity>(number: f64) -> Answer
where
    Scale: Perform<A>,
{
    let told = Told::started(plan_with(3));
    let Next::Perform(call) = told.instance.next() else { panic!("pay") };
    call.perform::<A, _>(&Scale(number)).await
}

#[tokio::test]
async fn an_answer_is_stored_as_it_is() {
    let Answer::Completed(output) = answer::<Pay>(0.5).await else { panic!("not done") };

    assert_eq!(output.as_str(), "0.5");
}

/// `null` would be stored, and no later fold could read it.
#[tokio::test]
async fn an_answer_that_would_not_come_back_is_a_failure() {
    let error = "the stored form cannot be read again: invalid type: null, expected f64 at line 1 \
                 column 4";
    assert_eq!(answer::<Pay>(f64::NAN).await, Answer::Failed(error.into()));
}

#[tokio::test]
async fn a_request_of_another_name_or_version_is_not_performed() {
    let ship = "the request is `pay` in version 1, and not `ship` in version 1";
    let later = "the request is `pay` in version 1, and not `pay` in version 2";

    assert_eq!(answer::<Ship>(0.5).await, Answer::Failed(ship.into()));
    assert_eq!(answer::<PayLater>(0.5).await, Answer::Failed(later.into()));
}
