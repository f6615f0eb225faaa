//! The saga of an order, without a derive: pay, reserve, ship, confirm.

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Activity, Compensate, CompensateStart, Definition, Prepare, RetryPolicy, Saga, StepPolicy,
    Tried,
};

use super::stock::{GiveBack, ReserveStock};

/// The item that is ordered.
pub(crate) const ITEM: &str = "lamp";

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

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct TakePayment {
    pub(crate) cents: u64,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct PaymentTaken {
    pub(crate) payment: u64,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Refund {
    pub(crate) payment: Option<u64>,
    pub(crate) cents: u64,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct CreateShipment {}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct CancelShipment {}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct CancelOrder {}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Confirm {}

impl Activity for TakePayment {
    const NAME: &'static str = "take-payment";
    type Output = PaymentTaken;
}

impl Activity for Refund {
    const NAME: &'static str = "refund";
    type Output = ();
}

impl Activity for CreateShipment {
    const NAME: &'static str = "create-shipment";
    type Output = ();
}

impl Activity for CancelShipment {
    const NAME: &'static str = "cancel-shipment";
    type Output = ();
}

impl Activity for CancelOrder {
    const NAME: &'static str = "cancel-order";
    type Output = ();
}

impl Activity for Confirm {
    const NAME: &'static str = "confirm";
    type Output = ();
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fulfilment {
    cents: u64,
    payment: Option<u64>,
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
        let twice = RetryPolicy::attempts(2);
        Definition::new(1, Duration::from_secs(7200))
            .compensated_start::<OrderPlaced>()
            .step::<TakePayment>(|step| {
                step.with_timeout(Duration::from_secs(10)).with_retry(twice)
            })
            .step::<ReserveStock>(|step| step)
            .step::<CreateShipment>(|step| step)
            .step_without_compensation::<Confirm>("a mail is not unsent", StepPolicy::optional)
    }

    fn initial() -> Self {
        Self::default()
    }

    fn start(&mut self, event: Starts) {
        let Starts::Placed(placed) = event;
        self.cents = placed.cents;
    }
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

impl Prepare<ReserveStock> for Fulfilment {
    fn prepare(&self) -> ReserveStock {
        ReserveStock { item: ITEM.into() }
    }
}

impl Compensate<ReserveStock> for Fulfilment {
    type By = GiveBack;

    fn compensate(&self, _: Tried<()>) -> GiveBack {
        GiveBack { item: ITEM.into() }
    }
}

impl Prepare<CreateShipment> for Fulfilment {
    fn prepare(&self) -> CreateShipment {
        CreateShipment {}
    }
}

impl Compensate<CreateShipment> for Fulfilment {
    type By = CancelShipment;

    fn compensate(&self, _: Tried<()>) -> CancelShipment {
        CancelShipment {}
    }
}

impl Prepare<Confirm> for Fulfilment {
    fn prepare(&self) -> Confirm {
        Confirm {}
    }
}
