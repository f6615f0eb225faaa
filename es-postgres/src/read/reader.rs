//! The part of a store that reads events.

use std::sync::Arc;

use crate::pool::database::Database;
use crate::read::coalescer::Loads;
use crate::read::safe_position::KnownLog;
use crate::read::standby::LogReplica;

/// Reads of streams, of the log and of queries, with what they share in all clones of a store.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) database: Database,
    /// The end of the log, as last found by any of the clones.
    pub(crate) known_log: Arc<KnownLog>,
    /// The standby from which the log is read, if not from the primary.
    pub(crate) log_replica: Option<Arc<LogReplica>>,
    /// Loads that are under way, and those that wait to go out together.
    pub(super) loads: Arc<Loads>,
    /// True if loads go out together.
    pub(super) coalesces: bool,
}

impl Reader {
    pub(crate) fn new(database: Database, coalesces: bool) -> Self {
        Self {
            database,
            known_log: Arc::default(),
            log_replica: None,
            loads: Arc::new(Loads::new()),
            coalesces,
        }
    }
}
