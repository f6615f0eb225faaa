//! The part of a store that waits for new events, and tells of them.

use std::sync::Arc;

use crate::pool::database::Database;
use crate::read::reader::Reader;
use crate::tail::notify::Notifications;
use crate::tail::poller::Growth;

/// The tail of the log, as the readers of a process wait for it.
#[derive(Clone)]
pub(crate) struct Tail {
    pub(crate) database: Database,
    pub(super) reader: Reader,
    /// The readers that wait for the log to grow.
    pub(super) growth: Arc<Growth>,
    /// The notifications to and from other processes.
    pub(super) notifications: Option<Arc<Notifications>>,
}

impl Tail {
    pub(crate) fn new(database: Database, reader: Reader) -> Self {
        Self { database, reader, growth: Arc::new(Growth::new()), notifications: None }
    }
}
