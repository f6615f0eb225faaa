//! Follower of the log: keeps a row for each instance, and wakes those that something has happened to.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use super::inbox::Inbox;
use super::row::SagaRow;
use super::store::{SagaDb, SagaStore};
use crate::event::decode_error::DecodeError;
use crate::event::name::EventName;
use crate::event::recorded::RecordedEvent;
use crate::event::set::EventSet;
use crate::process::{Plan, Saga, SagaEvent};
use crate::read::projection::{
    Consumer, Hand, Handed, KeyError, ProjectError, ProjectionId, ProjectionKey, Registration,
};
use crate::store::checkpoint::Incarnation;
use crate::store::selection::Selection;
use crate::stream::{Category, Position, StreamId, StreamKey, Version};
use crate::timestamp::Timestamp;
use crate::validated_text::InvalidText;

/// The follower of the saga `S`: reads the events that start its instances, and those of their streams.
///
/// It stores nothing but rows, in the transaction that notes its progress. So an event that starts an instance is
/// never passed over: its row stays there, starting, until a node has driven it.
pub(super) struct Follower<S, K> {
    saga: Category,
    id: ProjectionId,
    selection: Selection,
    start: Position,
    kept: K,
    inbox: Arc<Inbox>,
    of: PhantomData<fn() -> S>,
}

/// The news of an instance that an event contains.
enum Heard {
    /// It is to be started.
    Start { position: Position, at: Timestamp },
    /// Something was stored in its stream.
    Event { event: SagaEvent, version: Version, at: Timestamp },
}

impl<S: Saga, K: SagaStore> Follower<S, K> {
    /// The follower of a saga, from `start` on if it is new.
    pub(super) fn new(
        saga: Category,
        id: ProjectionId,
        plan: &Plan,
        start: Position,
        kept: K,
        inbox: Arc<Inbox>,
    ) -> Result<Self, InvalidText> {
        let starts = plan.starts().iter().map(|start| EventName::new(start.name()));
        let starts = starts.collect::<Result<Vec<_>, _>>()?;
        let of_stream = Selection::log().of_set::<SagaEvent>()?;
        let types = starts.into_iter().chain(of_stream.types().iter().cloned());
        let selection = Selection::log().with_types(types);
        Ok(Self { saga, id, selection, start, kept, inbox, of: PhantomData })
    }

    /// The stream of the instance that an event is about; `None` of an event that starts none.
    fn stream_of(&self, event: &RecordedEvent) -> Result<Option<StreamId>, KeyError> {
        if is_of_instance(event) {
            return Ok(Some(event.stream.clone()));
        }
        let Some(start) = event.clone().decode::<S::Start>()?.into_iter().next() else {
            return Ok(None);
        };
        let key = StreamKey::new(S::id(&start.event).to_string())
            .map_err(|source| KeyError::Text { position: event.position, source })?;
        Ok(Some(StreamId::new(self.saga.clone(), key)))
    }

    async fn keep(
        &self,
        heard: Vec<(StreamId, Heard)>,
        db: &mut SagaDb<K>,
    ) -> Result<(), ProjectError> {
        let mut streams: Vec<_> = heard.iter().map(|(stream, _)| stream.clone()).collect();
        streams.sort_unstable();
        streams.dedup();
        let rows = self.kept.rows(db, &streams).await?;
        let mut rows: BTreeMap<_, _> =
            rows.into_iter().map(|row| (row.stream.clone(), row)).collect();
        for (stream, heard) in heard {
            match heard {
                Heard::Start { position, at } => {
                    let starting = || SagaRow::starting(stream.clone(), position, at);
                    rows.entry(stream.clone()).or_insert_with(starting);
                }
                Heard::Event { event, version, at } => {
                    // Without a row it was started before this saga followed the log: its first event says by what.
                    let position = event.heard().unwrap_or_default();
                    let starting = || SagaRow::starting(stream.clone(), position, at);
                    rows.entry(stream.clone()).or_insert_with(starting).evolve(&event, version, at);
                }
            }
        }
        let rows: Vec<_> = rows.into_values().collect();
        self.kept.save(db, &rows).await?;
        for row in &rows {
            self.inbox.put(row.stream.key(), row.news());
        }
        Ok(())
    }
}

/// The news in an event with that key: one that starts an instance has the key of its stream.
fn news_in(
    key: &ProjectionKey,
    event: RecordedEvent,
) -> Result<Option<(StreamId, Heard)>, ProjectError> {
    if let Some(reason) = event.damage() {
        return Err(ProjectError::new(DecodeError::unreadable(reason)));
    }
    let (position, version, at) = (event.position, event.version, event.recorded_at);
    if is_of_instance(&event) {
        let stream = event.stream.clone();
        let read = event.decode::<SagaEvent>()?.into_iter().next();
        return Ok(read.map(|read| (stream, Heard::Event { event: read.event, version, at })));
    }
    let stream: StreamId = key.as_str().parse().map_err(ProjectError::new)?;
    let starts_one = stream != event.stream;
    Ok(starts_one.then_some((stream, Heard::Start { position, at })))
}

/// True of an event of a stream of some saga.
fn is_of_instance(event: &RecordedEvent) -> bool {
    SagaEvent::EVENTS.iter().any(|of_stream| of_stream.name == event.event.name.as_str())
}

impl<S: Saga, K: SagaStore> Consumer<SagaDb<K>> for Follower<S, K> {
    fn registration(&self, incarnation: Incarnation) -> Registration {
        let mut registration = Registration::new(self.id.clone(), incarnation);
        "instance".clone_into(&mut registration.keyed_by);
        registration.types = self.selection.types().to_vec();
        registration.start = self.start;
        registration
    }

    fn selection(&self) -> &Selection {
        &self.selection
    }

    fn key(&self, event: &RecordedEvent) -> Result<ProjectionKey, KeyError> {
        let stream = self.stream_of(event)?;
        Ok(ProjectionKey::of_stream(stream.as_ref().unwrap_or(&event.stream)))
    }

    /// True for the events of other sagas, which have the same names.
    fn passes_by(&self, event: &RecordedEvent, _: Position) -> bool {
        is_of_instance(event) && event.stream.category() != &self.saga
    }

    fn is_bulk(&self) -> bool {
        true
    }

    async fn create(&self, _: &mut SagaDb<K>) -> Result<(), ProjectError> {
        Ok(())
    }

    async fn handle(
        &self,
        events: Vec<Handed>,
        hand: &Hand,
        db: &mut SagaDb<K>,
    ) -> Result<(), ProjectError> {
        let mut heard = Vec::with_capacity(events.len());
        for Handed { key, event, .. } in events {
            hand.take(&event);
            heard.extend(news_in(&key, event)?);
        }
        self.keep(heard, db).await
    }
}
