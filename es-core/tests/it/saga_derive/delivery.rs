//! A saga with every key of the annotation, and one with as few as possible.

use es_core::prelude::*;
use es_core::process::{ActivityError, Call, Compensate, CompensateStart, Perform, Prepare, Tried};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub(crate) struct OrderPlaced {
    #[event(tag)]
    pub(crate) customer: String,
    #[event(tag, home)]
    pub(crate) order: String,
}

pub(crate) mod import {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "order-imported")]
    pub(crate) struct OrderPlaced {
        #[event(tag = "import")]
        pub(crate) at: u32,
        #[event(tag = "order", home)]
        pub(crate) id: String,
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-typed")]
pub(crate) struct OrderTyped {
    #[event(tag)]
    pub(crate) order: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "fax-arrived")]
pub(crate) struct FaxArrived {
    #[event(tag)]
    pub(crate) order: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-changed")]
pub(crate) struct StockChanged {}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "stock", id = String, events(StockChanged))]
pub(crate) struct Stock {}

impl Apply<StockChanged> for Stock {
    fn apply(&mut self, _: StockChanged) {}
}

macro_rules! commands {
    ($($name:ident)*) => {$(
        #[derive(Command, Serialize, Deserialize, Clone, Debug, PartialEq)]
        #[command(aggregate = Stock, any)]
        pub(crate) struct $name {
            #[command(id)]
            pub(crate) item: String,
        }

        impl Decide<$name> for Stock {
            type Events = StockChanged;

            fn decide(&self, _: $name) -> Result<StockChanged, NoRejection> {
                Ok(StockChanged {})
            }
        }
    )*};
}

commands!(Reserve Release);

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "pay", version = 2, output = Paid)]
pub(crate) struct Pay {
    pub(crate) order: String,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Paid {
    pub(crate) receipt: String,
}

macro_rules! activities {
    ($($name:ident = $stored:literal)*) => {$(
        #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
        #[activity(name = $stored)]
        pub(crate) struct $name {}
    )*};
}

activities! {
    Refund = "refund"
    Cancel = "cancel"
    Confirm = "confirm"
    TakeDeposit = "take-deposit"
    Print = "print"
    Ping = "ping"
}

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(
    name = "delivery",
    version = 3,
    id = String,
    by = "order",
    starts(
        OrderPlaced(compensated),
        import::OrderPlaced as OrderImported,
        OrderTyped(retired),
        FaxArrived(compensated, retired),
    ),
    steps(
        Pay(timeout = "30s", attempts = 5, first = "500ms", factor = 3, at_most = "1m"),
        Reserve(may_be_skipped),
        Confirm(first = "1us", optional, no_compensation = "a mail is not unsent"),
    ),
    retired(TakeDeposit, Print(no_compensation = "paper is patient")),
    compensation(timeout = "1m", attempts = 10, first = "1500us", factor = 1, at_most = "1d"),
    deadline = "2h",
    crate = ::es_core,
)]
pub(crate) struct Delivery {
    pub(crate) order: String,
    pub(crate) receipt: Option<String>,
}

macro_rules! starts {
    ($($event:ty: $order:ident)*) => {$(
        impl Apply<$event> for Delivery {
            fn apply(&mut self, event: $event) {
                self.order = event.$order;
            }
        }
    )*};
}

starts!(OrderPlaced: order import::OrderPlaced: id OrderTyped: order FaxArrived: order);

impl Apply<Paid> for Delivery {
    fn apply(&mut self, answer: Paid) {
        self.receipt = Some(answer.receipt);
    }
}

impl Prepare<Pay> for Delivery {
    fn prepare(&self) -> Pay {
        Pay { order: self.order.clone() }
    }
}

impl Prepare<Reserve> for Delivery {
    fn prepare(&self) -> Reserve {
        Reserve { item: "lamp".into() }
    }
}

impl Prepare<Confirm> for Delivery {
    fn prepare(&self) -> Confirm {
        Confirm {}
    }
}

impl Compensate<Pay> for Delivery {
    type By = Refund;

    fn compensate(&self, _: Tried<Paid>) -> Refund {
        Refund {}
    }
}

impl Compensate<Reserve> for Delivery {
    type By = Release;

    fn compensate(&self, _: Tried<()>) -> Release {
        Release { item: "lamp".into() }
    }
}

impl Compensate<TakeDeposit> for Delivery {
    type By = Refund;

    fn compensate(&self, _: Tried<()>) -> Refund {
        Refund {}
    }
}

macro_rules! cancelled {
    ($($event:ty)*) => {$(
        impl CompensateStart<$event> for Delivery {
            type By = Cancel;

            fn compensate_start(&self) -> Cancel {
                Cancel {}
            }
        }
    )*};
}

cancelled!(OrderPlaced FaxArrived);

/// As few keys as possible.
#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(name = "pinged", id = String, by = "order", starts(OrderPlaced), steps(Ping), deadline = "1m")]
pub(crate) struct Pinged;

impl Apply<OrderPlaced> for Pinged {
    fn apply(&mut self, _: OrderPlaced) {}
}

impl Prepare<Ping> for Pinged {
    fn prepare(&self) -> Ping {
        Ping {}
    }
}

impl Compensate<Ping> for Pinged {
    type By = Ping;

    fn compensate(&self, _: Tried<()>) -> Ping {
        Ping {}
    }
}

pub(crate) struct Ponged;

impl Perform<Ping> for Ponged {
    async fn perform(&self, _: Ping, _: &Call<'_>) -> Result<(), ActivityError> {
        Ok(())
    }
}
