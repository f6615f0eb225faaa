//! A saga with short times: pay, ship, confirm.

use std::sync::atomic::{AtomicBool, Ordering};

use es_core::prelude::*;
use es_core::process::{Activity, Call, Compensate, CompensateStart, Perform, Prepare, Tried};

use super::services::Services;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub(crate) struct OrderPlaced {
    #[event(tag)]
    pub(crate) order: u32,
    pub(crate) cents: u64,
}

/// What starts the sagas of these tests that are written by hand.
#[derive(EventSet, Clone, Debug, PartialEq)]
pub(crate) enum Starts {
    Placed(OrderPlaced),
}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "take-payment", output = PaymentTaken)]
pub(crate) struct TakePayment {
    pub(crate) cents: u64,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct PaymentTaken {
    pub(crate) payment: u64,
}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "refund")]
pub(crate) struct Refund {
    pub(crate) payment: Option<u64>,
    pub(crate) cents: u64,
}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "ship")]
pub(crate) struct Ship {}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "call-back")]
pub(crate) struct CallBack {}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "cancel-order")]
pub(crate) struct CancelOrder {}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "confirm")]
pub(crate) struct Confirm {}

/// An attempt that a test waits for has 400 milliseconds: long enough for a test that is not about it.
#[derive(Saga, Clone, Debug, Default, PartialEq)]
#[saga(
    name = "fulfilment",
    id = u32,
    by = "order",
    starts(OrderPlaced(compensated)),
    steps(
        TakePayment(timeout = "400ms", attempts = 3, first = "20ms", at_most = "40ms"),
        Ship(timeout = "1h", may_be_skipped),
        Confirm(
            timeout = "400ms", attempts = 2, first = "20ms", at_most = "40ms",
            optional, no_compensation = "a mail is not unsent",
        ),
    ),
    compensation(timeout = "400ms", attempts = 3, first = "20ms", at_most = "40ms"),
    deadline = "1h",
)]
pub(crate) struct Fulfilment {
    pub(crate) cents: u64,
    pub(crate) payment: Option<u64>,
}

impl Apply<OrderPlaced> for Fulfilment {
    fn apply(&mut self, placed: OrderPlaced) {
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
