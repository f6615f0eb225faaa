//! A copy takes the name of a stream while a decision rests on its events.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use es_core::prelude::*;
use es_core::{
    Actor, Appended, Query, QueryPage, Reason, Rewrite, StoreError, Transform, TransformStore,
};

use super::courses::{Subscribed, defined, subscribe};

/// A store in which the course `c1` is transformed before so many calls from now, all events kept.
#[derive(Clone)]
struct Meanwhile {
    inner: MemoryStore,
    calls: Arc<AtomicU32>,
}

impl Meanwhile {
    /// A course with so many seats and students.
    async fn course(seats: u32, students: usize, calls: u32) -> Self {
        let inner = MemoryStore::new();
        let student = |nth| Subscribed { course: "c1".into(), student: format!("old-{nth}") };
        let mut new = vec![defined("c1", seats).into_new()];
        new.extend((0..students).map(student).map(IntoNew::into_new));
        let append = Append::to(c1(), ExpectedVersion::NoStream, new).unwrap();
        inner.append(append).await.unwrap();
        Self { inner, calls: Arc::new(AtomicU32::new(calls)) }
    }

    async fn perhaps(&self) {
        if self.calls.fetch_sub(1, Ordering::SeqCst) == 0 {
            let (mia, why) = (Actor::new("mia").unwrap(), Reason::new("a test").unwrap());
            let keep = |_| Ok::<_, Infallible>(Rewrite::Keep);
            self.inner.transform(Transform::new(c1(), mia, why), keep).await.unwrap();
        }
    }
}

trait IntoNew {
    fn into_new(self) -> NewEvent;
}

impl<E: Into<es_core::TaggedEvent>> IntoNew for E {
    fn into_new(self) -> NewEvent {
        self.into().to_new(Metadata::default()).unwrap()
    }
}

fn c1() -> StreamId {
    "course/c1".parse().unwrap()
}

impl es_core::EventStoreDecorator for Meanwhile {
    type Inner = MemoryStore;

    fn inner(&self) -> &MemoryStore {
        &self.inner
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.perhaps().await;
        self.inner.append(append).await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.perhaps().await;
        self.inner.query_page(query, after, limit).await
    }
}

/// The copies break its condition; what it reads then is not added to what they stand for.
#[tokio::test]
async fn a_decision_on_the_old_events_is_taken_again_on_the_copies_alone() {
    let store = Meanwhile::course(2, 1, 1).await;

    let done = Decisions::new(store).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!((done.model.0.capacity, done.model.0.taken), (2, 2));
}

/// The second page of events has copies of those on the first.
#[tokio::test]
async fn a_reading_that_is_half_done_begins_anew() {
    let store = Meanwhile::course(1000, 700, 1).await;

    let done = Decisions::new(store).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(done.model.0.taken, 701);
}

/// Copies are on every page, and nothing happens meanwhile.
#[tokio::test]
async fn copies_are_read_like_other_events() {
    let store = Meanwhile::course(2000, 1200, 0).await;

    let done = Decisions::new(store).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(done.model.0.taken, 1201);
}
