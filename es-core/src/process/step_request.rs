//! Requests of steps: activities of the outside world, and commands of aggregates.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::command::Command;
use crate::domain::decide::Decide;
use crate::event::name::SchemaVersion;
use crate::event::payload::Payload;

use super::activity::Activity;
use super::command_step::{self, CommandFn};
use super::stored_value::{UnstorableValue, payload_of};

/// A request that can be a step of a saga: an [`Activity`] or a [`Command`].
///
/// Every activity is one; `#[derive(Command)]` writes it for a command:
///
/// ```
/// # use es_core::prelude::*;
/// use es_core::process::StepRequest;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "stock-reserved")]
/// # pub struct StockReserved {}
/// # #[derive(Aggregate, Default, Clone)]
/// # #[aggregate(name = "stock", id = String, events(StockReserved))]
/// # pub struct Stock {}
/// # impl Apply<StockReserved> for Stock { fn apply(&mut self, _: StockReserved) {} }
///
/// #[derive(Command, Clone)]
/// #[command(aggregate = Stock)]
/// pub struct ReserveStock {
///     #[command(id)]
///     pub item: String,
/// }
///
/// assert_eq!(ReserveStock::REQUEST_NAME, "reserve-stock");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an activity nor a command",
    label = "cannot be a step of a saga",
    note = "for the outside world put on it: #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)] #[activity(name = \"…\")]",
    note = "for an aggregate put on it: #[derive(Command, Serialize, Deserialize, Clone)] #[command(aggregate = …)]"
)]
pub trait StepRequest: Sized + 'static {
    /// [`OfActivity`] or [`OfCommand`].
    type Kind;

    /// The stored name: that of an activity, or that of a command as a step.
    ///
    /// It is the name of the step that asks for it as well. The derive takes the name of the struct in
    /// kebab-case, or `name = "…"`: write that before you rename a struct that was released.
    const REQUEST_NAME: &'static str;

    /// The version of its shape, from 1.
    const REQUEST_VERSION: SchemaVersion = SchemaVersion(1);

    /// The answer if it is done: `()` for a command.
    type Output: Serialize + DeserializeOwned;
}

/// The kind of a request: the way in which it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RequestKind {
    /// The outside world performs it, and nobody knows what was done unless it answers.
    Activity,
    /// An aggregate in the same store decides it. Its events are stored together with the answer, so that
    /// nothing was done unless there is one.
    Command,
}

/// [`Kind`](StepRequest::Kind) of activities.
#[derive(Debug)]
pub enum OfActivity {}

/// [`Kind`](StepRequest::Kind) of commands.
#[derive(Debug)]
pub enum OfCommand {}

#[diagnostic::do_not_recommend]
impl<A: Activity> StepRequest for A {
    type Kind = OfActivity;
    type Output = A::Output;
    const REQUEST_NAME: &'static str = A::NAME;
    const REQUEST_VERSION: SchemaVersion = A::VERSION;
}

/// A request that a [`Definition`](super::Definition) can list: it can be stored, and a command is one that
/// its aggregate decides.
///
/// Implemented for every request of which that is so; there is nothing to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a step of a saga, nor take one back",
    label = "neither an activity, nor a command with `Serialize` and `Deserialize`",
    note = "for the outside world put on it: #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)] #[activity(name = \"…\")]",
    note = "for an aggregate put on it: #[derive(Command, Serialize, Deserialize, Clone)] #[command(aggregate = …)]"
)]
pub trait ListedRequest: StepRequest<Kind: KindOf<Self>> {}

impl<R: StepRequest<Kind: KindOf<R>>> ListedRequest for R {}

/// The kind of the request `R`, with what makes it.
pub trait KindOf<R> {
    /// The kind.
    const KIND: RequestKind;

    #[doc(hidden)]
    const COMMAND: Option<CommandFn>;

    #[doc(hidden)]
    fn store(request: &R) -> Result<Payload, UnstorableValue>;
}

impl<A: Activity> KindOf<A> for OfActivity {
    const KIND: RequestKind = RequestKind::Activity;
    const COMMAND: Option<CommandFn> = None;

    fn store(request: &A) -> Result<Payload, UnstorableValue> {
        payload_of(request)
    }
}

/// A command that can be stored.
///
/// Implemented for every command that has the supertraits; there is nothing to implement.
pub trait StorableCommand: Command + Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<C: Command + Serialize + DeserializeOwned> StorableCommand for C {}

impl<C: StorableCommand> KindOf<C> for OfCommand
where
    C::Aggregate: Decide<C>,
{
    const KIND: RequestKind = RequestKind::Command;
    const COMMAND: Option<CommandFn> = Some(command_step::of_request::<C::Aggregate, C>);

    fn store(request: &C) -> Result<Payload, UnstorableValue> {
        payload_of(request)
    }
}
