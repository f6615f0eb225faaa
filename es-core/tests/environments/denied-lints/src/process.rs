//! A process over a service: the derives of sagas under the same lints.

use es_core::prelude::*;
use es_core::process::{ActivityError, Call, Compensate, CompensateStart, Perform, Prepare, Tried};

/// An account was ordered.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "account-ordered")]
pub struct Ordered {
    /// The account.
    #[event(tag)]
    pub account: u32,
}

/// Ask the printer for a card.
#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[activity(name = "print-card", version = 2, output = Printed)]
pub struct PrintCard {
    /// The account.
    pub account: u32,
}

/// The card is printed.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// Its number.
    pub card: u64,
}

/// Ask the printer to destroy a card.
#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[activity(name = "destroy-card")]
pub struct DestroyCard {
    /// The number, if it is known.
    pub card: Option<u64>,
}

/// Tell the customer.
#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[activity(name = "welcome")]
pub struct Welcome;

/// Tell the customer that there is no account.
#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[activity(name = "regret")]
pub struct Regret;

/// The opening of an account.
#[derive(Saga, Default, Clone, Debug, PartialEq, Eq)]
#[saga(
    name = "opening",
    version = 2,
    id = u32,
    by = "account",
    starts(Ordered(compensated)),
    steps(
        PrintCard(timeout = "1m", attempts = 2, first = "10s", may_be_skipped),
        Welcome(optional, no_compensation = "a mail is not unsent")
    ),
    retired(Regret(no_compensation = "it was said")),
    compensation(attempts = 9),
    deadline = "7d"
)]
pub struct Opening {
    /// The account.
    pub account: u32,
    /// The number of the card.
    pub card: Option<u64>,
}

impl Apply<Ordered> for Opening {
    fn apply(&mut self, Ordered { account }: Ordered) {
        self.account = account;
    }
}

impl Apply<Printed> for Opening {
    fn apply(&mut self, Printed { card }: Printed) {
        self.card = Some(card);
    }
}

impl Prepare<PrintCard> for Opening {
    fn prepare(&self) -> PrintCard {
        PrintCard { account: self.account }
    }
}

impl Prepare<Welcome> for Opening {
    fn prepare(&self) -> Welcome {
        Welcome
    }
}

impl Compensate<PrintCard> for Opening {
    type By = DestroyCard;

    fn compensate(&self, tried: Tried<Printed>) -> DestroyCard {
        DestroyCard { card: tried.done().map(|printed| printed.card) }
    }
}

impl CompensateStart<Ordered> for Opening {
    type By = Regret;

    fn compensate_start(&self) -> Regret {
        Regret
    }
}

/// The printer, and the post.
#[derive(Clone, Copy, Debug)]
pub struct Office;

impl Perform<PrintCard> for Office {
    async fn perform(&self, print: PrintCard, _: &Call<'_>) -> Result<Printed, ActivityError> {
        Ok(Printed { card: u64::from(print.account) })
    }
}

impl Perform<DestroyCard> for Office {
    async fn perform(&self, _: DestroyCard, _: &Call<'_>) -> Result<(), ActivityError> {
        Ok(())
    }
}

impl Perform<Welcome> for Office {
    async fn perform(&self, _: Welcome, _: &Call<'_>) -> Result<(), ActivityError> {
        Ok(())
    }
}

impl Perform<Regret> for Office {
    async fn perform(&self, _: Regret, _: &Call<'_>) -> Result<(), ActivityError> {
        Ok(())
    }
}
