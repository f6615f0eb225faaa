//! The chapters of a catalog: commands and decisions, the events that they cause, the stored forms.

use std::any::type_name;

use es_core::__private::{EventTypes, models};
use es_core::{Aggregate, Command, Decide, Decision, EventHistory, EventSet, EventType, Lifecycle};

use crate::page::short_name;

/// An aggregate with its commands and events, or a set of events with the decisions that cause them.
#[derive(Clone, Debug)]
pub struct Chapter {
    pub(super) name: String,
    pub(super) is_aggregate: bool,
    pub(super) asked: Vec<Asked>,
    pub(super) events: Vec<EventHistory>,
}

/// A command, or a decision across streams.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) name: &'static str,
    /// `None` for a decision across streams.
    pub(super) lifecycle: Option<Lifecycle>,
    /// The models that a decision across streams rests on.
    pub(super) models: Vec<Model>,
    pub(super) events: Vec<&'static str>,
}

/// A decision model.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) name: &'static str,
    pub(super) events: Vec<&'static str>,
}

impl Chapter {
    /// A chapter on the aggregate `A`.
    #[must_use]
    pub fn aggregate<A: Aggregate>() -> Self {
        Self::of_aggregate::<A>(A::Event::history())
    }

    /// A chapter on a set of events that decisions across streams cause, named after the set.
    #[must_use]
    pub fn events<S: EventSet>() -> Self {
        Self::of_events::<S>(S::history())
    }

    /// A chapter on the aggregate `A`, whose events are stored in these forms.
    #[must_use]
    pub fn of_aggregate<A: Aggregate>(events: Vec<EventHistory>) -> Self {
        Self { name: A::NAME.to_owned(), is_aggregate: true, asked: Vec::new(), events }
    }

    /// A chapter on events that decisions across streams cause, stored in these forms and named
    /// after `S`.
    #[must_use]
    pub fn of_events<S>(events: Vec<EventHistory>) -> Self {
        Self { name: short_name::<S>().to_owned(), is_aggregate: false, asked: Vec::new(), events }
    }

    /// Adds a command of the aggregate.
    #[must_use]
    pub fn command<A, C, How>(mut self) -> Self
    where
        A: Decide<C>,
        C: Command<Aggregate = A>,
        A::Events: EventTypes<How>,
    {
        self.asked.push(Asked {
            name: C::NAME,
            lifecycle: Some(C::LIFECYCLE),
            models: Vec::new(),
            events: names(&A::Events::types()),
        });
        self
    }

    /// Adds a decision across streams.
    #[must_use]
    pub fn decision<D, How>(mut self) -> Self
    where
        D: Decision,
        D::Events: EventTypes<How>,
    {
        let model = |(name, events): (&'static str, &[EventType])| Model {
            name: last_segment(name),
            events: names(events),
        };
        self.asked.push(Asked {
            name: last_segment(type_name::<D>()),
            lifecycle: None,
            models: models::<D>().into_iter().map(model).collect(),
            events: names(&D::Events::types()),
        });
        self
    }

    /// The models of all decisions, each once.
    pub(super) fn models(&self) -> Vec<&Model> {
        let mut models: Vec<&Model> = Vec::new();
        for model in self.asked.iter().flat_map(|asked| &asked.models) {
            if !models.iter().any(|known| known.name == model.name) {
                models.push(model);
            }
        }
        models
    }
}

fn names(types: &[EventType]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for event in types {
        if !names.contains(&event.name) {
            names.push(event.name);
        }
    }
    names
}

/// `Subscribe` of `school::Subscribe<u8>`.
fn last_segment(path: &'static str) -> &'static str {
    let plain = path.split('<').next().unwrap_or(path);
    plain.rsplit("::").next().unwrap_or(plain)
}
