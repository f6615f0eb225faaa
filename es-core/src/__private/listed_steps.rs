//! Steps and starts of a saga as its derive lists them.
//!
//! A listed type stands in an array of one. The length of the array is known if the type is what it has to be, and an
//! array of unknown length is of no type: whatever is asked of it is no further error. The brackets have the place of
//! the listed word, which the compiler underlines.

use std::fmt;
use std::marker::PhantomData;

use super::{TagAt, same_text};
use crate::event::definition::Event;
use crate::process::{
    AppliesOutput, Backward, Compensate, CompensateStart, Definition, ListedRequest, Prepare,
    StepPolicy, StepRequest,
};

/// A listed request: says what is wrong with it on the listed type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a step of a saga",
    label = "neither an activity, nor a command with `Serialize` and `Deserialize`",
    note = "for the outside world put on it: #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)] #[activity(name = \"…\")]",
    note = "for an aggregate put on it: #[derive(Command, Serialize, Deserialize, Clone)] #[command(aggregate = …)]"
)]
pub trait Request {
    /// A number that requests have and no other type.
    const ONE: usize = 1;
}

impl<R: ListedRequest> Request for R {}

/// A step that the plan of the saga `S` asks for.
pub trait ListedStep<S> {
    #[must_use]
    fn step(definition: Definition<S>, policy: StepPolicy, back: &Backward<S>) -> Definition<S>;
}

impl<R: ListedRequest, S: Prepare<R> + AppliesOutput<R>> ListedStep<S> for [R; 1] {
    fn step(definition: Definition<S>, policy: StepPolicy, back: &Backward<S>) -> Definition<S> {
        definition.list_step::<R>(policy, back)
    }
}

/// A step of an earlier version of the saga `S`.
pub trait RetiredStep<S> {
    #[must_use]
    fn retired(definition: Definition<S>, back: &Backward<S>) -> Definition<S>;
}

impl<R: ListedRequest, S: AppliesOutput<R>> RetiredStep<S> for [R; 1] {
    fn retired(definition: Definition<S>, back: &Backward<S>) -> Definition<S> {
        definition.list_retired::<R>(back)
    }
}

/// A step that the saga `S` compensates.
pub trait StepBack<S> {
    /// A number that such steps have and no others.
    const ONE: usize = 1;

    #[must_use]
    fn way_back() -> Backward<S>;
}

impl<R: ListedRequest, S: Compensate<R>> StepBack<S> for [R; 1] {
    fn way_back() -> Backward<S> {
        Backward::compensated::<R>()
    }
}

/// An event that starts an instance of the saga `S`.
pub trait ListedStart<S> {
    #[must_use]
    fn start(definition: Definition<S>) -> Definition<S>;
}

impl<E: Event, S> ListedStart<S> for [E; 1] {
    fn start(definition: Definition<S>) -> Definition<S> {
        definition.start::<E>()
    }
}

/// A start that the saga `S` compensates.
pub trait StartBack<S> {
    /// A number that such starts have and no others.
    const ONE: usize = 1;

    #[must_use]
    fn start(definition: Definition<S>) -> Definition<S>;
    #[must_use]
    fn retired(definition: Definition<S>) -> Definition<S>;
}

impl<E: Event, S: CompensateStart<E>> StartBack<S> for [E; 1] {
    fn start(definition: Definition<S>) -> Definition<S> {
        definition.compensated_start::<E>()
    }

    fn retired(definition: Definition<S>) -> Definition<S> {
        definition.retired_start::<E>()
    }
}

/// The question whether the saga `S` compensates the step `R`: [`IS`](Self::IS) of its own is true, that of
/// [`CompensatesNot`] false.
pub struct Compensates<S, R>(PhantomData<fn() -> (S, R)>);

impl<S: Compensate<R>, R: StepRequest> Compensates<S, R> {
    pub const IS: bool = true;
}

impl<S, R> fmt::Debug for Compensates<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compensates")
    }
}

/// The question whether the saga `S` compensates the start `E`, as of [`Compensates`].
pub struct CompensatesStart<S, E>(PhantomData<fn() -> (S, E)>);

impl<S: CompensateStart<E>, E> CompensatesStart<S, E> {
    pub const IS: bool = true;
}

impl<S, E> fmt::Debug for CompensatesStart<S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CompensatesStart")
    }
}

/// The answer if the bounds of another one are not met.
pub trait CompensatesNot {
    const IS: bool = false;
}

impl<T> CompensatesNot for T {}

/// Refuses to compile, with the sentence beside the word, if `is` is true.
#[track_caller]
pub const fn refuse(is: bool, sentence: &str) {
    assert!(!is, "{}", sentence);
}

/// The stored name of a step.
#[must_use]
pub const fn name_of<R: StepRequest>() -> &'static str {
    R::REQUEST_NAME
}

/// Refuses to compile, with the sentence beside the word, if the step at `nth` has the name of one before it.
#[track_caller]
pub const fn distinct(names: &[&str], nth: usize) {
    let mut before = 0;
    while before < nth {
        assert!(
            !same_text(names[before], names[nth]),
            "a step or a start before this one has the same stored name; give each a `name` of its own"
        );
        before += 1;
    }
}

/// The tag of an event that is the id of an instance: says "wrong id type" on the listed event.
#[diagnostic::on_unimplemented(
    message = "the tag by which the saga finds its instances is a `{Self}`, but the id of the saga is `{Id}`",
    label = "its tag is a `{Self}`",
    note = "give the field of the event the type that the saga names with `id = …`"
)]
pub trait IsInstance<Id> {
    /// The tag as the id that it is.
    fn as_id(&self) -> &Id;
}

impl<Id> IsInstance<Id> for Id {
    fn as_id(&self) -> &Id {
        self
    }
}

/// The event `E`, whose tag at the place `N` is the id of an instance.
pub trait StartOf<E, Id, const N: usize> {
    /// The id in the tag of the event.
    fn id_of(event: &E) -> Id;
}

impl<Id: Clone, E, const N: usize> StartOf<E, Id, N> for [E; 1]
where
    E: TagAt<N, Value: IsInstance<Id>>,
{
    fn id_of(event: &E) -> Id {
        event.value().as_id().clone()
    }
}
