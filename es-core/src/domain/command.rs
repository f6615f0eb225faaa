//! Commands: requests to an aggregate.

use crate::domain::aggregate::Aggregate;
use crate::event::describe::Describe;

/// A request to an aggregate, which accepts or rejects it; named in the imperative.
///
/// A command knows its aggregate, the field that names the stream, and whether it creates, needs or
/// ignores an existing one. It is `Clone`, because a decision is made again after a conflict.
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited {}
/// # #[derive(Aggregate, Default, Clone)]
/// # #[aggregate(name = "account", id = String, events(Deposited))]
/// # pub struct Account {}
/// # impl Apply<Deposited> for Account { fn apply(&mut self, _: Deposited) {} }
/// #[derive(Command, Clone)]
/// #[command(aggregate = Account, creates)]
/// pub struct Open {
///     #[command(id)]
///     pub account: String,
/// }
///
/// assert_eq!(Open::LIFECYCLE, Lifecycle::Creates);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "put on it: #[derive(Command, Clone)] #[command(aggregate = …)], and #[command(id)] on the field that names the stream"
)]
pub trait Command: Describe + Clone + Send + 'static {
    /// The aggregate that decides on the command.
    type Aggregate: Aggregate;

    /// The name in logs and reports: that of the struct.
    const NAME: &'static str;

    /// The requirement on the stream, checked before the decision.
    const LIFECYCLE: Lifecycle;

    /// The id of the aggregate that the command is for.
    fn aggregate_id(&self) -> &<Self::Aggregate as Aggregate>::Id;
}

/// The requirement of a command on its aggregate, checked before the decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifecycle {
    /// The aggregate must not exist yet; otherwise the command is rejected with
    /// [`AlreadyExists`](crate::LifecycleRejection::AlreadyExists).
    Creates,
    /// The aggregate must exist; otherwise the command is rejected with
    /// [`NotFound`](crate::LifecycleRejection::NotFound).
    #[default]
    Needs,
    /// The aggregate may exist or not.
    Any,
}
