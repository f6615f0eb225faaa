//! A decision across streams.

use crate::domain::rejection::Rejection;
use crate::write::decisions::{DecisionModels, TaggedEvents};

/// A wish that concerns several things at once, and the rule by which it is granted or refused.
///
/// An aggregate guards what one stream holds. A rule over two of them, as "a course has 20 seats and
/// a student attends at most five courses", has no stream of its own. A decision names the models
/// that it rests on instead; [`Decisions`](crate::Decisions) folds them from all events that concern
/// them, wherever they stand, and stores what was decided only if nothing that matters has happened
/// meanwhile.
///
/// `decide` is pure: nothing but the wish and the models may matter to it, since it is asked again
/// when others were faster. `Events` says in the type what it can cause: one event, a tuple of up to
/// eight, an `Option`, a `Vec`, an array or `()`. Each has a tag at least ([`Tagged`](crate::Tagged)),
/// and is stored in the stream that its *first* tag names, category and key: `Subscribed` with the
/// tags `course:c1` and `student:s1` in `course/c1`. Events of one stream are stored together and
/// keep their order.
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "name-taken")]
/// pub struct NameTaken {
///     #[event(tag, home)]
///     pub name: String,
///     #[event(tag)]
///     pub user: u32,
/// }
///
/// /// Who has a name.
/// #[derive(DecisionModel, Clone, Debug)]
/// #[decision_model(events(NameTaken))]
/// pub struct Name {
///     #[decision_model(tag)]
///     name: String,
///     user: Option<u32>,
/// }
///
/// impl Apply<NameTaken> for Name {
///     fn apply(&mut self, event: NameTaken) {
///         self.user = Some(event.user);
///     }
/// }
///
/// #[derive(Clone, Debug)]
/// pub struct TakeName {
///     pub name: String,
///     pub user: u32,
/// }
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("the name is taken")]
/// pub struct Taken;
///
/// impl Decision for TakeName {
///     type Model = Name;
///     type Events = NameTaken;
///     type Error = Taken;
///
///     fn model(&self) -> Name {
///         Name { name: self.name.clone(), user: None }
///     }
///
///     fn decide(&self, name: &Name) -> Result<NameTaken, Taken> {
///         match name.user {
///             None => Ok(NameTaken { name: self.name.clone(), user: self.user }),
///             Some(_) => Err(Taken),
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let decisions = Decisions::new(MemoryStore::new());
///
/// decisions.execute(TakeName { name: "ada".into(), user: 1 }).await?;
/// let refused = decisions.execute(TakeName { name: "ada".into(), user: 2 }).await.unwrap_err();
/// assert_eq!(refused.to_string(), "the name is taken");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a decision",
    label = "`impl Decision for {Self}` is missing",
    note = "write: impl Decision for {Self} {{ type Model = ..; type Events = ..; type Error = ..; fn model(&self) -> Self::Model {{ .. }} fn decide(&self, model: &Self::Model) -> Result<Self::Events, Self::Error> {{ .. }} }}"
)]
pub trait Decision: Send + Sync + 'static {
    /// The models that it rests on: a [`DecisionModel`](crate::DecisionModel), or a tuple of up to
    /// eight.
    type Model: DecisionModels;

    /// The events that it can cause.
    type Events: TaggedEvents;

    /// The reason of a refusal; [`Infallible`](std::convert::Infallible) if it never refuses.
    type Error: Rejection;

    /// The models before any event: they say which events concern them.
    fn model(&self) -> Self::Model;

    /// Decides. Sees the models with all that has happened to them, changes nothing.
    fn decide(&self, model: &Self::Model) -> Result<Self::Events, Self::Error>;
}
