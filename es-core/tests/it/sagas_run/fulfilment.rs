//! A saga with short times: pay, ship, confirm.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Activity, Answer, Call, Compensate, CompensateStart, CompensationPolicy, Definition, Perform,
    Prepare, RetryPolicy, Saga, Tried,
};
use es_core::sagas::Performs;

use super::services::Services;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub(crate) struct OrderPlaced {
    pub(crate) order: u32,
    pub(crate) cents: u64,
}

#[derive(EventSet, Clone, Debug, PartialEq)]
pub(crate) enum Starts {
    Placed(OrderPlaced),
}

macro_rules! activities {
    ($($name:ident, $stored:literal, $output:ty { $($field:ident: $type:ty),* })*) => {$(
        #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
        pub(crate) struct $name { $(pub(crate) $field: $type),* }

        impl Activity for $name {
            const NAME: &'static str = $stored;
            type Output = $output;
        }
    )*};
}

activities! {
    TakePayment, "take-payment", PaymentTaken { cents: u64 }
    Refund, "refund", () { payment: Option<u64>, cents: u64 }
    Ship, "ship", () {}
    CallBack, "call-back", () {}
    CancelOrder, "cancel-order", () {}
    Confirm, "confirm", () {}
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct PaymentTaken {
    pub(crate) payment: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fulfilment {
    pub(crate) cents: u64,
    pub(crate) payment: Option<u64>,
}

/// The time of an attempt: long enough for a test that is not about it.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(400);

fn retries(attempts: u32) -> RetryPolicy {
    let (first, at_most) = (Duration::from_millis(20), Duration::from_millis(40));
    RetryPolicy::attempts(attempts).with_first(first).with_at_most(at_most)
}

impl Saga for Fulfilment {
    const NAME: &'static str = "fulfilment";
    type Id = u32;
    type Start = Starts;

    fn id(event: &Starts) -> u32 {
        let Starts::Placed(placed) = event;
        placed.order
    }

    fn definition() -> Definition<Self> {
        Definition::new(1, Duration::from_secs(3600))
            .compensated_start::<OrderPlaced>()
            .step::<TakePayment>(|step| step.with_timeout(TIMEOUT).with_retry(retries(3)))
            .step::<Ship>(|step| step.with_timeout(Duration::from_secs(3600)).may_be_skipped())
            .step_without_compensation::<Confirm>("a mail is not unsent", |step| {
                step.with_timeout(TIMEOUT).with_retry(retries(2)).optional()
            })
            .with_compensation(CompensationPolicy { timeout: TIMEOUT, retry: retries(3) })
    }

    fn initial() -> Self {
        Self::default()
    }

    fn start(&mut self, event: Starts) {
        let Starts::Placed(placed) = event;
        assert!(placed.order != PANICS || !FOLDS_PANIC.load(Ordering::SeqCst), "the code is wrong");
        self.cents = placed.cents;
    }
}

/// The order whose fold panics until the code is repaired.
pub(crate) const PANICS: u32 = 666;

static FOLDS_PANIC: AtomicBool = AtomicBool::new(true);

pub(crate) fn folds_panic(panics: bool) {
    FOLDS_PANIC.store(panics, Ordering::SeqCst);
}

impl Apply<PaymentTaken> for Fulfilment {
    fn apply(&mut self, answer: PaymentTaken) {
        self.payment = Some(answer.payment);
    }
}

impl Apply<()> for Fulfilment {
    fn apply(&mut self, (): ()) {}
}

impl CompensateStart<OrderPlaced> for Fulfilment {
    type By = CancelOrder;

    fn compensate_start(&self) -> CancelOrder {
        CancelOrder {}
    }
}

impl Prepare<TakePayment> for Fulfilment {
    fn prepare(&self) -> TakePayment {
        TakePayment { cents: self.cents }
    }
}

impl Compensate<TakePayment> for Fulfilment {
    type By = Refund;

    fn compensate(&self, tried: Tried<PaymentTaken>) -> Refund {
        Refund { payment: tried.done().map(|answer| answer.payment), cents: self.cents }
    }
}

impl Prepare<Ship> for Fulfilment {
    fn prepare(&self) -> Ship {
        Ship {}
    }
}

impl Compensate<Ship> for Fulfilment {
    type By = CallBack;

    fn compensate(&self, _: Tried<()>) -> CallBack {
        CallBack {}
    }
}

impl Prepare<Confirm> for Fulfilment {
    fn prepare(&self) -> Confirm {
        Confirm {}
    }
}

impl Performs<Fulfilment> for Services {
    async fn perform(&self, call: &Call<'_>) -> Answer {
        match call.request.name.as_str() {
            TakePayment::NAME => call.perform::<TakePayment, _>(self).await,
            Refund::NAME => call.perform::<Refund, _>(self).await,
            Ship::NAME => call.perform::<Ship, _>(self).await,
            CallBack::NAME => call.perform::<CallBack, _>(self).await,
            CancelOrder::NAME => call.perform::<CancelOrder, _>(self).await,
            Confirm::NAME => call.perform::<Confirm, _>(self).await,
            name => Answer::Failed(format!("nobody performs `{name}`")),
        }
    }
}

macro_rules! perform {
    ($($activity:ty => $output:expr;)*) => {$(
        impl Perform<$activity> for Services {
            async fn perform(
                &self,
                _: $activity,
                call: &Call<'_>,
            ) -> Result<<$activity as Activity>::Output, es_core::process::ActivityError> {
                self.performed(call).await?;
                Ok($output)
            }
        }
    )*};
}

perform! {
    TakePayment => PaymentTaken { payment: 7 };
    Refund => ();
    Ship => ();
    CallBack => ();
    CancelOrder => ();
    Confirm => ();
}
