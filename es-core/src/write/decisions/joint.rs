//! The models of several decisions, read as one.

use std::any::Any;
use std::fmt;

use crate::event::decode_error::DecodeError;
use crate::event::recorded::RawEvent;
use crate::event::set::EventType;
use crate::store::query::{InvalidQuery, Query};
use crate::write::decisions::DecisionModels;
use crate::write::decisions::models::sealed;

/// The models of one decision, of whatever type.
pub(crate) trait AnyModels: Any + Send + Sync {
    fn queries(&self) -> Result<Vec<Query>, InvalidQuery>;
    fn conditions(&self) -> Result<Vec<Query>, InvalidQuery>;
    fn fold(&mut self, nth: usize, event: &RawEvent) -> Result<(), DecodeError>;
    fn copy(&self) -> Box<dyn AnyModels>;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
    fn as_any(&self) -> &dyn Any;
    fn each(&self) -> Vec<&dyn fmt::Debug>;
}

impl<M: DecisionModels> AnyModels for M {
    fn queries(&self) -> Result<Vec<Query>, InvalidQuery> {
        DecisionModels::queries(self)
    }

    fn conditions(&self) -> Result<Vec<Query>, InvalidQuery> {
        DecisionModels::conditions(self)
    }

    fn fold(&mut self, nth: usize, event: &RawEvent) -> Result<(), DecodeError> {
        DecisionModels::fold(self, nth, event)
    }

    fn copy(&self) -> Box<dyn AnyModels> {
        Box::new(DecisionModels::copy(self))
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn each(&self) -> Vec<&dyn fmt::Debug> {
        DecisionModels::each(self)
    }
}

/// The models of several decisions, one after another.
pub(crate) struct Joint {
    pub(crate) members: Vec<Box<dyn AnyModels>>,
    /// The member of each query, and its place among the queries of that member.
    places: Vec<(usize, usize)>,
}

impl Joint {
    pub(crate) fn new(members: Vec<Box<dyn AnyModels>>) -> Result<Self, InvalidQuery> {
        let mut places = Vec::new();
        for (member, models) in members.iter().enumerate() {
            places.extend((0..models.queries()?.len()).map(|nth| (member, nth)));
        }
        Ok(Self { members, places })
    }

    /// Brings one member up to date with an event that these queries find.
    pub(crate) fn fold_member(
        &mut self,
        member: usize,
        queries: &[usize],
        event: &RawEvent,
    ) -> Result<(), DecodeError> {
        for query in queries {
            if let Some(&(owner, nth)) = self.places.get(*query)
                && owner == member
            {
                self.members[member].fold(nth, event)?;
            }
        }
        Ok(())
    }
}

impl sealed::Sealed for Joint {}

impl DecisionModels for Joint {
    fn copy(&self) -> Self {
        let members = self.members.iter().map(|models| models.copy()).collect();
        Self { members, places: self.places.clone() }
    }

    fn queries(&self) -> Result<Vec<Query>, InvalidQuery> {
        let queries: Result<Vec<_>, _> = self.members.iter().map(|each| each.queries()).collect();
        Ok(queries?.concat())
    }

    fn conditions(&self) -> Result<Vec<Query>, InvalidQuery> {
        let queries: Result<Vec<_>, _> =
            self.members.iter().map(|each| each.conditions()).collect();
        Ok(queries?.concat())
    }

    fn fold(&mut self, nth: usize, event: &RawEvent) -> Result<(), DecodeError> {
        match self.places.get(nth) {
            Some(&(member, nth)) => self.members[member].fold(nth, event),
            // There are as many places as queries.
            None => Ok(()),
        }
    }

    /// Known at run time only.
    fn models() -> Vec<(&'static str, &'static [EventType])> {
        Vec::new()
    }

    fn each(&self) -> Vec<&dyn fmt::Debug> {
        self.members.iter().flat_map(|models| models.each()).collect()
    }
}
