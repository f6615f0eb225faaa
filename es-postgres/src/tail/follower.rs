//! The part of a store that waits for new events, and tells of them.

use std::ops::Deref;
use std::sync::Arc;

use crate::pool::database::Database;
use crate::read::reader::Reader;
use crate::tail::notify::Notifications;
use crate::tail::poller::Growth;

/// The tail of the log, as the readers of a process wait for it. A clone is one pointer.
#[derive(Clone)]
pub(crate) struct Tail(Arc<TailParts>);

/// The shared parts of a [`Tail`].
pub(crate) struct TailParts {
    pub(crate) database: Database,
    pub(super) reader: Reader,
    /// The readers that wait for the log to grow.
    pub(super) growth: Arc<Growth>,
    /// The notifications to and from other processes.
    pub(super) notifications: Option<Arc<Notifications>>,
}

impl Deref for Tail {
    type Target = TailParts;

    fn deref(&self) -> &TailParts {
        &self.0
    }
}

impl Tail {
    /// The tail of the log that `reader` reads, with notifications from and to other processes or without.
    pub(crate) fn new(database: Database, reader: Reader, notifies: bool) -> Self {
        let growth = Arc::new(Growth::new());
        let notifications = notifies.then(|| Arc::new(Notifications::of(&database, &growth)));
        Self(Arc::new(TailParts { database, reader, growth, notifications }))
    }
}
