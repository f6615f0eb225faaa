//! Store of sagas in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::row::SagaRow;
use super::store::{SagaQuery, SagaStore};
use crate::read::projection::MemoryProjections;
use crate::store::error::StoreError;
use crate::stream::StreamId;

/// Sagas in memory: every guarantee of [`SagaStore`] but survival.
///
/// Clones share their rows.
#[derive(Clone, Default)]
pub struct MemorySagas {
    progress: MemoryProjections<()>,
    /// By category and key, in the order of their bytes. Written when they are saved, and not when the batch is
    /// committed: a row that is ahead is harmless.
    rows: Arc<Mutex<BTreeMap<(String, String), SagaRow>>>,
}

impl MemorySagas {
    /// Creates a store without any instance.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), SagaRow>> {
        // Nothing panics between two changes of a row.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key_of(stream: &StreamId) -> (String, String) {
    (stream.category().to_string(), stream.key().to_string())
}

impl SagaStore for MemorySagas {
    type Progress = MemoryProjections<()>;

    fn progress(&self) -> &MemoryProjections<()> {
        &self.progress
    }

    async fn rows(&self, (): &mut (), streams: &[StreamId]) -> Result<Vec<SagaRow>, StoreError> {
        let rows = self.lock();
        Ok(streams.iter().filter_map(|stream| rows.get(&key_of(stream)).cloned()).collect())
    }

    async fn save(&self, (): &mut (), rows: &[SagaRow]) -> Result<(), StoreError> {
        let mut saved = self.lock();
        for row in rows {
            let key = key_of(&row.stream);
            if saved.get(&key).is_none_or(|before| before.version <= row.version) {
                saved.insert(key, row.clone());
            }
        }
        Ok(())
    }

    async fn find(&self, query: &SagaQuery, limit: u32) -> Result<Vec<SagaRow>, StoreError> {
        let rows = self.lock();
        let mut found: Vec<_> = rows.values().filter(|row| query.has(row)).cloned().collect();
        if let SagaQuery::Due { .. } = query {
            found.sort_by(|a, b| {
                let place = |row: &SagaRow| row.waits.due();
                let key = |row: &SagaRow| row.stream.key().to_string();
                place(a).cmp(&place(b)).then_with(|| key(a).cmp(&key(b)))
            });
        }
        found.truncate(limit as usize);
        Ok(found)
    }
}

impl fmt::Debug for MemorySagas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySagas").field("rows", &self.lock().len()).finish_non_exhaustive()
    }
}
