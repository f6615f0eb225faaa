//! Sources of the values that a law is tried with.

use std::fmt;

use proptest::prelude::*;

/// Values to try a law with: a strategy of proptest, or a function of up to six arguments, which are
/// drawn at random.
///
/// Implemented for these, and sealed. `How` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` draws no values",
    label = "neither a strategy nor a function of arguments that can be drawn",
    note = "write a function of the parts that vary: |cents: u32| Deposit {{ account: \"ada\".into(), cents }}",
    note = "its arguments are drawn by `proptest::prelude::Arbitrary`; or give a strategy of proptest"
)]
pub trait Source<How>: sealed::Sealed<How> {
    /// The type of the drawn values.
    type Value: 'static;

    /// The values, each turned into what a law needs.
    #[doc(hidden)]
    fn drawn<T: fmt::Debug + 'static>(self, into: fn(Self::Value) -> T) -> BoxedStrategy<T>;
}

mod sealed {
    pub trait Sealed<How> {}
}

/// The marker of a [`Source`] that is a strategy.
#[derive(Debug)]
pub struct ByStrategy;

impl<S: Strategy + 'static> sealed::Sealed<ByStrategy> for S where S::Value: 'static {}

impl<S: Strategy + 'static> Source<ByStrategy> for S
where
    S::Value: 'static,
{
    type Value = S::Value;

    fn drawn<T: fmt::Debug + 'static>(self, into: fn(S::Value) -> T) -> BoxedStrategy<T> {
        self.prop_map(into).boxed()
    }
}

macro_rules! functions {
    ($($part:ident)*) => {
        impl<F, V, $($part),*> sealed::Sealed<fn($($part),*) -> V> for F
        where
            F: Fn($($part),*) -> V + 'static,
            V: 'static,
            $($part: Arbitrary + 'static,)*
        {
        }

        impl<F, V, $($part),*> Source<fn($($part),*) -> V> for F
        where
            F: Fn($($part),*) -> V + 'static,
            V: 'static,
            $($part: Arbitrary + 'static,)*
        {
            type Value = V;

            fn drawn<T: fmt::Debug + 'static>(self, into: fn(V) -> T) -> BoxedStrategy<T> {
                #[expect(non_snake_case, reason = "each binding is named as its type")]
                any::<($($part,)*)>().prop_map(move |($($part,)*)| into(self($($part),*))).boxed()
            }
        }
    };
}
functions!(A);
functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D E);
functions!(A B C D E G);

impl<F: Fn() -> V + 'static, V: 'static> sealed::Sealed<fn() -> V> for F {}

impl<F: Fn() -> V + 'static, V: 'static> Source<fn() -> V> for F {
    type Value = V;

    fn drawn<T: fmt::Debug + 'static>(self, into: fn(V) -> T) -> BoxedStrategy<T> {
        Just(()).prop_map(move |()| into(self())).boxed()
    }
}
