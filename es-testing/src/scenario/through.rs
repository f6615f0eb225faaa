//! The same scenario through a repository on a store.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use es_core::{
    Aggregate, Append, AppendError, Appended, Cursor, DecidedBy, EventStore, ExecuteError,
    Executed, ExpectedVersion, LogPage, Metadata, NewEvent, Position, RecordedEvent, Repository,
    StoreError, StreamId, Version,
};

use super::refusal::{Why, chain};
use super::story::Story;
use super::when::{Played, Stored, When};

impl<A: Aggregate> When<A, Played> {
    /// Plays the scenario once more, through a [`Repository`] on `store`: the given events are
    /// appended to the aggregate's stream, the commands executed one after the other. The
    /// assertions that follow see what the store answered.
    ///
    /// # Panics
    ///
    /// If the stream has events already, or the store fails.
    pub async fn through<S: EventStore>(self, store: &S) -> When<A, Stored> {
        let played = self.story;
        let stream = played.stream.clone().expect("a command has named it");
        append_given(store, &stream, &played.given).await;
        let mut once_more = Story::after(played.given);
        once_more.stream = played.stream;
        let mut steps = self.steps.into_iter();
        for command in played.commands {
            let name = command.name;
            once_more.commands.push(command);
            let step = steps.next().expect("every command has its step");
            if once_more.refusal.is_some() {
                continue;
            }
            match step.take(AnyStore(Arc::new(store.clone()))).await {
                Ok(done) => {
                    let events = done.events.into_iter().map(|recorded| recorded.event);
                    once_more.events.extend(events);
                    once_more.state = done.state;
                }
                Err(error) => once_more.refuse(Why::of::<A>(name, error)),
            }
        }
        When::by(self.unasserted, once_more)
    }
}

async fn append_given<S: EventStore, E: es_core::EventSet>(
    store: &S,
    stream: &StreamId,
    given: &[E],
) {
    let events = given
        .iter()
        .map(|event| NewEvent::of(event, Metadata::default()))
        .collect::<Result<Vec<_>, _>>()
        .unwrap_or_else(|error| panic!("a given event cannot be stored: {}", chain(&error)));
    // Without given events it still holds the stream to be empty.
    let append = Append::to(stream.clone(), ExpectedVersion::NoStream, events)
        .expect("one stream, fresh ids");
    match store.append(append).await {
        Ok(_) => {}
        Err(AppendError::Conflict(conflict)) => panic!(
            "stream `{stream}` has events already (version {}): \
             a scenario wants a stream of its own",
            conflict.actual
        ),
        Err(error) => {
            panic!("the given events could not be appended to `{stream}`: {}", chain(&error))
        }
    }
}

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Execution<A> = Answer<Result<Executed<A>, ExecuteError<<A as Aggregate>::Error>>>;

/// A command of any type, ready to be executed on a store of any type.
pub(super) struct Step<A: Aggregate> {
    execute: Box<dyn FnOnce(AnyStore) -> Execution<A> + Send>,
}

impl<A: Aggregate> Step<A> {
    pub(super) fn of<C>(command: C) -> Self
    where
        C: DecidedBy<A>,
    {
        let execute = |store| -> Execution<A> {
            Box::pin(async move { Repository::<A, _>::new(store).execute(command).await })
        };
        Self { execute: Box::new(execute) }
    }

    async fn take(self, store: AnyStore) -> Result<Executed<A>, ExecuteError<A::Error>> {
        (self.execute)(store).await
    }
}

/// A store whose type is forgotten, so that a chain can hold commands before it is known.
#[derive(Clone)]
struct AnyStore(Arc<dyn ErasedStore>);

/// The methods of [`EventStore`] with their futures in boxes.
trait ErasedStore: Send + Sync {
    fn append(&self, append: Append) -> Answer<Result<Appended, AppendError>>;
    fn stream_page(
        &self,
        stream: StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Answer<Result<Vec<RecordedEvent>, StoreError>>;
    fn log_page(&self, cursor: Cursor<Position>, limit: u32)
    -> Answer<Result<LogPage, StoreError>>;
}

impl<S: EventStore> ErasedStore for S {
    fn append(&self, append: Append) -> Answer<Result<Appended, AppendError>> {
        let store = self.clone();
        Box::pin(async move { EventStore::append(&store, append).await })
    }

    fn stream_page(
        &self,
        stream: StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Answer<Result<Vec<RecordedEvent>, StoreError>> {
        let store = self.clone();
        Box::pin(async move { EventStore::stream_page(&store, &stream, cursor, limit).await })
    }

    fn log_page(
        &self,
        cursor: Cursor<Position>,
        limit: u32,
    ) -> Answer<Result<LogPage, StoreError>> {
        let store = self.clone();
        Box::pin(async move { EventStore::log_page(&store, cursor, limit).await })
    }
}

impl EventStore for AnyStore {
    fn append(&self, append: Append) -> impl Future<Output = Result<Appended, AppendError>> + Send {
        ErasedStore::append(&*self.0, append)
    }

    fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RecordedEvent>, StoreError>> + Send {
        ErasedStore::stream_page(&*self.0, stream.clone(), cursor, limit)
    }

    fn log_page(
        &self,
        cursor: Cursor<Position>,
        limit: u32,
    ) -> impl Future<Output = Result<LogPage, StoreError>> + Send {
        ErasedStore::log_page(&*self.0, cursor, limit)
    }
}
