//! The same rows, however many processes handle the events in whatever batches.

use std::fmt::{self, Debug};

use es_core::{Projection, Projects, RecordedEvent};
use futures_util::FutureExt;

use super::fold::{Failed, fold};
use super::given::Given;
use super::model::lines;
use super::schedule::{Batch, drawn, places};
use crate::page::Line;
use crate::scenario::laws::{Broken, hold};

/// The laws of a projection, tried with the events of a scenario.
///
/// Up to four nodes share the keys, each handles its events in batches of up to five, and about every
/// other batch is lost before its commit, so that it is undone and its events come again. Whatever is
/// drawn, what is there in the end is what one batch of all events makes.
#[must_use = "laws are tried by `in_memory` or `in_database`"]
pub struct Laws<P: Projection> {
    pub(super) given: Given<P>,
    pub(super) is_undone: bool,
}

impl<P: Projection> Given<P> {
    /// The laws of the projection, to be tried with what has happened.
    ///
    /// Requires the feature `laws`.
    pub fn laws(self) -> Laws<P> {
        Laws { given: self, is_undone: true }
    }
}

impl<P: Projection> Laws<P> {
    /// A batch that is lost is not undone, as in a destination that is no part of the commit: then
    /// handlers have to tell an event that comes again.
    pub fn at_least_once(self) -> Self {
        Self { is_undone: false, ..self }
    }

    /// Tries the laws on a model in memory.
    ///
    /// # Panics
    ///
    /// If one does not hold, with the shortest case that was found; if a handler fails.
    #[track_caller]
    pub fn in_memory<M>(self)
    where
        P: Projects<M>,
        M: Clone + Default + Debug + PartialEq + Send,
    {
        let stored = self.given.log.stored();
        let places = places::<P>(&stored);
        let all = vec![(0..stored.len()).collect()];
        let together = match self.folded::<M>(&stored, all.into_iter().map(|all| (all, false))) {
            Ok(model) => model,
            Err(failed) => {
                let at = std::panic::Location::caller();
                self.given.fail_for(at, &failed, "then_fails")
            }
        };
        hold(&drawn(&places), |schedule| {
            let batches = schedule.batches(&places);
            let events = batches.iter().map(|batch| (batch.events.clone(), batch.is_lost));
            match self.folded::<M>(&stored, events) {
                Ok(model) if model == together => Ok(()),
                Ok(model) => Err(self.differs(&batches, lines(&model, &together))),
                Err(failed) => Err(self.failed(&batches, &failed)),
            }
        });
        self.given.unasserted.fulfil();
    }

    fn folded<M>(
        &self,
        stored: &[RecordedEvent],
        batches: impl Iterator<Item = (Vec<usize>, bool)>,
    ) -> Result<M, Failed>
    where
        P: Projects<M>,
        M: Clone + Default + Send,
    {
        let mut model = M::default();
        for (events, is_lost) in batches {
            let before = model.clone();
            let events: Vec<_> = events.iter().map(|event| stored[*event].clone()).collect();
            let folded = fold(&self.given.projection, &events, &mut model).now_or_never();
            folded.expect("a handler that writes into memory waits for nobody")?;
            if is_lost && self.is_undone {
                model = before;
            }
        }
        Ok(model)
    }

    pub(super) fn differs(&self, batches: &[Batch], then: Vec<Line>) -> Broken {
        let headline = "what is there depends on who handled the events in which batches";
        self.broken(headline.to_owned(), batches, then)
    }

    pub(super) fn failed(&self, batches: &[Batch], failed: &Failed) -> Broken {
        let then = vec![Line::unexpected(failed.error.chain())];
        self.broken(
            "a handler failed that does not with all events at once".to_owned(),
            batches,
            then,
        )
    }

    fn broken(&self, headline: String, batches: &[Batch], then: Vec<Line>) -> Broken {
        let (lost, cure) = if self.is_undone {
            (
                "undone, and comes again",
                "let what follows from an event depend on the events of its key alone: those of \
                 other keys come in any order",
            )
        } else {
            (
                "done, and comes again",
                "tell an event that comes again by its position, and those of other keys come in \
                 any order",
            )
        };
        let nodes = batches.iter().map(|batch| batch.line(lost)).collect();
        let blocks = vec![("given", self.given.story(None)), ("when", nodes), ("then", then)];
        Broken { headline, blocks, cure: cure.to_owned() }
    }
}

impl<P: Projection> Debug for Laws<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Laws").field("projection", &P::NAME).finish_non_exhaustive()
    }
}
