//! The ways into a log, each with a store that counts what is sent.

use std::convert::Infallible;
use std::error::Error;

use es_core::prelude::*;
use es_core::{
    Actor, Cursor, DecisionError, EncodeError, Reason, Rewrite, Tagged, Transform, TransformError,
    TransformStore,
};

use super::lab::{Cause, Lab, LabEvent, Measured, Write};
use crate::gated::Gated;

pub(crate) fn lab() -> String {
    "one".to_owned()
}

fn write(event: impl Into<LabEvent>) -> Write {
    Write { lab: lab(), event: event.into() }
}

/// The refusal of a command, of which nothing was sent.
pub(crate) async fn executed(event: impl Into<LabEvent>) -> EncodeError {
    let store = Gated::new(MemoryStore::new());

    let error = Repository::<Lab, _>::new(store.clone()).execute(write(event)).await.unwrap_err();

    assert_eq!(store.sent().len(), 0, "an append was sent");
    match error {
        ExecuteError::Encode(error) => error,
        other => panic!("{other:?}"),
    }
}

/// The refusal of a command in a unit of work, which has nothing to send.
pub(crate) async fn worked(event: impl Into<LabEvent>) -> EncodeError {
    let store = Gated::new(MemoryStore::new());
    let mut work = UnitOfWork::new(store.clone(), Metadata::default());

    let error = work.execute(write(event)).await.unwrap_err();

    let append = work.into_append().expect("the aggregate was read");
    assert_eq!(append.events(), 0, "the unit of work holds an event");
    assert_eq!(store.sent().len(), 0, "an append was sent");
    match error {
        ExecuteError::Encode(error) => error,
        other => panic!("{other:?}"),
    }
}

/// The refusal of a decision across streams, of which nothing was sent.
pub(crate) async fn decided(event: impl Event + Tagged) -> EncodeError {
    let store = Gated::new(MemoryStore::new());

    let error = Decisions::new(store.clone()).execute(Cause(event)).await.unwrap_err();

    assert_eq!(store.sent().len(), 0, "an append was sent");
    match error {
        DecisionError::<Infallible>::Encode(error) => error,
        other => panic!("{other:?}"),
    }
}

/// The refusal of a copy, of which nothing was written.
pub(crate) async fn transformed(event: impl Into<LabEvent>) -> EncodeError {
    let store = MemoryStore::new();
    let sound = Measured { lab: lab(), value: 1.0 };
    Repository::<Lab, _>::new(store.clone()).execute(write(sound)).await.unwrap();
    let stream = StreamId::of::<Lab>(&lab()).unwrap();
    let event: LabEvent = event.into();
    let by = (Actor::new("mia").unwrap(), Reason::new("another value").unwrap());

    let rewrite = |_| NewEvent::of(&event, Metadata::default()).map(Rewrite::from);
    let error = store.transform(Transform::new(stream.clone(), by.0, by.1), rewrite).await;

    let left = store.stream_page(&stream, Cursor::START, 10).await.unwrap();
    assert_eq!(left.len(), 1, "the stream was replaced");
    assert!(store.transformations(&stream).await.unwrap().is_empty());
    match error.unwrap_err() {
        TransformError::Rewrite { source, .. } => {
            *source.downcast().expect("the event is to blame")
        }
        other => panic!("{other:?}"),
    }
}

/// Stores the event by a command and by a decision; both are read again as it was.
pub(crate) async fn comes_back<E>(event: E)
where
    E: Event + Tagged + Into<LabEvent>,
{
    let store = MemoryStore::new();
    let labs = Repository::<Lab, _>::new(store.clone());

    labs.execute(write(event.clone())).await.unwrap();
    Decisions::new(store.clone()).execute(Cause(event.clone())).await.unwrap();

    let stream = StreamId::of::<Lab>(&lab()).unwrap();
    for stored in store.stream_page(&stream, Cursor::START, 10).await.unwrap() {
        let read: Vec<LabEvent> = LabEvent::from_raw(&stored.event).unwrap().into_iter().collect();
        assert_eq!(read.len(), 1);
        let read: &E = read[0].get().expect("an event of the same type");
        // Debug prints a NaN as well.
        assert!(*read == event || format!("{read:?}") == format!("{event:?}"), "{read:?}");
    }
}

/// The fate of an event in a decision: it is stored and read again as it was, or is refused with
/// these words, and nothing was sent.
pub(crate) async fn told<E: Event + Tagged>(event: E) -> String {
    let store = Gated::new(MemoryStore::new());

    match Decisions::new(store.clone()).execute(Cause(event.clone())).await {
        Ok(_) => {
            let stream = StreamId::of::<Lab>(&lab()).unwrap();
            let stored = store.stream_page(&stream, Cursor::START, 10).await.unwrap();
            let read = E::decode(stored[0].event.version, &stored[0].event.payload).unwrap();
            assert_eq!(read, event, "it comes back as another");
            "comes back".to_owned()
        }
        Err(DecisionError::<Infallible>::Encode(error)) => {
            assert_eq!(store.sent().len(), 0, "an append was sent");
            let told = chain(&error);
            told.split(" at line").next().unwrap_or_default().to_owned()
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// An error with all that it rests on.
pub(crate) fn chain(error: &dyn Error) -> String {
    let source = error.source().map(|source| format!(": {}", chain(source)));
    format!("{error}{}", source.unwrap_or_default())
}
