//! The balances of accounts: the read model of these tests, in memory and in Postgres.

use std::collections::BTreeMap;

use es_core::prelude::*;
use es_core::{Project, ProjectError, Projection};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "account-opened")]
pub(crate) struct Opened {
    pub(crate) owner: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "money-deposited")]
pub(crate) struct Deposited {
    pub(crate) cents: i64,
}

pub(crate) fn opened(owner: &str) -> Opened {
    Opened { owner: owner.into() }
}

pub(crate) fn deposited(cents: i64) -> Deposited {
    Deposited { cents }
}

/// The balance of each account.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Accounts {
    pub(crate) cents: BTreeMap<String, i64>,
}

#[derive(Projection, Default)]
#[projection(name = "balances", version = 1, events(Opened, Deposited))]
pub(crate) struct Balances;

impl Project<Opened, Accounts> for Balances {
    async fn project(
        &self,
        event: Recorded<Opened>,
        accounts: &mut Accounts,
    ) -> Result<(), ProjectError> {
        accounts.cents.insert(event.stream.key().to_string(), 0);
        Ok(())
    }
}

impl Project<Deposited, Accounts> for Balances {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        accounts: &mut Accounts,
    ) -> Result<(), ProjectError> {
        let account = event.stream.key().to_string();
        let Some(cents) = accounts.cents.get_mut(&account) else {
            return Err(ProjectError::new(format!("there is no account {account}")));
        };
        *cents += event.event.cents;
        Ok(())
    }
}

/// Who deposited last: something that no single key knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Latest {
    pub(crate) account: Option<String>,
}

#[derive(Projection, Default)]
#[projection(name = "latest", version = 1, events(Deposited))]
pub(crate) struct LatestDeposit;

impl Project<Deposited, Latest> for LatestDeposit {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        latest: &mut Latest,
    ) -> Result<(), ProjectError> {
        latest.account = Some(event.stream.key().to_string());
        Ok(())
    }
}
