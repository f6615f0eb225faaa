//! Running sagas, and looking at their instances.

use std::fmt;
use std::sync::Arc;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::driver::{Driver, Means};
use super::error::{InstanceError, RunSagaError};
use super::follower::Follower;
use super::inbox::Inbox;
use super::options::SagaOptions;
use super::performs::Performs;
use super::row::SagaRow;
use super::running::RunningSaga;
use super::store::{SagaFilter, SagaQuery, SagaStore};
use super::subject::Subject;
use crate::event::recorded::RecordedEvent;
use crate::process::{Instance, Saga};
use crate::read::projection::{
    OwnTransaction, ProjectionHandle, ProjectionId, ProjectionName, Projections,
};
use crate::store::cursor::Cursor;
use crate::store::dyn_event_store::DynEventStore;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::paging;
use crate::stream::{Category, StreamId, StreamKey, Version};
use crate::validated_text::InvalidText;
use crate::write::load::Moment;

/// The sagas of the log in `L`, whose rows and slots are kept in `K`: runs them, and tells how their instances are.
///
/// Started alike on several processes, they share the instances by themselves, and go on with those of a process that
/// is gone.
pub struct Sagas<L, K: SagaStore> {
    pub(super) log: L,
    pub(super) kept: K,
    projections: Projections<L, K::Progress>,
}

/// An instance that was read, and the version up to which it was.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LoadedSaga<S> {
    /// The instance: its state, its phase, the steps that were tried.
    pub instance: Instance<S>,
    /// The version of the last event in it; [`Version::NONE`] if there is no such instance.
    pub version: Version,
}

impl<S> LoadedSaga<S> {
    /// True if the instance was started.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.version > Version::NONE
    }
}

impl<L: EventStore, K: SagaStore> Sagas<L, K> {
    /// Creates the sagas of the log `log`, kept in `kept`.
    #[must_use]
    pub fn new(log: L, kept: K) -> Self {
        let projections = Projections::new(log.clone(), kept.progress().clone());
        Self { log, kept, projections }
    }

