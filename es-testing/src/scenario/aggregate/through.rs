//! The same scenario through a repository on a store.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;

use es_core::{
    Aggregate, Append, AppendError, Appended, DecidedBy, DynEventStore, EventSet, EventStore,
    ExecuteError, Executed, ExpectedVersion, Metadata, NewEvent, Recorded, Repository, StreamId,
    Version,
};

use super::read_back::ReadBack;
use super::refusal::{Why, chain};
use super::story::Story;
use super::when::{Played, Stored, When};

impl<A: Aggregate> When<A, Played> {
    /// Plays the scenario once more, through a [`Repository`] on `store`: the given events are
    /// appended to the aggregate's stream, the commands executed one after the other.
    ///
    /// Then the aggregate is read back. What [`Executed`] said has to be there, every event with
    /// its place and its metadata and the state that they make, and it is what was read that the
    /// assertions see.
    ///
    /// # Panics
    ///
    /// If the stream has events already, the store fails, or it answers something else than it
    /// was given.
    #[track_caller]
    pub fn through<S: EventStore>(self, store: &S) -> impl Future<Output = When<A, Stored>> {
        let at = Location::caller();
        async move {
            let played = self.story;
            let stream = played.stream.clone().expect("a command has named it");
            let mut stored = append_given(store, &stream, &played.given).await;
            let mut once_more = Story::after(played.given);
            once_more.stream = played.stream;
            let id = self.steps.first().expect("a command has been asked").id.clone();
            for (command, step) in played.commands.into_iter().zip(self.steps) {
                let name = command.name;
                once_more.commands.push(command);
                if once_more.refusal.is_some() {
                    continue;
                }
                match step.take(DynEventStore::new(store.clone())).await {
                    Ok(done) => {
                        stored.extend(done.events);
                        once_more.state = done.state;
                    }
                    Err(error) => once_more.refuse(Why::of::<A>(name, error)),
                }
            }
            let read = ReadBack::of(store, &id).await;
            read.expect(&stored, &once_more.state, at);
            let caused = read.history.into_iter().skip(once_more.given.len());
            once_more.events = caused.map(|recorded| recorded.event).collect();
            once_more.state = read.state;
            When::by(self.unasserted, once_more)
        }
    }
}

/// Answers the given events as the store took them.
async fn append_given<S: EventStore, E: EventSet + Clone>(
    store: &S,
    stream: &StreamId,
    given: &[E],
) -> Vec<Recorded<E>> {
    let events = given
        .iter()
        .map(|event| NewEvent::of(event, Metadata::default()))
        .collect::<Result<Vec<_>, _>>()
        .unwrap_or_else(|error| panic!("a given event cannot be stored: {}", chain(&error)));
    // Without given events it still holds the stream to be empty.
    let append = Append::to(stream.clone(), ExpectedVersion::NoStream, events.clone())
        .expect("one stream, fresh ids");
    match store.append(append).await {
        Ok(appended) => record(given, events, &appended),
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

/// The events of an append to one stream that was empty, at the places that the store gave them.
fn record<E: Clone>(given: &[E], new: Vec<NewEvent>, appended: &Appended) -> Vec<Recorded<E>> {
    let part = appended.streams.first().expect("one answer per part");
    let placed = given.iter().zip(new).zip(&part.positions).enumerate();
    placed
        .map(|(nth, ((event, new), position))| {
            let version = Version::NONE.plus(nth + 1);
            let (stream, at) = (part.stream.clone(), part.recorded_at);
            Recorded::new(new.id, stream, version, *position, at, new.metadata, event.clone())
        })
        .collect()
}

type Execution<A> = Pin<
    Box<dyn Future<Output = Result<Executed<A>, ExecuteError<<A as Aggregate>::Error>>> + Send>,
>;

/// A command of any type, ready to be executed on a store of any type.
pub(super) struct Step<A: Aggregate> {
    /// The aggregate of the failure.
    id: A::Id,
    execute: Box<dyn FnOnce(DynEventStore) -> Execution<A> + Send>,
}

impl<A: Aggregate> Step<A> {
    pub(super) fn of<C>(command: C) -> Self
    where
        C: DecidedBy<A>,
    {
        let id = command.aggregate_id().clone();
        let execute = |store| -> Execution<A> {
            Box::pin(async move {
                Repository::<A, _>::without_command_batching(store).execute(command).await
            })
        };
        Self { id, execute: Box::new(execute) }
    }

    async fn take(self, store: DynEventStore) -> Result<Executed<A>, ExecuteError<A::Error>> {
        (self.execute)(store).await
    }
}
