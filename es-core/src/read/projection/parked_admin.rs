//! Administration of parked events.

use std::future::Future;

use super::{
    Dropped, Parked, ParkedKey, ParkedSelector, ProjectionHandle, ProjectionKey, ProjectionStore,
};
use crate::event::metadata::Reason;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The number of keys or events that one call to the store asks for.
const PAGE: u32 = 1000;

/// Lists, replays and drops parked events of a version, on any process. The node that holds the slots acts
/// on it: at once in this process, with the next heartbeat in another.
///
/// ```
/// use es_core::prelude::*;
/// use es_core::projection::{ParkedSelector, ProjectionStore, Projections};
/// use es_core::{Projection, Reason};
///
/// async fn look_after<X: Projection>(
///     projections: &Projections<impl EventStore, impl ProjectionStore>,
/// ) -> Result<(), Box<dyn std::error::Error>> {
///     let projection = projections.of::<X>();
///     for waiting in projection.parked().await? {
///         println!("{}: {} ({} behind it)", waiting.key, waiting.error, waiting.behind);
///         if waiting.error.contains("no such currency") {
///             let reason = Reason::new("a test account")?;
///             projection.drop_parked(&waiting.key, waiting.position, &reason).await?;
///         }
///     }
///     let keys = projection.replay(&ParkedSelector::All).await?;
///     println!("{keys} keys are tried again");
///     Ok(())
/// }
/// ```
impl<S: EventStore, P: ProjectionStore> ProjectionHandle<'_, S, P> {
    /// Returns all keys with parked events, in the order of their bytes.
    pub async fn parked(&self) -> Result<Vec<ParkedKey>, StoreError> {
        let (kept, id) = (&self.projections.kept, &self.id().await?);
        let page = |after: Option<ProjectionKey>| async move {
            kept.parked_keys(id, after.as_ref(), PAGE).await
        };
        read_all(page, |last| last.key.clone()).await
    }

    /// Returns all parked events of a key, in order; the first event is the one that failed.
    pub async fn parked_events(&self, key: &ProjectionKey) -> Result<Vec<Parked>, StoreError> {
        let (kept, id) = (&self.projections.kept, &self.id().await?);
        let page = |after: Option<Position>| kept.parked(id, key, after.unwrap_or_default(), PAGE);
        read_all(page, |last| last.event.position).await
    }

    /// Requests another try of the first events of these keys, as if for the first time, and then
    /// of the events behind them. Events are read anew, with the upcasts of today. Returns the
    /// number of keys.
    pub async fn replay(&self, keys: &ParkedSelector) -> Result<u64, StoreError> {
        let keys = self.projections.kept.replay(&self.id().await?, keys).await?;
        self.ask_to_look();
        Ok(keys)
    }

    /// Requests that the first event of a key, which stands at `position`, is dropped and those
    /// behind it are tried. The event stays in the log, and the reason can be
    /// [read](Self::dropped). Returns true if that is the first event.
    pub async fn drop_parked(
        &self,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        let id = self.id().await?;
        let is_first = self.projections.kept.drop_parked(&id, key, position, reason).await?;
        self.ask_to_look();
        Ok(is_first)
    }

    /// Returns the events that were dropped, in the order of the log, each with the reason, the error of its
    /// last try and the moment. They stay there when the version is built again. Proven by
    /// `projection_contract::parked::what_is_dropped_is_kept_with_its_reason`.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// use es_core::projection::{ProjectionStore, Projections};
    ///
    /// async fn list(
    ///     projections: &Projections<impl EventStore, impl ProjectionStore>,
    /// ) -> Result<(), Box<dyn std::error::Error>> {
    ///     for dropped in projections.named("balances")?.dropped().await? {
    ///         println!("{} at {}: {}", dropped.key, dropped.position, dropped.reason);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn dropped(&self) -> Result<Vec<Dropped>, StoreError> {
        let (kept, id) = (&self.projections.kept, &self.id().await?);
        let page = |after: Option<Position>| kept.dropped(id, after.unwrap_or_default(), PAGE);
        read_all(page, |last| last.position).await
    }
}

/// Reads page after page, each after the `place` of the last item of the one before, up to one that is not
/// full.
async fn read_all<T, C, F>(
    page: impl Fn(Option<C>) -> F,
    place: impl Fn(&T) -> C,
) -> Result<Vec<T>, StoreError>
where
    F: Future<Output = Result<Vec<T>, StoreError>>,
{
    let mut all = Vec::new();
    loop {
        let read = page(all.last().map(&place)).await?;
        let is_last = read.len() < PAGE as usize;
        all.extend(read);
        if is_last {
            return Ok(all);
        }
    }
}
