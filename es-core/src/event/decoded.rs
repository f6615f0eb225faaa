//! The result of decoding one stored event: one event, none or several.

use std::{slice, vec};

/// The events that one stored event is read as: one as a rule; none or several if it is
/// [superseded](crate::Superseded).
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # pub struct OrderPlaced {}
/// #[derive(EventSet, Debug, PartialEq)]
/// enum Orders {
///     Placed(OrderPlaced),
/// }
///
/// let stored = Orders::from(OrderPlaced {}).to_raw()?;
/// for event in Orders::from_raw(&stored)? {
///     assert_eq!(event, Orders::Placed(OrderPlaced {}));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded<S>(Parts<S>);

/// The events. A single one is stored inline: a list would cost every read an allocation.
#[derive(Clone, Debug, PartialEq)]
enum Parts<S> {
    One(S),
    /// No event, or several.
    List(Vec<S>),
}

impl<S> Decoded<S> {
    /// The one event that a stored one is read as.
    #[must_use]
    #[inline]
    pub const fn one(event: S) -> Self {
        Self(Parts::One(event))
    }

    /// The events, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[S] {
        match &self.0 {
            Parts::One(event) => slice::from_ref(event),
            Parts::List(events) => events,
        }
    }

    /// Converts each event with `f`, in order.
    #[inline]
    pub fn map<T>(self, mut f: impl FnMut(S) -> T) -> Decoded<T> {
        Decoded(match self.0 {
            Parts::One(event) => Parts::One(f(event)),
            Parts::List(events) => Parts::List(events.into_iter().map(f).collect()),
        })
    }

    /// The events in reverse order.
    #[must_use]
    pub(crate) fn reversed(self) -> Self {
        Self(match self.0 {
            Parts::One(event) => Parts::One(event),
            Parts::List(mut events) => {
                events.reverse();
                Parts::List(events)
            }
        })
    }

    /// Returns the event if there is exactly one, or else the list.
    #[inline]
    pub(crate) fn into_one(self) -> Result<S, Vec<S>> {
        match self.0 {
            Parts::One(event) => Ok(event),
            Parts::List(events) => Err(events),
        }
    }
}

impl<S> From<Vec<S>> for Decoded<S> {
    fn from(events: Vec<S>) -> Self {
        Self(match <[S; 1]>::try_from(events) {
            Ok([event]) => Parts::One(event),
            Err(events) => Parts::List(events),
        })
    }
}

impl<S> IntoIterator for Decoded<S> {
    type Item = S;
    type IntoIter = DecodedEvents<S>;

    #[inline]
    fn into_iter(self) -> DecodedEvents<S> {
        DecodedEvents(match self.0 {
            Parts::One(event) => Rest::One(Some(event)),
            Parts::List(events) => Rest::List(events.into_iter()),
        })
    }
}

/// An iterator over the events of a [`Decoded`].
#[derive(Clone, Debug)]
pub struct DecodedEvents<S>(Rest<S>);

#[derive(Clone, Debug)]
enum Rest<S> {
    One(Option<S>),
    List(vec::IntoIter<S>),
}

impl<S> Iterator for DecodedEvents<S> {
    type Item = S;

    #[inline]
    fn next(&mut self) -> Option<S> {
        match &mut self.0 {
            Rest::One(event) => event.take(),
            Rest::List(events) => events.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Rest::One(event) => event.iter().size_hint(),
            Rest::List(events) => events.size_hint(),
        }
    }

    /// Passes a single event straight to `f`, without the iteration over a list.
    #[inline]
    fn fold<B, F: FnMut(B, S) -> B>(self, init: B, mut f: F) -> B {
        match self.0 {
            Rest::One(None) => init,
            Rest::One(Some(event)) => f(init, event),
            Rest::List(events) => events.fold(init, f),
        }
    }
}

impl<S> ExactSizeIterator for DecodedEvents<S> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_one_and_several_are_iterated_in_order() {
        let events = |decoded: Decoded<u8>| decoded.into_iter().collect::<Vec<_>>();

        assert!(events(Vec::new().into()).is_empty());
        assert_eq!(events(Decoded::one(1)), [1]);
        assert_eq!(events(vec![1, 2, 3].into()), [1, 2, 3]);
    }

    #[test]
    fn the_number_that_is_left_is_known() {
        let mut events = Decoded::from(vec![1, 2]).into_iter();
        assert_eq!(events.len(), 2);

        events.next();

        assert_eq!(events.len(), 1);
        assert_eq!(Decoded::one(1).into_iter().len(), 1);
    }

    #[test]
    fn a_list_of_one_is_one() {
        assert_eq!(Decoded::from(vec![1]), Decoded::one(1));
    }
}
