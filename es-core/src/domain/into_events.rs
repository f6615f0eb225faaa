//! The forms in which a decision may return its events.

use crate::__private::{AsFact, Borrows};

/// Events of the set `S`, in order: an event, a tuple of up to eight, an `Option`, a `Vec`, an
/// array, `()`, the set's own enum, and any nesting of these.
///
/// Implemented for every type that the set [`Takes`].
// On every value an editor would propose these methods, which are for the repository to call.
#[rust_analyzer::completions(ignore_flyimport_methods)]
pub trait IntoEvents<S> {
    /// Appends the events to `events`, in order.
    fn push_to(self, events: &mut Vec<S>);

    /// The events as a list.
    #[must_use]
    fn into_events(self) -> Vec<S>
    where
        Self: Sized,
    {
        let mut events = Vec::new();
        self.push_to(&mut events);
        events
    }
}

impl<S: Takes<E>, E> IntoEvents<S> for E {
    fn push_to(self, events: &mut Vec<S>) {
        S::take(self, events);
    }
}

/// A set of events that takes `E`: one of its events, or a form that holds some of them.
///
/// It is [`IntoEvents`], seen from the set, so that the compiler names the one event of a tuple
/// that is not in the set. The derive of the set implements it for each event; the forms are
/// implemented here, for every set.
#[diagnostic::on_unimplemented(
    message = "`{E}` is not among the events of `{Self}`",
    label = "not an event of `{Self}`",
    note = "add it to `events(…)` of the aggregate, unless it is superseded and no longer written, and put `#[derive(Event, …)]` on it if it is no event yet",
    note = "a decision may name listed events, tuples of up to eight, Option, Vec, arrays and ()"
)]
pub trait Takes<E>: Sized {
    /// Adds the events in `from`, in order.
    fn take(from: E, events: &mut Vec<Self>);
}

impl<S: Takes<T>, T> Takes<Option<T>> for S {
    fn take(from: Option<T>, events: &mut Vec<Self>) {
        if let Some(some) = from {
            Self::take(some, events);
        }
    }
}

impl<S: Takes<T>, T> Takes<Vec<T>> for S {
    fn take(from: Vec<T>, events: &mut Vec<Self>) {
        for each in from {
            Self::take(each, events);
        }
    }
}

impl<S: Takes<T>, T, const N: usize> Takes<[T; N]> for S {
    fn take(from: [T; N], events: &mut Vec<Self>) {
        for each in from {
            Self::take(each, events);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<S> Takes<()> for S {
    fn take((): (), _: &mut Vec<Self>) {}
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<S, $($name),+> Takes<($($name,)+)> for S
        where
            $(S: Takes<$name>),+
        {
            fn take(from: ($($name,)+), events: &mut Vec<Self>) {
                #[expect(non_snake_case, reason = "each binding is named as its type")]
                let ($($name,)+) = from;
                $(<Self as Takes<$name>>::take($name, events);)+
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D F);
tuples!(A B C D F G);
tuples!(A B C D F G H);
tuples!(A B C D F G H I);

// No set borrows its events: here is where a reference meets a sentence of its own.
impl<S: AsFact + Borrows<E>, E> Takes<&E> for S {
    fn take(_: &E, _: &mut Vec<Self>) {}
}
