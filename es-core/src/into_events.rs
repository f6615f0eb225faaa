//! The forms in which a decision may name its events.

/// Events of the set `S`, in order: an event, a tuple of up to eight, an `Option`, a `Vec`, an
/// array, `()`, the set's own enum, and any nesting of these.
///
/// The derive of the set writes it for each of its events.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of events of `{S}`",
    label = "not, or not only, events of `{S}`",
    note = "add what is missing to `events(…)` of the aggregate, and put `#[derive(Event, …)]` on it if it is no event yet",
    note = "a decision may name listed events, tuples of up to eight, Option, Vec, arrays and ()"
)]
pub trait IntoEvents<S> {
    /// Hands the events over, one after the other.
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

// None of the forms is recommended: a list of them all would hide the sentence above.

#[diagnostic::do_not_recommend]
impl<S, T: IntoEvents<S>> IntoEvents<S> for Option<T> {
    fn push_to(self, events: &mut Vec<S>) {
        if let Some(some) = self {
            some.push_to(events);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<S, T: IntoEvents<S>> IntoEvents<S> for Vec<T> {
    fn push_to(self, events: &mut Vec<S>) {
        for each in self {
            each.push_to(events);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<S, T: IntoEvents<S>, const N: usize> IntoEvents<S> for [T; N] {
    fn push_to(self, events: &mut Vec<S>) {
        for each in self {
            each.push_to(events);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<S> IntoEvents<S> for () {
    fn push_to(self, _: &mut Vec<S>) {}
}

macro_rules! tuples {
    ($($name:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<S, $($name: IntoEvents<S>),+> IntoEvents<S> for ($($name,)+) {
            fn push_to(self, events: &mut Vec<S>) {
                #[expect(non_snake_case, reason = "each binding is named as its type")]
                let ($($name,)+) = self;
                $($name.push_to(events);)+
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
