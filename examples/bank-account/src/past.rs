//! Events that earlier releases stored and nobody writes any more, and the events that they are
//! read as.

use std::convert::Infallible;

use es_core::prelude::*;

use crate::account::{FeeCharged, Opened, PaidOut};

/// The first release stored it as `null`, which has no fields to begin a history with: so the old
/// struct stays.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
pub struct OpenedV1;

impl Upcast<OpenedV1> for Opened {
    fn upcast(_: OpenedV1) -> Self {
        Self { owner: None }
    }
}

/// The withdrawal of releases before the third: one event told two facts.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-withdrawn", version = 2)]
pub struct Withdrawn {
    pub cents: u32,
    #[event(added(in = 2, default))]
    pub fee: u32,
}

impl Superseded for Withdrawn {
    type By = (PaidOut, Option<FeeCharged>);
    type Error = Infallible;

    fn superseded(self) -> Result<Self::By, Infallible> {
        let fee = (self.fee > 0).then_some(FeeCharged { amount: self.fee.into() });
        Ok((PaidOut { amount: self.cents.into() }, fee))
    }
}
