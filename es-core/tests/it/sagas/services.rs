//! Services that do what the saga asks for, or not, and remember what they were asked.

use std::sync::Mutex;

use es_core::process::{ActivityError, Call, Perform};

use super::fulfilment::{
    CancelOrder, CancelShipment, Confirm, CreateShipment, PaymentTaken, Refund, TakePayment,
};

/// The manner of the services: what goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    #[default]
    Good,
    DeclinesCards,
    LosesPayments,
    DoesNotShip,
    DoesNotConfirm,
}

#[derive(Debug, Default)]
pub(crate) struct Services {
    manner: Manner,
    requests: Mutex<Vec<String>>,
    refunded: Mutex<Vec<String>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the connection is lost")]
struct Lost(#[source] std::io::Error);

impl Services {
    pub(crate) fn of(manner: Manner) -> Self {
        Self { manner, ..Self::default() }
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The keys of the steps that were refunded.
    pub(crate) fn refunded(&self) -> Vec<String> {
        self.refunded.lock().unwrap().clone()
    }

    fn note(&self, request: impl Into<String>) {
        self.requests.lock().unwrap().push(request.into());
    }
}

impl Perform<TakePayment> for Services {
    async fn perform(&self, pay: TakePayment, _: &Call<'_>) -> Result<PaymentTaken, ActivityError> {
        self.note(format!("take-payment {}", pay.cents));
        if self.manner == Manner::DeclinesCards {
            return Err(ActivityError::refused("declined"));
        }
        if self.manner == Manner::LosesPayments {
            return Err(Lost(std::io::Error::other("reset by peer")).into());
        }
        Ok(PaymentTaken { payment: 7 })
    }
}

impl Perform<Refund> for Services {
    async fn perform(&self, refund: Refund, call: &Call<'_>) -> Result<(), ActivityError> {
        self.note(format!("refund {} of payment {:?}", refund.cents, refund.payment));
        let step = call.compensates.as_ref().ok_or("a refund compensates a step")?;
        self.refunded.lock().unwrap().push(step.to_string());
        Ok(())
    }
}

impl Perform<CreateShipment> for Services {
    async fn perform(&self, _: CreateShipment, _: &Call<'_>) -> Result<(), ActivityError> {
        self.note("create-shipment");
        match self.manner {
            Manner::DoesNotShip => Err(ActivityError::refused("no such street")),
            _ => Ok(()),
        }
    }
}

impl Perform<CancelShipment> for Services {
    async fn perform(&self, _: CancelShipment, _: &Call<'_>) -> Result<(), ActivityError> {
        self.note("cancel-shipment");
        Ok(())
    }
}

impl Perform<CancelOrder> for Services {
    async fn perform(&self, _: CancelOrder, _: &Call<'_>) -> Result<(), ActivityError> {
        self.note("cancel-order");
        Ok(())
    }
}

impl Perform<Confirm> for Services {
    async fn perform(&self, _: Confirm, _: &Call<'_>) -> Result<(), ActivityError> {
        self.note("confirm");
        match self.manner {
            Manner::DoesNotConfirm => Err("the mail server is away".into()),
            _ => Ok(()),
        }
    }
}
