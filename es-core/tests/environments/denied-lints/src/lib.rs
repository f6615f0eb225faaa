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
pub mod retired;

use es_core::prelude::*;

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

/// What is known of an account.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[aggregate(
    name = "account",
    id = u32,
    events(Opened, Deposited),
    snapshot(every = 100, keep = 3, version = 2)
)]
pub struct Account {
    /// What it holds.
    pub cents: i64,
    /// What it may hold.
    pub limit: Limit,
}

/// What an account may hold.
#[derive(Shape, Default, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nothing.
    Closed,
    /// As much as there is.
    #[default]
    None,
    /// So many cents.
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
    /// Which one.
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

/// What an auditor reads.
#[derive(EventSet, Clone, Debug, PartialEq, Eq)]
pub enum Audited {
    /// [`Deposited`]
    Money(Deposited),
}

/// The account was put under watch.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "account-watched")]
pub struct Watched {
    /// Which one.
    #[event(tag)]
    pub account: u32,
    /// By whom.
    #[event(tag = "guard")]
    pub by: String,
}

/// The account is watched no more.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "account-left-alone")]
pub struct LeftAlone(#[event(tag = "account")] pub u32);

/// Whether an account is watched.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Watched, LeftAlone), tolerates(LeftAlone))]
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
