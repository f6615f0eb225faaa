//! Decisions of an aggregate on its commands.

use crate::domain::aggregate::Aggregate;
use crate::domain::command::Command;
use crate::domain::into_events::IntoEvents;

/// A pure decision: from the state and a command to the events that follow, or a rejection.
///
/// It must depend on nothing but its arguments, since it is made again after a conflict. `Events`
/// declares the events that the command can cause: one event, a tuple of up to eight, an `Option`,
/// a `Vec`, an array, `()`, or the aggregate's enum.
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
/// # #[derive(Aggregate, Default, Clone)]
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
pub trait Decide<C>: Aggregate + Decides<C> {
    /// The events that the command can cause.
    type Events: IntoEvents<Self::Event>;

    /// Decides on the command from the state, without changing it.
    fn decide(&self, command: C) -> Result<Self::Events, Self::Error>;
}

/// An aggregate that can decide on `C`, which is one of its commands: the bound of [`Decide`] on
/// both.
///
/// With a bound on `C` in its place, the compiler would check everything that a command needs, and
/// report at each decision once more the errors that it reported at the command.
#[doc(hidden)]
pub trait Decides<C>: Aggregate {}

impl<A: Aggregate, C: CommandOf<A>> Decides<C> for A {}

/// A command that names the aggregate `A` as its own.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of `{A}`",
    label = "`{Self}` is not one of its commands",
    note = "put on `{Self}`: #[derive(Command, Clone)] #[command(aggregate = {A})], and #[command(id)] on the field that names the stream",
    note = "or let another aggregate decide it, if it is for that one",
    note = "a command is decided by value: `impl Decide<&…>` is never asked for"
)]
pub trait CommandOf<A> {}

#[diagnostic::do_not_recommend]
impl<C: Command<Aggregate = A>, A> CommandOf<A> for C {}

/// A command for which the aggregate `A` has a decision: [`Decide`], seen from the command.
///
/// A repository requires it of the commands that it executes. It is implemented for every command
/// whose aggregate decides it.
///
/// In this direction the compiler knows the command when it looks for the decision. In the other
/// direction it would infer the only command that the aggregate decides, and report the actual
/// command as a mismatched type.
#[diagnostic::on_unimplemented(
    message = "`{A}` never says how it decides `{Self}`",
    label = "`impl Decide<{Self}> for {A}` is missing",
    note = "write: impl Decide<{Self}> for {A} {{ type Events = ..; fn decide(&self, command: {Self}) -> Result<Self::Events, Self::Error> {{ .. }} }}",
    note = "or execute it elsewhere: a command of another aggregate in the repository of that one, a `Decision` across streams with `Decisions`"
)]
pub trait DecidedBy<A: Aggregate>: Command<Aggregate = A> {
    /// Returns the events of the decision, or the rejection.
    fn decided_by(self, state: &A) -> Result<Vec<A::Event>, A::Error>;
}

#[diagnostic::do_not_recommend]
impl<A: Decide<C>, C: Command<Aggregate = A>> DecidedBy<A> for C {
    fn decided_by(self, state: &A) -> Result<Vec<A::Event>, A::Error> {
        Ok(state.decide(self)?.into_events())
    }
}
