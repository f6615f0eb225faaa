//! What is asked of an aggregate.

use crate::aggregate::Aggregate;
use crate::describe::Describe;

/// A wish that an aggregate may grant or refuse, in the imperative.
///
/// A command knows its aggregate, the field that names the stream, and whether it creates, needs
/// or ignores an existing one. `Clone`, because a decision that lost a race is taken again.
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
    /// Who decides it.
    type Aggregate: Aggregate;

    /// The name in logs and reports: that of the struct.
    const NAME: &'static str;

    /// What it requires of the stream before anyone decides.
    const LIFECYCLE: Lifecycle;

    /// Which aggregate it is for.
    fn aggregate_id(&self) -> &<Self::Aggregate as Aggregate>::Id;
}

/// What a command requires of its aggregate before the decision is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifecycle {
    /// That there is none yet; otherwise
    /// [`AlreadyExists`](crate::LifecycleRejection::AlreadyExists).
    Creates,
    /// That there is one; otherwise [`NotFound`](crate::LifecycleRejection::NotFound).
    #[default]
    Needs,
    /// Nothing.
    Any,
}
