//! Promise: expansions pass every lint that a team may turn on. This file forbids what serde's own
//! derives leave room for and denies the rest; [`forbidden`] forbids warnings altogether, so that
//! not even an `allow` in an expansion would compile.
#![forbid(unsafe_code, dead_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused_qualifications,
    unused_results,
    unused_lifetimes,
    variant_size_differences,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::absolute_paths,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod forbidden;
pub mod process;
pub mod retired;

use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{ProjectAll, React};

/// The account was opened.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "account-opened")]
pub struct Opened {
    /// Whose it is.
    pub owner: String,
}

/// Money came in.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "money-deposited")]
pub struct Deposited(pub i64);

/// Something happened. It was never said what.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "account-changed")]
pub struct Changed {
    /// By how much.
    pub cents: Option<i64>,
}

impl Superseded for Changed {
    type By = Option<Deposited>;
    type Error = Infallible;

    fn superseded(self) -> Result<Self::By, Infallible> {
        Ok(self.cents.map(Deposited))
    }
}

/// The state of an account.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[aggregate(
    name = "account",
    id = u32,
    events(Opened, Deposited),
    superseded(Changed),
    snapshot(every = 100, keep = 3, version = 2)
)]
pub struct Account {
    /// The balance in cents.
    pub cents: i64,
    /// The limit of the balance.
    pub limit: Limit,
}

/// The limit of an account's balance.
#[derive(Shape, Default, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nothing.
    Closed,
    /// No limit.
    #[default]
    None,
    /// A limit in cents.
    Cents(i64),
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
#[derive(EventSet, Clone, Debug, PartialEq, Eq)]
pub enum Audited {
    /// [`Deposited`]
    Money(Deposited),
}

/// The account was put under watch.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "account-watched")]
pub struct Watched {
    /// The account.
    #[event(tag, home)]
    pub account: u32,
    /// By whom.
    #[event(tag = "guard")]
    pub by: String,
}

/// The account is watched no more.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "account-left-alone")]
pub struct LeftAlone(#[event(tag = "account")] pub u32);

/// Somebody looked.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "account-stared-at")]
pub struct Stared(#[event(tag = "account")] pub u32);

impl Superseded for Stared {
    type By = ();
    type Error = Infallible;

    fn superseded(self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The state of the watch on an account.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Watched, LeftAlone), superseded(Stared), tolerates(LeftAlone))]
pub struct Watch {
    #[decision_model(tag)]
    account: u32,
    /// It is.
    pub on: bool,
}

impl Apply<Watched> for Watch {
    fn apply(&mut self, _: Watched) {
        self.on = true;
    }
}

impl Apply<LeftAlone> for Watch {
    fn apply(&mut self, _: LeftAlone) {
        self.on = false;
    }
}

/// The limit of an account was set, in its third version.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
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
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
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

/// The deposits of all accounts: their sum and their number.
#[derive(Projection, Clone, Copy, Debug)]
#[projection(
    name = "income",
    version = 2,
    events(Deposited, Opened),
    superseded(Changed),
    effects(Opened, LeftAlone),
    start = now,
    key = account_of,
    db(Total)
)]
pub struct Income;

/// The amount in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total(pub i64);

fn account_of(event: &Recorded<IncomeEvent>) -> String {
    event.stream.to_string()
}

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

impl Project<Opened, Total> for Income {
    async fn project(&self, _: Recorded<Opened>, _: &mut Total) -> Result<(), ProjectError> {
        Ok(())
    }
}

impl React<Opened, Total> for Income {
    async fn react(&self, _: Recorded<Opened>, _: &mut Total) -> Result<(), ProjectError> {
        Ok(())
    }
}

impl React<LeftAlone, Total> for Income {
    async fn react(&self, _: Recorded<LeftAlone>, _: &mut Total) -> Result<(), ProjectError> {
        Ok(())
    }
}

/// The same, page by page.
#[derive(Projection, Clone, Copy, Debug)]
#[projection(name = "pages", events(Deposited), bulk)]
pub struct Pages;

impl ProjectAll<Total> for Pages {
    async fn project_all(
        &self,
        events: &[Recorded<PagesEvent>],
        total: &mut Total,
    ) -> Result<(), ProjectError> {
        for event in events {
            let PagesEvent::Deposited(Deposited(cents)) = event.event;
            total.0 += cents;
        }
        Ok(())
    }
}
