//! Administration of parked events.

use super::{
    Dropped, Parked, ParkedKey, ParkedSelector, Projection, ProjectionId, ProjectionKey,
    ProjectionStore, Projections, VersionState,
};
use crate::event::metadata::Reason;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The number of keys or events that one call to the store asks for.
const PAGE: u32 = 1000;

/// Lists, replays and drops parked events, on any process. The node that holds the slots acts on
/// it: at once in this process, with the next heartbeat in another.
///
/// ```
/// use es_core::prelude::*;
/// use es_core::projection::{ParkedSelector, ProjectionStore, Projections};
/// use es_core::{Projection, Reason};
///
/// async fn look_after<X: Projection>(
///     projections: &Projections<impl EventStore, impl ProjectionStore>,
/// ) -> Result<(), Box<dyn std::error::Error>> {
///     for waiting in projections.parked::<X>().await? {
///         println!("{}: {} ({} behind it)", waiting.key, waiting.error, waiting.behind);
///         if waiting.error.contains("no such currency") {
///             let reason = Reason::new("a test account")?;
///             projections.drop_parked::<X>(&waiting.key, waiting.position, &reason).await?;
///         }
///     }
///     let keys = projections.replay::<X>(&ParkedSelector::All).await?;
///     println!("{keys} keys are tried again");
///     Ok(())
/// }
/// ```
impl<S: EventStore, P: ProjectionStore> Projections<S, P> {
    /// Returns all keys with parked events, in the order of their bytes.
    pub async fn parked<X: Projection>(&self) -> Result<Vec<ParkedKey>, StoreError> {
        self.parked_of(&ProjectionId::of::<X>()).await
    }

    /// Returns all parked events of a key, in order; the first event is the one that failed.
    pub async fn parked_events<X: Projection>(
        &self,
        key: &ProjectionKey,
    ) -> Result<Vec<Parked>, StoreError> {
        self.parked_events_of(&ProjectionId::of::<X>(), key).await
    }

    /// Requests another try of the first events of these keys, as if for the first time, and then
    /// of the events behind them. Events are read anew, with the upcasts of today. Returns the
    /// number of keys.
    pub async fn replay<X: Projection>(&self, keys: &ParkedSelector) -> Result<u64, StoreError> {
        self.replay_of(&ProjectionId::of::<X>(), keys).await
    }

    /// Requests that the first event of a key, which stands at `position`, is dropped and those
    /// behind it are tried. The event stays in the log, and the reason can be
    /// [read](Self::dropped). Returns true if that is the first event.
    pub async fn drop_parked<X: Projection>(
        &self,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        self.drop_parked_of(&ProjectionId::of::<X>(), key, position, reason).await
    }

    /// Returns the events that were dropped, in the order of the log, each with the reason, the error of its
    /// last try and the moment. They stay there when the version is built again. Proven by
    /// `projection_contract::parked::what_is_dropped_is_kept_with_its_reason`.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// use es_core::Projection;
    /// use es_core::projection::{ProjectionStore, Projections};
    ///
    /// async fn list<X: Projection>(
    ///     projections: &Projections<impl EventStore, impl ProjectionStore>,
    /// ) -> Result<(), Box<dyn std::error::Error>> {
    ///     for dropped in projections.dropped::<X>().await? {
    ///         println!("{} at {}: {}", dropped.key, dropped.position, dropped.reason);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn dropped<X: Projection>(&self) -> Result<Vec<Dropped>, StoreError> {
        self.dropped_of(&ProjectionId::of::<X>()).await
    }

    /// Lets a projection that stopped go on. The event that it stopped at stays parked.
    pub async fn resume<X: Projection>(&self) -> Result<(), StoreError> {
        self.resume_of(&ProjectionId::of::<X>()).await
    }

    /// Requests that the retired version `X` takes the place of the one that serves: the way back.
    ///
    /// It is built on from where it stopped, by the processes that run it, and takes over when it has come
    /// as far. Readers see the rows of the other version until then, and that one is retired and kept, so
    /// the way forward is the same call. Answers what the version does now.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// use es_core::Projection;
    /// use es_core::projection::{ProjectionStore, Projections, VersionState};
    ///
    /// async fn go_back<X: Projection>(
    ///     projections: &Projections<impl EventStore, impl ProjectionStore>,
    /// ) -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = projections.reinstate::<X>().await?;
    ///     assert_eq!(state, VersionState::Building);
    ///     Ok(())
    /// }
    /// ```
    pub async fn reinstate<X: Projection>(&self) -> Result<VersionState, StoreError> {
        self.reinstate_version(&ProjectionId::of::<X>()).await
    }

    /// Reinstates any version, like [`reinstate`](Self::reinstate).
    pub async fn reinstate_version(&self, id: &ProjectionId) -> Result<VersionState, StoreError> {
        let state = self.kept.reinstate(id).await?;
        self.ask_to_look(id);
        Ok(state)
    }

    /// Does the same as [`parked`](Self::parked), for any version or a durable subscription.
    pub async fn parked_of(&self, id: &ProjectionId) -> Result<Vec<ParkedKey>, StoreError> {
        let mut all: Vec<ParkedKey> = Vec::new();
        loop {
            let after = all.last().map(|last| &last.key);
            let page = self.kept.parked_keys(id, after, PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// Does the same as [`parked_events`](Self::parked_events), for any version.
    pub async fn parked_events_of(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
    ) -> Result<Vec<Parked>, StoreError> {
        let mut all: Vec<Parked> = Vec::new();
        loop {
            let after = all.last().map_or(Position::START, |last| last.event.position);
            let page = self.kept.parked(id, key, after, PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// Does the same as [`replay`](Self::replay), for any version.
    pub async fn replay_of(
        &self,
        id: &ProjectionId,
        keys: &ParkedSelector,
    ) -> Result<u64, StoreError> {
        let keys = self.kept.replay(id, keys).await?;
        self.ask_to_look(id);
        Ok(keys)
    }

    /// Does the same as [`drop_parked`](Self::drop_parked), for any version.
    pub async fn drop_parked_of(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        let is_first = self.kept.drop_parked(id, key, position, reason).await?;
        self.ask_to_look(id);
        Ok(is_first)
    }

    /// Does the same as [`dropped`](Self::dropped), for any version or a named subscription.
    pub async fn dropped_of(&self, id: &ProjectionId) -> Result<Vec<Dropped>, StoreError> {
        let mut all: Vec<Dropped> = Vec::new();
        loop {
            let after = all.last().map_or(Position::START, |last| last.position);
            let page = self.kept.dropped(id, after, PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// Does the same as [`resume`](Self::resume), for any version.
    pub async fn resume_of(&self, id: &ProjectionId) -> Result<(), StoreError> {
        self.kept.stop(id, None).await?;
        self.ask_to_look(id);
        Ok(())
    }

    /// Wakes the nodes in this process, so that they need not wait for the next heartbeat.
    pub(super) fn ask_to_look(&self, id: &ProjectionId) {
        self.followed.of(&id.name).asked.send_replace(());
    }
}
