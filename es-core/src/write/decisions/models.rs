//! One model or several, folded side by side from one reading.

use std::any::type_name;
use std::fmt;

use crate::event::decode_error::DecodeError;
use crate::event::recorded::RawEvent;
use crate::event::set::{EventSet, EventType};
use crate::store::query::{InvalidQuery, Query};
use crate::write::decisions::DecisionModel;

/// The models of a decision: one [`DecisionModel`], or a tuple of up to eight. Each folds the
/// events that match its own query.
///
/// Implemented for these, and sealed.
///
/// The other bounds of a model, `Clone` and `Debug`, stand on [`DecisionModel`]: here the compiler
/// would report them once more at each decision.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a decision model nor a tuple of them",
    label = "nothing that a decision can rest on",
    note = "put on the struct that holds what a decision knows: #[derive(DecisionModel, Clone, Debug)] #[decision_model(events(…))]",
    note = "a decision rests on one model or on a tuple of up to eight"
)]
pub trait DecisionModels: sealed::Sealed + Send + Sync + 'static {
    /// The models once more.
    #[doc(hidden)]
    #[must_use]
    fn copy(&self) -> Self;

    /// The query of each model.
    #[doc(hidden)]
    fn queries(&self) -> Result<Vec<Query>, InvalidQuery>;

    /// The condition of each model.
    #[doc(hidden)]
    fn conditions(&self) -> Result<Vec<Query>, InvalidQuery>;

    /// Brings the model at `nth` up to date.
    #[doc(hidden)]
    fn fold(&mut self, nth: usize, event: &RawEvent) -> Result<(), DecodeError>;

    /// Name and events of each model.
    #[doc(hidden)]
    fn models() -> Vec<(&'static str, &'static [EventType])>;

    /// The models one by one, to be printed.
    #[doc(hidden)]
    fn each(&self) -> Vec<&dyn fmt::Debug>;
}

pub(super) mod sealed {
    pub trait Sealed {}
}

impl<M: DecisionModel> sealed::Sealed for M {}

#[diagnostic::do_not_recommend]
impl<M: DecisionModel> DecisionModels for M {
    fn copy(&self) -> Self {
        self.clone()
    }

    fn queries(&self) -> Result<Vec<Query>, InvalidQuery> {
        Ok(vec![self.query()?])
    }

    fn conditions(&self) -> Result<Vec<Query>, InvalidQuery> {
        Ok(vec![self.condition()?])
    }

    fn fold(&mut self, _: usize, event: &RawEvent) -> Result<(), DecodeError> {
        M::Event::from_raw(event)?.into_iter().for_each(|event| self.evolve(event));
        Ok(())
    }

    fn models() -> Vec<(&'static str, &'static [EventType])> {
        vec![(type_name::<M>(), M::Event::EVENTS)]
    }

    fn each(&self) -> Vec<&dyn fmt::Debug> {
        vec![self]
    }
}

macro_rules! tuples {
    ($($name:ident $nth:tt)+) => {
        impl<$($name: DecisionModel),+> sealed::Sealed for ($($name,)+) {}

        #[diagnostic::do_not_recommend]
        impl<$($name: DecisionModel),+> DecisionModels for ($($name,)+) {
            fn copy(&self) -> Self {
                self.clone()
            }

            fn queries(&self) -> Result<Vec<Query>, InvalidQuery> {
                Ok(vec![$(self.$nth.query()?),+])
            }

            fn conditions(&self) -> Result<Vec<Query>, InvalidQuery> {
                Ok(vec![$(self.$nth.condition()?),+])
            }

            fn fold(&mut self, nth: usize, event: &RawEvent) -> Result<(), DecodeError> {
                match nth {
                    $($nth => DecisionModels::fold(&mut self.$nth, 0, event),)+
                    // There are as many queries as models.
                    _ => Ok(()),
                }
            }

            fn models() -> Vec<(&'static str, &'static [EventType])> {
                vec![$((type_name::<$name>(), $name::Event::EVENTS)),+]
            }

            fn each(&self) -> Vec<&dyn fmt::Debug> {
                vec![$(&self.$nth),+]
            }
        }
    };
}
tuples!(A 0);
tuples!(A 0 B 1);
tuples!(A 0 B 1 C 2);
tuples!(A 0 B 1 C 2 D 3);
tuples!(A 0 B 1 C 2 D 3 E 4);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