    /// Runs a saga in the background, with the default [`SagaOptions`]: its instances are started by the events that
    /// the definition lists, and `services` performs what they ask for.
    ///
    /// A saga that is new hears the events that are stored from now on, unless the options
    /// [say otherwise](SagaOptions::with_start). One that is known goes on where it was.
    ///
    /// # Errors
    ///
    /// If no instance could follow the plan, or the store is away. Once a saga runs it waits for its stores.
    pub fn run<S: Saga, V: Performs<S>>(
        &self,
        services: V,
    ) -> BoxFuture<'_, Result<RunningSaga, RunSagaError>> {
        self.run_with::<S, V>(services, SagaOptions::default())
    }

    /// Does the same as [`run`](Self::run), with options, which apply to this process only.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_with<S: Saga, V: Performs<S>>(
        &self,
        services: V,
        options: SagaOptions,
    ) -> BoxFuture<'_, Result<RunningSaga, RunSagaError>> {
        // Boxed, so that services that lack an activity are told of once: an opaque future would tell of it at each use.
        Box::pin(self.start::<S, V>(services, options))
    }

    async fn start<S: Saga, V: Performs<S>>(
        &self,
        services: V,
        options: SagaOptions,
    ) -> Result<RunningSaga, RunSagaError> {
        let (plan, saga) = (S::definition().plan()?, Category::new(S::NAME)?);
        let id = follower_of(&saga)?;
        let inbox = Arc::new(Inbox::default());
        let start = self.projections.start_of(&id, options.start()).await?;
        let (kept, told) = (self.kept.clone(), Arc::clone(&inbox));
        let follower = Follower::<S, K>::new(saga.clone(), id.clone(), &plan, start, kept, told)?;
        let slots = self.projections.start(OwnTransaction, follower, options.of_slots()).await?;
        let (stop, (ended, has_ended)) = (CancellationToken::new(), watch::channel(None));
        let erased = DynEventStore::new(self.log.clone());
        let means = Means { log: self.log.clone(), erased, plan, services };
        let driver = Driver::<S, _, _, _>::new(
            saga,
            means,
            self.kept.clone(),
            inbox,
            slots.held(),
            options,
            stop.clone(),
        );
        // The slots live here: if the driver panics they are handed over, and the reason is never told.
        tokio::spawn(async move {
            driver.run().await;
            ended.send_replace(Some(slots.shut_down().await));
        });
        Ok(RunningSaga::new(id, stop, has_ended))
    }

    /// Returns the handle on what follows the log for a saga, and keeps its rows: a projection, whose status, health
    /// and [parked](ProjectionHandle::parked) events are looked at as those of others.
    ///
    /// An event that starts an instance and cannot be read is parked there, and nobody else waits for it.
    ///
    /// # Errors
    ///
    /// If the name of the saga breaks the rule of names.
    pub fn follower<S: Saga>(&self) -> Result<ProjectionHandle<'_, L, K::Progress>, InvalidText> {
        Ok(self.projections.version(&follower_of(&Category::new(S::NAME)?)?))
    }

    /// Reads an instance: everything that is committed.
    ///
    /// # Errors
    ///
    /// If its events cannot be read or folded, or the store is away.
    pub async fn load<S: Saga>(&self, id: &S::Id) -> Result<LoadedSaga<S>, InstanceError> {
        self.load_while(id, |_| true).await
    }

    /// Reads an instance as it was at a version of its stream.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load), and if the stream has not reached that version.
    pub async fn load_at<S: Saga>(
        &self,
        id: &S::Id,
        version: Version,
    ) -> Result<LoadedSaga<S>, InstanceError> {
        let loaded = self.load_while::<S>(id, |event| event.version <= version).await?;
        if loaded.version < version {
            let (stream, asked) = (loaded.instance.stream().clone(), version);
            return Err(InstanceError::NoSuchVersion { stream, asked, actual: loaded.version });
        }
        Ok(loaded)
    }

    /// Reads an instance as it was at a moment of the past.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub async fn load_as_of<S: Saga>(
        &self,
        id: &S::Id,
        moment: impl Into<Moment>,
    ) -> Result<LoadedSaga<S>, InstanceError> {
        let moment = moment.into();
        let is_before = move |event: &RecordedEvent| match moment {
            Moment::Position(position) => event.position <= position,
            Moment::Instant(instant) => event.recorded_at <= instant,
        };
        self.load_while(id, is_before).await
    }

    async fn load_while<S: Saga>(
        &self,
        id: &S::Id,
        within: impl Fn(&RecordedEvent) -> bool + Send,
    ) -> Result<LoadedSaga<S>, InstanceError> {
        let subject = Subject::load_while(&self.log, &stream_of::<S>(id)?, within).await?;
        Ok(LoadedSaga { instance: subject.instance, version: subject.version })
    }

    /// The events of an instance, in their order, as they are stored. They are read with
    /// [`decode::<SagaEvent>`](RecordedEvent::decode).
    ///
    /// # Errors
    ///
    /// If the id prints what cannot be a stream key.
    pub fn history<S: Saga>(
        &self,
        id: &S::Id,
    ) -> Result<
        impl Stream<Item = Result<RecordedEvent, StoreError>> + Send + use<S, L, K>,
        InvalidText,
    > {
        Ok(paging::stream(self.log.clone(), stream_of::<S>(id)?, Cursor::START))
    }

    /// Lists instances, up to `limit` of them, in the order of their keys. The next page begins
    /// [after](SagaFilter::with_after) the last key of this one.
    ///
    /// The rows come a moment after the events; [`load`](Self::load) tells what is committed.
    ///
    /// # Errors
    ///
    /// If the store is away.
    pub async fn list(&self, filter: SagaFilter, limit: u32) -> Result<Vec<SagaRow>, StoreError> {
        self.kept.find(&SagaQuery::List(filter), limit).await
    }
}

/// The projection that follows the log for a saga.
fn follower_of(saga: &Category) -> Result<ProjectionId, InvalidText> {
    Ok(ProjectionId::new(ProjectionName::new(format!("saga.{saga}"))?, 1))
}

/// The stream of an instance.
pub(super) fn stream_of<S: Saga>(id: &S::Id) -> Result<StreamId, InvalidText> {
    Ok(StreamId::new(Category::new(S::NAME)?, StreamKey::new(id.to_string())?))
}

impl<L: Clone, K: SagaStore> Clone for Sagas<L, K> {
    fn clone(&self) -> Self {
        let (log, kept) = (self.log.clone(), self.kept.clone());
        Self { log, kept, projections: self.projections.clone() }
    }
}

impl<L, K: SagaStore> fmt::Debug for Sagas<L, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sagas").finish_non_exhaustive()
    }
}
