//! The events that a decision can cause, known from its type alone.

use std::marker::PhantomData;

use crate::event::definition::Event;
use crate::event::set::{EventSet, EventType};
use crate::write::decisions::TaggedEvent;

/// The event types that a form of [`IntoEvents`](crate::IntoEvents) can hold. A catalog shows them
/// between a command and its consequences.
///
/// `How` distinguishes the forms, and is inferred by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of events",
    label = "neither an event nor a form of several"
)]
pub trait EventTypes<How> {
    /// The event types, in the order in which they are named; none of a [`TaggedEvent`], which may
    /// be any event.
    fn types() -> Vec<EventType>;
}

/// The form of one event.
#[derive(Debug)]
pub enum One {}

/// The form of one event of a set.
#[derive(Debug)]
pub enum OfSet {}

/// The form of one event of any type.
#[derive(Debug)]
pub enum Any {}

/// The form of an `Option`, a `Vec` or an array.
#[derive(Debug)]
pub struct Several<How>(PhantomData<How>);

impl<E: Event> EventTypes<One> for E {
    fn types() -> Vec<EventType> {
        vec![EventType::of::<E>()]
    }
}

impl<S: EventSet> EventTypes<OfSet> for S {
    fn types() -> Vec<EventType> {
        S::EVENTS.to_vec()
    }
}

impl EventTypes<Any> for TaggedEvent {
    fn types() -> Vec<EventType> {
        Vec::new()
    }
}

impl<How, T: EventTypes<How>> EventTypes<Several<How>> for Option<T> {
    fn types() -> Vec<EventType> {
        T::types()
    }
}

impl<How, T: EventTypes<How>> EventTypes<Several<How>> for Vec<T> {
    fn types() -> Vec<EventType> {
        T::types()
    }
}

impl<How, T: EventTypes<How>, const N: usize> EventTypes<Several<How>> for [T; N] {
    fn types() -> Vec<EventType> {
        T::types()
    }
}

impl EventTypes<()> for () {
    fn types() -> Vec<EventType> {
        Vec::new()
    }
}

macro_rules! tuples {
    ($($event:ident $how:ident)+) => {
        impl<$($how, $event: EventTypes<$how>),+> EventTypes<($($how,)+)> for ($($event,)+) {
            fn types() -> Vec<EventType> {
                let mut types = Vec::new();
                $(types.extend(<$event>::types());)+
                types
            }
        }
    };
}
tuples!(A HowA);
tuples!(A HowA B HowB);
tuples!(A HowA B HowB C HowC);
tuples!(A HowA B HowB C HowC D HowD);
tuples!(A HowA B HowB C HowC D HowD E HowE);
tuples!(A HowA B HowB C HowC D HowD E HowE F HowF);
tuples!(A HowA B HowB C HowC D HowD E HowE F HowF G HowG);
tuples!(A HowA B HowB C HowC D HowD E HowE F HowF G HowG H HowH);
