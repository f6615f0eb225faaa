//! The events that a decision can cause, known from its type alone.

use std::marker::PhantomData;

use crate::decisions::TaggedEvent;
use crate::event::Event;
use crate::event_set::{EventSet, EventType};

/// The events that a form of [`IntoEvents`](crate::IntoEvents) can hold: what catalogs put between a
/// command and what comes of it.
///
/// `How` keeps the forms apart, and is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of events",
    label = "neither an event nor a form of several"
)]
pub trait EventTypes<How> {
    /// In the order in which they are named. Of a [`TaggedEvent`], which may be any, there are none.
    fn types() -> Vec<EventType>;
}

/// One event.
#[derive(Debug)]
pub enum One {}

/// One of a set.
#[derive(Debug)]
pub enum OfSet {}

/// One of any type.
#[derive(Debug)]
pub enum Any {}

/// An `Option`, a `Vec` or an array.
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
