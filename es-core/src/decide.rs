//! How an aggregate answers a command.

use crate::aggregate::Aggregate;
use crate::command::Command;
use crate::into_events::IntoEvents;

/// A pure decision: from the state and a command to the events that follow, or a refusal.
///
/// Nothing but the arguments may matter to it, since it is asked again after a conflict.
/// `Events` says in the type what the command can cause: one event, a tuple of up to eight, an
/// `Option`, a `Vec`, an array, `()`, or the aggregate's enum.
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-withdrawn")]
/// # pub struct Withdrawn { cents: i64 }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "fee-charged")]
/// # pub struct FeeCharged { cents: i64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(name = "account", id = String, events(Withdrawn, FeeCharged))]
/// # pub struct Account { cents: i64 }
/// # impl Apply<Withdrawn> for Account { fn apply(&mut self, e: Withdrawn) { self.cents -= e.cents; } }
/// # impl Apply<FeeCharged> for Account { fn apply(&mut self, e: FeeCharged) { self.cents -= e.cents; } }
/// # #[derive(Command, Clone)]
/// # #[command(aggregate = Account)]
/// # pub struct Withdraw { #[command(id)] account: String, cents: i64 }
/// impl Decide<Withdraw> for Account {
///     type Events = (Withdrawn, Option<FeeCharged>);
///
///     fn decide(&self, command: Withdraw) -> Result<Self::Events, Self::Error> {
///         let fee = (command.cents > self.cents).then_some(FeeCharged { cents: 5 });
///         Ok((Withdrawn { cents: command.cents }, fee))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` never says how it decides `{C}`",
    label = "`impl Decide<{C}> for {Self}` is missing",
    note = "write: impl Decide<{C}> for {Self} {{ type Events = ..; fn decide(&self, command: {C}) -> Result<Self::Events, Self::Error> {{ .. }} }}"
)]
pub trait Decide<C: Command<Aggregate = Self>>: Aggregate {
    /// What the command can cause.
    type Events: IntoEvents<Self::Event>;

    /// Decides. Sees the state, changes nothing.
    fn decide(&self, command: C) -> Result<Self::Events, Self::Error>;
}
