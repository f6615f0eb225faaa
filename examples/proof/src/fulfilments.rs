//! The saga that is tortured: pay, reserve, ship, confirm.

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{Compensate, Prepare, Tried};

/// The time that an attempt has; services that hang take longer.
pub const TIMEOUT: Duration = Duration::from_millis(400);

/// The number of shelves on which orders meet.
const SHELVES: u64 = 16;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub struct OrderPlaced {
    #[event(tag)]
    pub order: u64,
}

macro_rules! activities {
    ($($name:ident, $stored:literal;)*) => {
        $(#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
        #[activity(name = $stored)]
        pub struct $name {
            pub order: u64,
        })*
    };
}

activities! {
    TakePayment, "take-payment";
    Refund, "refund";
    CreateShipment, "create-shipment";
    CancelShipment, "cancel-shipment";
    Confirm, "confirm";
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "reserved")]
pub struct Reserved {
    pub order: u64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "given-back")]
pub struct GivenBack {
    pub order: u64,
}

/// A shelf, and the orders for which something on it is reserved.
#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "stock", id = String, events(Reserved, GivenBack), error = SoldOut)]
pub struct Stock {
    pub reserved: Vec<u64>,
}

#[derive(Debug, PartialEq)]
pub struct SoldOut;

impl std::error::Error for SoldOut {}

impl std::fmt::Display for SoldOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("sold out")
    }
}

impl Apply<Reserved> for Stock {
    fn apply(&mut self, event: Reserved) {
        self.reserved.push(event.order);
    }
}

impl Apply<GivenBack> for Stock {
    fn apply(&mut self, event: GivenBack) {
        self.reserved.retain(|order| *order != event.order);
    }
}

#[derive(Command, Serialize, Deserialize, Clone, Debug)]
#[command(aggregate = Stock, any)]
pub struct Reserve {
    #[command(id)]
    pub shelf: String,
    pub order: u64,
}

/// Every tenth order finds nothing. An order that asks twice gets two: the proof counts them.
impl Decide<Reserve> for Stock {
    type Events = Reserved;

    fn decide(&self, command: Reserve) -> Result<Reserved, SoldOut> {
        if command.order % 10 == 7 { Err(SoldOut) } else { Ok(Reserved { order: command.order }) }
    }
}

#[derive(Command, Serialize, Deserialize, Clone, Debug)]
#[command(aggregate = Stock, any)]
pub struct GiveBack {
    #[command(id)]
    pub shelf: String,
    pub order: u64,
}

impl Decide<GiveBack> for Stock {
    type Events = GivenBack;

    fn decide(&self, command: GiveBack) -> Result<GivenBack, SoldOut> {
        Ok(GivenBack { order: command.order })
    }
}

/// The process of an order.
#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(
    name = "fulfilment",
    id = u64,
    by = "order",
    starts(OrderPlaced),
    steps(
        TakePayment(timeout = "400ms", attempts = 3, first = "20ms", at_most = "200ms"),
        Reserve(timeout = "400ms", attempts = 3, first = "20ms", at_most = "200ms"),
        CreateShipment(timeout = "400ms", attempts = 3, first = "20ms", at_most = "200ms"),
        Confirm(
            timeout = "400ms", attempts = 3, first = "20ms", at_most = "200ms",
            optional, no_compensation = "a mail is not unsent",
        ),
    ),
    compensation(timeout = "400ms", attempts = 30, first = "20ms", at_most = "200ms"),
    deadline = "5m",
)]
pub struct Fulfilment {
    order: u64,
}

impl Fulfilment {
    fn shelf(&self) -> String {
        format!("shelf-{}", self.order % SHELVES)
    }
}

impl Apply<OrderPlaced> for Fulfilment {
    fn apply(&mut self, event: OrderPlaced) {
        self.order = event.order;
    }
}

impl Prepare<TakePayment> for Fulfilment {
    fn prepare(&self) -> TakePayment {
        TakePayment { order: self.order }
    }
}

impl Compensate<TakePayment> for Fulfilment {
    type By = Refund;

    fn compensate(&self, _: Tried<()>) -> Refund {
        Refund { order: self.order }
    }
}

impl Prepare<Reserve> for Fulfilment {
    fn prepare(&self) -> Reserve {
        Reserve { shelf: self.shelf(), order: self.order }
    }
}

impl Compensate<Reserve> for Fulfilment {
    type By = GiveBack;

    fn compensate(&self, _: Tried<()>) -> GiveBack {
        GiveBack { shelf: self.shelf(), order: self.order }
    }
}

impl Prepare<CreateShipment> for Fulfilment {
    fn prepare(&self) -> CreateShipment {
        CreateShipment { order: self.order }
    }
}

impl Compensate<CreateShipment> for Fulfilment {
    type By = CancelShipment;

    fn compensate(&self, _: Tried<()>) -> CancelShipment {
        CancelShipment { order: self.order }
    }
}

impl Prepare<Confirm> for Fulfilment {
    fn prepare(&self) -> Confirm {
        Confirm { order: self.order }
    }
}
