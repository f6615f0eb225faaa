//! The part of a store that reads events.

use std::ops::Deref;
use std::sync::Arc;

use crate::pool::database::Database;
use crate::read::coalescer::Loads;
use crate::read::safe_position::KnownLog;
use crate::read::standby::LogReplica;

/// Reads of streams, of the log and of queries, in all clones of a store. A clone is one pointer.
#[derive(Clone)]
pub(crate) struct Reader(Arc<ReaderParts>);

/// The shared parts of a [`Reader`].
pub(crate) struct ReaderParts {
    pub(crate) database: Database,
    /// The end of the log, as last found by any of the clones.
    pub(crate) known_log: Arc<KnownLog>,
    /// The standby from which the log is read, if not from the primary.
    pub(crate) log_replica: Option<LogReplica>,
    /// Loads that are under way, and those that wait to go out together.
    pub(super) loads: Arc<Loads>,
    /// True if loads go out together.
    pub(super) coalesces: bool,
}

impl Deref for Reader {
    type Target = ReaderParts;

    fn deref(&self) -> &ReaderParts {
        &self.0
    }
}

impl Reader {
    pub(crate) fn new(
        database: Database,
        log_replica: Option<LogReplica>,
        coalesces: bool,
    ) -> Self {
        Self(Arc::new(ReaderParts {
            database,
            known_log: Arc::default(),
            log_replica,
            loads: Arc::new(Loads::new()),
            coalesces,
        }))
    }
}
