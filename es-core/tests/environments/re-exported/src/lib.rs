//! Promise: a service may know es-core through another crate alone. The path to it goes after
//! `crate =`, and need not be the root of a crate.

use environment_re_exporting_framework::events::prelude::*;

/// The account was opened.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "environment_re_exporting_framework::events::serde")]
#[event(name = "account-opened", crate = ::environment_re_exporting_framework::events)]
pub struct Opened {
    /// Whose it is.
    pub owner: String,
}

/// Money came in.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "environment_re_exporting_framework::events::serde")]
#[event(name = "money-deposited", crate = ::environment_re_exporting_framework::events)]
pub struct Deposited(pub i64);

/// The state of an account.
#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = u32, events(Opened, Deposited), crate = ::environment_re_exporting_framework::events)]
pub struct Account {
    /// The balance in cents.
    pub cents: i64,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, Deposited(cents): Deposited) {
        self.cents += cents;
    }
}

/// Open an account with some money in it.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Account, creates, crate = ::environment_re_exporting_framework::events)]
pub struct Open {
    /// The account.
    #[command(id)]
    pub account: u32,
    /// The first deposit.
    pub cents: i64,
}

impl Decide<Open> for Account {
    type Events = (Opened, Deposited);

    fn decide(&self, command: Open) -> Result<Self::Events, Self::Error> {
        Ok((Opened { owner: "ada".into() }, Deposited(command.cents)))
    }
}

/// The events that an auditor reads.
#[derive(EventSet, Clone, Debug, PartialEq)]
#[event_set(crate = ::environment_re_exporting_framework::events)]
pub enum Audited {
    /// [`Deposited`]
    Money(Deposited),
}

/// The limit of an account was set, in its third version.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "environment_re_exporting_framework::events::serde")]
#[event(name = "limit-set", version = 3, crate = ::environment_re_exporting_framework::events)]
#[event(removed(reason: String, in = 3))]
pub struct LimitSetV3 {
    /// The limit.
    #[event(renamed(from = "limit", in = 2), changed(from = u32, in = 3, with = i64::from))]
    pub cents: i64,
    /// By whom.
    #[event(added(in = 2, default))]
    pub by: String,
    /// The length of the reason in characters.
    #[event(added(in = 3, with = String::len(reason)))]
    pub letters: usize,
}

/// The limit of an account was set.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "environment_re_exporting_framework::events::serde")]
#[event(name = "limit-set", version = 4, previous = LimitSetV3, aliases("limited"), crate = ::environment_re_exporting_framework::events)]
pub struct LimitSet {
    /// The limit.
    pub cents: i64,
}

impl Upcast<LimitSetV3> for LimitSet {
    fn upcast(previous: LimitSetV3) -> Self {
        Self { cents: previous.cents }
    }
}

/// The deposits of all accounts.
#[derive(Projection, Clone, Copy, Debug)]
#[projection(name = "income", version = 2, events(Deposited), effects(Opened), start = now, crate = ::environment_re_exporting_framework::events)]
pub struct Income;

/// The amount in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Total(pub i64);

impl Project<Deposited, Total> for Income {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        total: &mut Total,
    ) -> Result<(), ProjectError> {
        total.0 += event.event.0;
        Ok(())
    }
}

impl environment_re_exporting_framework::events::React<Opened, Total> for Income {
    async fn react(&self, _: Recorded<Opened>, _: &mut Total) -> Result<(), ProjectError> {
        Ok(())
    }
}
