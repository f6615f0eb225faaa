//! Requests of steps: activities of the outside world, and commands of aggregates.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::command::Command;
use crate::domain::decide::Decide;
use crate::event::name::SchemaVersion;

use super::activity::Activity;
use super::command_step::{self, CommandFn};

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
    note = "for the outside world write: impl Activity for {Self} {{ const NAME: &'static str = \"…\"; type Output = ..; }}",
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
/// Implemented for every request that has these bounds; there is nothing to implement.
pub trait ListedRequest: StepRequest<Kind: KindOf<Self>> + Serialize + DeserializeOwned {}

impl<R: StepRequest<Kind: KindOf<R>> + Serialize + DeserializeOwned> ListedRequest for R {}

/// The kind of the request `R`, with what makes it.
pub trait KindOf<R> {
    /// The kind.
    const KIND: RequestKind;

    #[doc(hidden)]
    const COMMAND: Option<CommandFn>;
}

impl<A: Activity> KindOf<A> for OfActivity {
    const KIND: RequestKind = RequestKind::Activity;
    const COMMAND: Option<CommandFn> = None;
}

impl<C: Command + DeserializeOwned> KindOf<C> for OfCommand
where
    C::Aggregate: Decide<C>,
{
    const KIND: RequestKind = RequestKind::Command;
    const COMMAND: Option<CommandFn> = Some(command_step::of_request::<C::Aggregate, C>);
}
