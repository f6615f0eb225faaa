//! The part of a store that appends.

use std::ops::Deref;
use std::sync::Arc;

use es_core::{Append, AppendError, Appended};
use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::append::group::Group;
use crate::inline::Inline;
use crate::pool::database::Database;
use crate::requests::Requests;
use crate::retag::event_tags::Tags;
use crate::spans;
use crate::tail::follower::Tail;

/// Appends, in all clones of a store. A clone is one pointer.
#[derive(Clone)]
pub(crate) struct Appender(Arc<AppenderParts>);

/// The shared parts of an [`Appender`].
#[derive(Clone)]
pub(crate) struct AppenderParts {
    pub(crate) database: Database,
    /// The tail of the log, which is told of each append.
    pub(crate) tail: Tail,
    /// Places for appends that wait for a stream: half of the pool.
    pub(super) waiting: Arc<Semaphore>,
    /// The group commit of appends.
    pub(super) group: Arc<Group>,
    /// True if appends go out together.
    pub(super) batches: bool,
    /// The tags that stored events have.
    pub(crate) tags: Tags,
    /// The answers to requests.
    pub(crate) requests: Requests,
    /// The projections that are a part of every append.
    pub(crate) inline: Inline,
}

impl Deref for Appender {
    type Target = AppenderParts;

    fn deref(&self) -> &AppenderParts {
        &self.0
    }
}

impl Appender {
    pub(crate) fn new(
        database: Database,
        tail: Tail,
        tags: Tags,
        requests: Requests,
        batches: bool,
    ) -> Self {
        let size = database.connections.pool().options().get_max_connections();
        let half = usize::try_from(size / 2).unwrap_or(1).max(1);
        Self(Arc::new(AppenderParts {
            database,
            tail,
            waiting: Arc::new(Semaphore::new(half)),
            group: Arc::new(Group::new()),
            batches,
            tags,
            requests,
            inline: Inline::default(),
        }))
    }

    /// The same appends, with other projections as a part of each.
    pub(crate) fn with_inline(&self, inline: Inline) -> Self {
        Self(Arc::new(AppenderParts { inline, ..AppenderParts::clone(&self.0) }))
    }

    /// Appends, and tells those who wait for new events.
    pub(crate) async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let span = spans::append(&append);
        let appended = self.append_somehow(append).instrument(span.clone()).boxed().await?;
        if let Some(position) = appended.position() {
            span.record("es.global_position", position.0);
            self.tail.tell_growth(position);
        }
        Ok(appended)
    }

    /// The number of appends that wait for a batch, for monitoring.
    pub(crate) fn queued(&self) -> usize {
        self.group.queued()
    }
}
