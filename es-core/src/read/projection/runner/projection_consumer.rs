//! A projection, as the runner sees it.

use std::mem;

use crate::event::recorded::RecordedEvent;
use crate::read::projection::dispatch::{self, Effects};
use crate::read::projection::rebuild::{Verified, verify, verify_external};
use crate::read::projection::{
    KeyError, ProjectError, Projection, ProjectionId, ProjectionKey, ProjectionStore, Projects,
    ReadModel, Registration,
};
use crate::store::checkpoint::Incarnation;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;
use crate::validated_text::InvalidText;

use super::consumer::{Consumer, Handed};
use super::hand::Hand;

/// A projection as a [`Consumer`]: reads the events, and calls its handlers.
#[derive(Debug)]
pub(crate) struct OfProjection<X> {
    projection: X,
    selection: Selection,
    /// The place where it begins if it is new.
    start: Position,
    /// The place where its effects begin then.
    effects_after: Position,
}

impl<X: Projection> OfProjection<X> {
    /// The projection with everything that it handles. Fails if its set of events was written by hand
    /// and names what no store could hold.
    pub(crate) fn new(projection: X) -> Result<Self, InvalidText> {
        let selection = Selection::log().of_set::<X::Event>()?;
        let (start, effects_after) = (Position::START, Position::START);
        Ok(Self { projection, selection, start, effects_after })
    }

    /// The projection, with effects of later events alone if it is new.
    pub(crate) fn with_effects_after(self, effects_after: Position) -> Self {
        Self { effects_after, ..self }
    }

    /// The projection, from `start` on if it is new.
    pub(crate) fn starting_at(self, start: Position) -> Self {
        Self { start, ..self }
    }
}

/// Returns the registration of a projection, for a log of that incarnation.
pub(crate) fn registration<X: Projection>(
    incarnation: Incarnation,
) -> Result<Registration, InvalidText> {
    Ok(declared::<X>(&Selection::log().of_set::<X::Event>()?, incarnation))
}

fn declared<X: Projection>(selection: &Selection, incarnation: Incarnation) -> Registration {
    let mut registration = Registration::new(ProjectionId::of::<X>(), incarnation);
    X::KEYED_BY.clone_into(&mut registration.keyed_by);
    registration.types = selection.types().to_vec();
    registration.has_effects = X::HAS_EFFECTS;
    registration.start = Position::START;
    registration
}

impl<Db: Send + 'static, X: ReadModel<Db>> Consumer<Db> for OfProjection<X> {
    fn registration(&self, incarnation: Incarnation) -> Registration {
        let mut registration = declared::<X>(&self.selection, incarnation);
        registration.start = self.start;
        registration.effects_after = self.effects_after;
        registration
    }

    fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The record of a transformation stands in the archive, and goes with the stream: the copies come
    /// behind it.
    fn key(&self, event: &RecordedEvent) -> Result<ProjectionKey, KeyError> {
        match event.transformed_stream() {
            Some(stream) => Ok(ProjectionKey::of_stream(&stream)),
            None => X::key(event),
        }
    }

    fn is_bulk(&self) -> bool {
        <X as Projects<Db>>::IS_BULK
    }

    /// True for the record of a transformation from before the version was registered: the version
    /// has seen only the copies, so there is nothing to forget.
    fn passes_by(&self, event: &RecordedEvent, log_end: Position) -> bool {
        event.position <= log_end && event.transformed_stream().is_some()
    }

    /// Stops at the record of a transformation if another key than the stream is declared: any node
    /// may hold the copies, and handle them before the record.
    fn stops_at(&self, event: &RecordedEvent) -> Option<String> {
        let stream = event.transformed_stream().filter(|_| X::KEYED_BY != "stream")?;
        Some(format!(
            "stream `{stream}` was transformed at position {}, and what is kept in order by `{}` cannot \
             forget a stream: rebuild the projection in place and resume it, or give it a new version",
            event.position,
            X::KEYED_BY
        ))
    }

    async fn create(&self, db: &mut Db) -> Result<(), ProjectError> {
        self.projection.create(db).await
    }

    async fn handle(
        &self,
        events: Vec<Handed>,
        hand: &Hand,
        db: &mut Db,
    ) -> Result<(), ProjectError> {
        if <X as Projects<Db>>::IS_BULK {
            return self.handle_in_bulk(events, hand, db).await;
        }
        for Handed { event, with_effects, .. } in events {
            hand.take(&event);
            if let Some(stream) = event.transformed_stream() {
                self.projection.forget(&stream, db).await?;
            } else {
                let effects = if with_effects { Effects::Run } else { Effects::Skip };
                dispatch::one(&self.projection, event, effects, db).await?;
            }
        }
        Ok(())
    }

    async fn verify<S: EventStore, K: ProjectionStore<Db = Db>>(
        &self,
        log: &S,
        kept: &K,
        keys: u32,
    ) -> Result<Verified, StoreError> {
        verify(log, kept, &self.projection, &self.selection, keys).await
    }

    async fn verify_external<K: ProjectionStore>(
        &self,
        kept: &K,
        destination: &mut Db,
    ) -> Result<Verified, StoreError> {
        verify_external(kept, &self.projection, destination).await
    }
}

impl<X: Projection> OfProjection<X> {
    /// Handles all events between two transformations at once.
    async fn handle_in_bulk<Db: Send>(
        &self,
        events: Vec<Handed>,
        hand: &Hand,
        db: &mut Db,
    ) -> Result<(), ProjectError>
    where
        X: ReadModel<Db>,
    {
        if let Some(first) = events.first() {
            hand.take(&first.event);
        }
        let mut together = Vec::with_capacity(events.len());
        let mut effects = Vec::new();
        for Handed { event: stored, with_effects, .. } in events {
            if let Some(stream) = stored.transformed_stream() {
                let (events, reactions) = (mem::take(&mut together), mem::take(&mut effects));
                dispatch::together(&self.projection, events, reactions, db).await?;
                self.projection.forget(&stream, db).await?;
                continue;
            }
            for event in stored.decode::<X::Event>()? {
                if with_effects && X::HAS_EFFECTS {
                    effects.push(event.clone());
                }
                together.push(event);
            }
        }
        dispatch::together(&self.projection, together, effects, db).await
    }
}
