//! What the expansions of the derives call. Not for people: it may change in any release.

pub use core;
pub use serde;
pub use serde_json;

use crate::aggregate::{Aggregate, Apply};
use crate::command::Command;
use crate::decide::Decide;
use crate::decision::{self, Decision};
use crate::describe::Shown;
use crate::error::ExecuteError;
use crate::event::Event;
use crate::event_set::EventType;
use crate::metadata::Metadata;
use crate::stream::{StreamId, Version};

/// Says "`X` is not an event" on the listed word, and gives an editor the type it needs there.
pub const fn assert_event<E: Event>() {}

/// Says "lists the event, but never says how to apply it" on the listed word.
pub fn apply<A: Apply<E>, E>(state: &mut A, event: E) {
    state.apply(event);
}

/// Compares two payloads without asking for `PartialEq` a second time.
#[must_use]
pub fn same<E: Event>(one: &E, other: &E) -> bool {
    one == other
}

/// Whether no two events of a set have one stored name.
#[must_use]
pub const fn names_are_distinct(events: &[EventType]) -> bool {
    let mut one = 0;
    while one < events.len() {
        let mut other = one + 1;
        while other < events.len() {
            if same_text(events[one].name, events[other].name) {
                return false;
            }
            other += 1;
        }
        one += 1;
    }
    true
}

const fn same_text(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// A field that is the id of the aggregate `A`: says "wrong id type" on the field's type.
#[diagnostic::on_unimplemented(
    message = "the id field is a `{Self}`, but the aggregate's id is `{Id}`",
    label = "expected `{Id}`",
    note = "give the field the type that the aggregate names with `id = …`"
)]
pub trait IsId<Id> {
    /// The field as the id that it is.
    fn as_id(&self) -> &Id;
}

impl<Id> IsId<Id> for Id {
    fn as_id(&self) -> &Id {
        self
    }
}

/// The id field of a command for `A`.
pub fn id_of<A: Aggregate, F: IsId<A::Id>>(field: &F) -> &A::Id {
    field.as_id()
}

/// One decision as the repository takes it, lifecycle and encoding included, without a store:
/// what es-testing plays its scenarios with. A refusal leaves the state as it was.
pub fn decide<A, C>(
    state: &mut A,
    version: Version,
    stream: &StreamId,
    command: C,
) -> Result<Vec<A::Event>, ExecuteError<A::Error>>
where
    C: Command<Aggregate = A>,
    A: Decide<C>,
{
    let Decision { events, .. } =
        decision::decide(state, version, stream, command, &Metadata::default())?;
    Ok(events)
}

/// Shows a field's value by the best means that its type has: `(&&&Show(&field)).show()`.
#[derive(Debug)]
pub struct Show<'a, T: ?Sized>(pub &'a T);

/// The means, best first; a method call on `&&&Show` finds the first that the type has.
pub mod show {
    use core::any::type_name;
    use core::fmt::Debug;

    use super::{Show, Shown};

    pub trait ShowString {
        fn show(&self) -> Shown;
    }

    impl ShowString for &&Show<'_, String> {
        fn show(&self) -> Shown {
            Shown::as_code(format!("{:?}", self.0), format!("{:?}.into()", self.0))
        }
    }

    pub trait ShowDebug {
        fn show(&self) -> Shown;
    }

    impl<T: Debug> ShowDebug for &Show<'_, T> {
        fn show(&self) -> Shown {
            Shown::plain(format!("{:?}", self.0))
        }
    }

    pub trait ShowOpaque {
        fn show(&self) -> Shown;
    }

    impl<T> ShowOpaque for Show<'_, T> {
        fn show(&self) -> Shown {
            Shown::plain(format!("<{}>", type_name::<T>()))
        }
    }
}
