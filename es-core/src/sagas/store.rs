//! Store of sagas: the progress of those who drive them, and a row for each instance.

use std::future::Future;

use super::row::{SagaPhase, SagaRow, Waits};
use crate::process::StepName;
use crate::read::projection::{ProjectionBackend, ProjectionStore, Slot};
use crate::store::error::StoreError;
use crate::stream::{Category, StreamId, StreamKey};
use crate::timestamp::Timestamp;

/// The place that a batch of the store writes into.
pub type SagaDb<K> = <<K as SagaStore>::Progress as ProjectionBackend>::Db;

/// Keeps what the nodes that run sagas share: who holds which instances, and a row for each instance.
///
/// Nothing here is the truth about an instance: that is its stream, in the [`EventStore`](crate::EventStore). The
/// rows are written in the batches of a projection, in the order of the log, so they can be made again.
///
/// # Guarantees
///
/// - What is [saved](Self::save) in a batch is committed with it, or not at all; a store that keeps it nevertheless
///   keeps rows that are ahead, which is harmless, since events that a row shows already change nothing.
/// - A row never goes back: one of an earlier version than the one that is there is not saved.
/// - [`find`](Self::find) sees what was committed before the call, in the order that the [`SagaQuery`] names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not keep sagas",
    label = "not a store of sagas",
    note = "use `es_core::sagas::MemorySagas`, or `store.sagas()` of an `es_postgres::PgStore`"
)]
pub trait SagaStore: Clone + Send + Sync + 'static {
    /// The store of the slots, leases and checkpoints.
    type Progress: ProjectionStore;

    /// The store of the slots, leases and checkpoints.
    fn progress(&self) -> &Self::Progress;

    /// Returns the rows of these streams, within a batch.
    fn rows(
        &self,
        db: &mut SagaDb<Self>,
        streams: &[StreamId],
    ) -> impl Future<Output = Result<Vec<SagaRow>, StoreError>> + Send;

    /// Saves rows, within a batch: each in the place of the one that is there, unless that is of a later version.
    ///
    /// A node that was paused and has lost its slots may save what it knew, where the store does not refuse its batch.
    /// Proven by `saga_contract::rows::a_row_of_an_earlier_version_is_not_saved`.
    fn save(
        &self,
        db: &mut SagaDb<Self>,
        rows: &[SagaRow],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns up to `limit` rows.
    fn find(
        &self,
        query: &SagaQuery,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<SagaRow>, StoreError>> + Send;
}

/// A choice of rows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SagaQuery {
    /// Rows that need somebody to go on now, an attempt or its answer: in the order of their keys.
    Unattended {
        /// The saga.
        saga: Category,
        /// The slots.
        slots: Vec<Slot>,
        /// The key before the first one.
        after: Option<StreamKey>,
    },
    /// Rows that need attention at an instant up to `until`: in the order of the instants, then of
    /// the keys.
    Due {
        /// The saga.
        saga: Category,
        /// The slots.
        slots: Vec<Slot>,
        /// The last instant.
        until: Timestamp,
        /// The instant and the key before the first one.
        after: Option<(Timestamp, StreamKey)>,
    },
    /// Rows for a list, in the order of their keys.
    List(SagaFilter),
}

/// The rows of a list: all instances of a saga, or some of them.
///
/// ```
/// use es_core::Category;
/// use es_core::sagas::{SagaFilter, SagaPhase};
///
/// let asked = SagaFilter::new(Category::new("fulfilment")?).with_phase(SagaPhase::Intervention);
/// assert_eq!(asked.phase(), Some(SagaPhase::Intervention));
/// # Ok::<(), es_core::InvalidText>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SagaFilter {
    saga: Category,
    after: Option<StreamKey>,
    phase: Option<SagaPhase>,
    step: Option<StepName>,
    version: Option<u32>,
}

impl SagaFilter {
    /// All instances of a saga.
    #[must_use]
    pub fn new(saga: Category) -> Self {
        Self { saga, after: None, phase: None, step: None, version: None }
    }

    /// Begins after this key: the last one of the page before.
    #[must_use]
    pub fn with_after(mut self, after: StreamKey) -> Self {
        self.after = Some(after);
        self
    }

    /// Restricts it to a phase.
    #[must_use]
    pub fn with_phase(mut self, phase: SagaPhase) -> Self {
        self.phase = Some(phase);
        self
    }

    /// Restricts it to instances whose current step this is.
    #[must_use]
    pub fn with_step(mut self, step: StepName) -> Self {
        self.step = Some(step);
        self
    }

    /// Restricts it to instances that were started in this version of the saga.
    #[must_use]
    pub fn with_version(mut self, version: u32) -> Self {
        self.version = Some(version);
        self
    }

    /// The saga.
    #[must_use]
    pub fn saga(&self) -> &Category {
        &self.saga
    }

    /// The key before the first one.
    #[must_use]
    pub fn after(&self) -> Option<&StreamKey> {
        self.after.as_ref()
    }

    /// The phase.
    #[must_use]
    pub fn phase(&self) -> Option<SagaPhase> {
        self.phase
    }

    /// The current step.
    #[must_use]
    pub fn step(&self) -> Option<&StepName> {
        self.step.as_ref()
    }

    /// The version of the saga.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        self.version
    }

    /// True if the row is one of them.
    #[must_use]
    pub fn has(&self, row: &SagaRow) -> bool {
        row.stream.category() == &self.saga
            && self.after.as_ref().is_none_or(|after| row.stream.key().as_str() > after.as_str())
            && self.phase.is_none_or(|phase| row.phase == phase)
            && self.step.as_ref().is_none_or(|step| row.step.as_ref() == Some(step))
            && self.version.is_none_or(|version| row.saga_version == Some(version))
    }
}

impl SagaQuery {
    /// True if the row is one of those that are asked for.
    #[must_use]
    pub fn has(&self, row: &SagaRow) -> bool {
        let is_of = |saga: &Category, slots: &[Slot]| {
            row.stream.category() == saga && slots.contains(&row.slot())
        };
        match self {
            Self::Unattended { saga, slots, after } => {
                is_of(saga, slots)
                    && matches!(row.waits, Waits::Attempt { .. })
                    && after.as_ref().is_none_or(|it| row.stream.key().as_str() > it.as_str())
            }
            Self::Due { saga, slots, until, after } => {
                let place = |due| (due, row.stream.key().as_str());
                let is_after = |due| {
                    after
                        .as_ref()
                        .is_none_or(|(instant, key)| place(due) > (*instant, key.as_str()))
                };
                is_of(saga, slots)
                    && row.waits.due().is_some_and(|due| due <= *until && is_after(due))
            }
            Self::List(filter) => filter.has(row),
        }
    }
}
