//! Named subscriptions, for consumers that are not projections.

use std::future::Future;

use super::runner::{Consumer, Hand, Handed, OwnTransaction};
use super::{
    KeyError, ProjectError, ProjectionId, ProjectionKey, ProjectionName, ProjectionStore,
    Projections, Registration, RunError, RunOptions, Running,
};
use crate::event::decode_error::DecodeError;
use crate::event::recorded::RecordedEvent;
use crate::read::subscription::Start;
use crate::store::checkpoint::Incarnation;
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;

/// Handles the events of a named subscription; see [`Projections::subscribe`].
///
/// `Db` is where the progress is kept: what is written there is committed with it, exactly once. What
/// is done elsewhere, a mail that is sent, happens at least once; the event's
/// [`id`](crate::Recorded::id) tells whether it was.
///
/// An event is read with [`decode`](RecordedEvent::decode), by the set of the reader:
///
/// ```
/// use es_core::prelude::*;
/// use es_core::projection::EventHandler;
/// use es_core::{ProjectError, RecordedEvent};
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # struct OrderPlaced { by: String }
///
/// #[derive(EventSet)]
/// enum Orders {
///     Placed(OrderPlaced),
/// }
///
/// struct Mails;
///
/// impl<Db: Send> EventHandler<Db> for Mails {
///     async fn handle(&self, event: RecordedEvent, _: &mut Db) -> Result<(), ProjectError> {
///         for order in event.decode::<Orders>()? {
///             let Orders::Placed(placed) = order.event;
///             println!("to {}: your order {}", placed.by, order.stream.key());
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait EventHandler<Db>: Send + Sync + 'static {
    /// Handles an event. An event that fails is tried again, as [`OnFailure`](super::OnFailure)
    /// says.
    fn handle(
        &self,
        event: RecordedEvent,
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send;
}

impl<S: EventStore, P: ProjectionStore> Projections<S, P> {
    /// Hands each event of a part of the log to `handler`, in the background, with the default
    /// [`RunOptions`].
    ///
    /// All that run a subscription of the same `name` compete: each event goes to one of them, and the
    /// events of a stream one after the other, in their order, whoever has them. One that goes away is
    /// replaced by the others, from where it has come. What fails is retried and parked as for a
    /// projection; the names of both are of one kind, so no projection may have this one.
    ///
    /// `start` counts where the name is new; otherwise it goes on where it was. [`Start::At`] begins
    /// with the first event that was recorded then or later, at the end of the log if there is none, and
    /// has all events behind that, whatever their time. What `selection` asks for is each process's own:
    /// to have something else from the beginning, take another name.
    ///
    /// Of the archive of a transformed stream it has the [record](crate::Transformation), among the events of
    /// that stream.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// use es_core::projection::{EventHandler, MemoryProjections, Projections};
    /// use es_core::{ProjectError, ProjectionName, RecordedEvent, Selection, Start};
    ///
    /// /// Counts, in the store that keeps the progress.
    /// struct Count;
    ///
    /// impl EventHandler<u64> for Count {
    ///     async fn handle(&self, _: RecordedEvent, count: &mut u64) -> Result<(), ProjectError> {
    ///         *count += 1;
    ///         Ok(())
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let projections = Projections::new(MemoryStore::new(), MemoryProjections::<u64>::new());
    /// let name = ProjectionName::new("count")?;
    /// let running = projections.subscribe(name, Selection::log(), Start::Beginning, Count).await?;
    /// // … as long as the service lives …
    /// running.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn subscribe<H: EventHandler<P::Db>>(
        &self,
        name: ProjectionName,
        selection: Selection,
        start: Start,
        handler: H,
    ) -> Result<Running, RunError> {
        self.subscribe_with(name, selection, start, handler, RunOptions::default()).await
    }

    /// Does the same as [`subscribe`](Self::subscribe), with options, which apply to this process
    /// only.
    pub async fn subscribe_with<H: EventHandler<P::Db>>(
        &self,
        name: ProjectionName,
        selection: Selection,
        start: Start,
        handler: H,
        options: RunOptions,
    ) -> Result<Running, RunError> {
        let id = ProjectionId::new(name, 1);
        let start = self.start_of(&id, start).await?;
        let subscriber = Subscriber { id, selection, start, handler };
        self.start(OwnTransaction, subscriber, options).await
    }
}

/// A handler as what the runner runs.
struct Subscriber<H> {
    id: ProjectionId,
    selection: Selection,
    /// The position at which a new subscription begins.
    start: Position,
    handler: H,
}

impl<Db: Send + 'static, H: EventHandler<Db>> Consumer<Db> for Subscriber<H> {
    fn registration(&self, incarnation: Incarnation) -> Registration {
        let mut registration = Registration::new(self.id.clone(), incarnation);
        registration.types = self.selection.types().to_vec();
        registration.start = self.start;
        registration
    }

    fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The record of a transformation stands in the archive, and goes with the stream.
    fn key(&self, event: &RecordedEvent) -> Result<ProjectionKey, KeyError> {
        let transformed = event.transformed_stream();
        Ok(ProjectionKey::of_stream(transformed.as_ref().unwrap_or(&event.stream)))
    }

    async fn create(&self, _: &mut Db) -> Result<(), ProjectError> {
        Ok(())
    }

    async fn handle(
        &self,
        events: Vec<Handed>,
        hand: &Hand,
        db: &mut Db,
    ) -> Result<(), ProjectError> {
        for Handed { event, .. } in events {
            hand.take(&event);
            if let Some(reason) = event.damage() {
                return Err(ProjectError::new(DecodeError::unreadable(reason)));
            }
            self.handler.handle(event, db).await?;
        }
        Ok(())
    }
}
