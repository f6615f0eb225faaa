//! Snapshots written beside the answers of a repository.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tracing::Instrument;

use crate::domain::aggregate::Aggregate;
use crate::store::event_store::EventStore;
use crate::store::snapshot::Snapshot;
use crate::store::spans;
use crate::stream::{Position, StreamId, Version};
use crate::write::snapshot_policy::SnapshotPolicy;

/// The number of snapshots that a repository writes at once. One more is not begun: the next
/// command that loads its stream finds it due again.
const AT_ONCE: usize = 4;

/// The number of streams of which a failure is remembered.
const FAILURES: usize = 1024;

/// Writes snapshots on tasks of their own. Clones share their bounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct SnapshotWriter {
    writing: Arc<Mutex<Writing>>,
}

#[derive(Debug, Default)]
struct Writing {
    under_way: HashSet<StreamId>,
    /// The version at which each stream's snapshot failed: a state that cannot be kept is not tried
    /// again at each command.
    failed: HashMap<StreamId, Version>,
}

impl SnapshotWriter {
    /// Begins to keep the state of a stream that has come to `version`, if it has passed a multiple
    /// since `last`: the version of its newest snapshot after a load, the one before the events after
    /// an append.
    ///
    /// Never waits, and does nothing outside of a runtime.
    pub(crate) fn keep_if_due<A: Aggregate, S: EventStore>(
        &self,
        store: &S,
        stream: &StreamId,
        state: &A,
        (version, position): (Version, Position),
        last: Version,
    ) {
        let Some(policy) = A::SNAPSHOTS.filter(|policy| policy.is_due(last, version)) else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let Some(turn) = self.begin(&policy, stream, version) else {
            return;
        };
        let (store, state) = (store.clone(), policy.copy(state));
        let write = async move {
            match write(&store, &turn.stream, &policy, &state, (version, position)).await {
                Ok(()) => turn.succeeded(),
                Err(error) => tracing::warn!(
                    target: "es",
                    {
                        es.stream.id = %turn.stream,
                        es.snapshot.version = version.0,
                        error = &*error as &dyn Error,
                    },
                    "no snapshot was written; the events of the stream are read as before"
                ),
            }
        };
        runtime.spawn(write.instrument(spans::save_snapshot(stream, version)));
    }

    /// The right to write a snapshot of `stream`.
    fn begin<A>(
        &self,
        policy: &SnapshotPolicy<A>,
        stream: &StreamId,
        version: Version,
    ) -> Option<Turn> {
        let mut writing = self.lock();
        let failed_since = |failed: &Version| !policy.is_due(*failed, version);
        if writing.under_way.len() >= AT_ONCE
            || writing.under_way.contains(stream)
            || writing.failed.get(stream).is_some_and(failed_since)
        {
            return None;
        }
        if writing.failed.len() >= FAILURES {
            writing.failed.clear();
        }
        // Until it has succeeded: a task that panics or is dropped has failed as well.
        writing.failed.insert(stream.clone(), version);
        writing.under_way.insert(stream.clone());
        Some(Turn { writer: self.clone(), stream: stream.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    policy: &SnapshotPolicy<A>,
    state: &A,
    (version, position): (Version, Position),
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let text = policy.encode(state)?;
    let snapshot = Snapshot::new(policy.shape(), version, position, text);
    store.save_snapshot(stream, snapshot, policy.kept()).await?;
    Ok(())
}

/// One snapshot under way; when it is dropped, the next one of its stream may begin.
struct Turn {
    writer: SnapshotWriter,
    stream: StreamId,
}

impl Turn {
    fn succeeded(&self) {
        self.writer.lock().failed.remove(&self.stream);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.writer.lock().under_way.remove(&self.stream);
    }
}
