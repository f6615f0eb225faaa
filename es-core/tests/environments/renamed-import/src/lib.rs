//! Promise: es-core may have another name in `Cargo.toml`. The derives read it there, serde is told it by
//! its own `crate`, and nothing in an expansion says `es_core`.

use history::prelude::*;

/// The account was opened.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "history::serde")]
#[event(name = "account-opened")]
pub struct Opened {
    /// Whose it is.
    pub owner: String,
}

/// Money came in.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "history::serde")]
#[event(name = "money-deposited")]
pub struct Deposited(pub i64);

/// The state of an account.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "history::serde")]
#[aggregate(
    name = "account",
    id = u32,
    events(Opened, Deposited),
    snapshot(every = 100)
)]
pub struct Account {
    /// The balance in cents.
    pub cents: i64,
    /// The limit of the balance.
    pub limit: Limit,
}

/// The limit of an account's balance.
#[derive(Shape, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "history::serde")]
pub struct Limit(u64);

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
#[command(aggregate = Account, creates)]
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
pub enum Audited {
    /// [`Deposited`]
    Money(Deposited),
}

/// The limit of an account was set, in its third version.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "history::serde")]
#[event(name = "limit-set", version = 3)]
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
#[serde(crate = "history::serde")]
#[event(name = "limit-set", version = 4, previous = LimitSetV3, aliases("limited"))]
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
#[projection(name = "income", version = 2, events(Deposited), effects(Opened), start = now)]
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

impl history::React<Opened, Total> for Income {
    async fn react(&self, _: Recorded<Opened>, _: &mut Total) -> Result<(), ProjectError> {
        Ok(())
    }
}
