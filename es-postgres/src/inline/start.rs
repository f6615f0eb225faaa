//! Registration of inline projections.

use es_core::projection::{Effects, RegisterError, Registration, VersionState};
use es_core::{Cursor, Position, ProjectError, ProjectionId, ReadModel, Selection, StoreError};
use sqlx::PgConnection;

use super::project;
use crate::pool::driven::driven;
use crate::projections::Alone;
use crate::store::PgStore;

/// The number of events in a page.
const PAGE: u32 = 500;

/// The error of a projection that cannot be inline, a part of every append.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InlineError {
    /// The projection is registered with a different declaration, for example as one in the
    /// background.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// A later version took its place.
    #[error("a later version than `{id}` serves; run that one")]
    Retired {
        /// The projection.
        id: ProjectionId,
    },
    /// Its tables could not be made.
    #[error("the tables of `{id}` could not be made")]
    Create {
        /// The projection.
        id: ProjectionId,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store failed, or a handler failed on an event that its error names.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PgStore {
    /// The same store with `projection` inside of every append: its rows are committed together
    /// with their events, or neither is. Once a command returns, its effect on the rows is visible.
    ///
    /// If it is new, its tables are made and filled from the log, in one transaction that keeps all
    /// appends waiting: a matter of seconds for some hundred thousand events. Effects of these
    /// events do not run. Effects of later appends are part of the append.
    ///
    /// # What it costs
    ///
    /// Each append takes a transaction and waits for its streams; it does not go out together with
    /// others. Two appends that write the same row of the read model wait for each other, and two
    /// that write the same two rows in different order deadlock: one of them is retried. Readers of
    /// the log wait for an append until its handlers are done.
    ///
    /// # Errors
    ///
    /// A handler that fails refuses the append, with a [`StoreError`] that names projection, event
    /// and stream. The same holds for a handler that panics, that breaks a deferred constraint, or
    /// that commits, which has no effect. It is not called a second time for the append.
    ///
    /// # All processes at once
    ///
    /// Events appended by a process without the projection are not in its rows. So all processes
    /// that append must have it, in the same version: appends of a process with an older version
    /// are refused once a later one serves, and after a process without it has appended,
    /// [`rebuild_inline`](Self::rebuild_inline) brings the rows up to date. For the same reason [a
    /// stream is transformed](es_core::TransformStore) by a store without inline projections, and
    /// the rows are rebuilt after it.
    ///
    /// The same projection cannot run in the background as well: to switch, change one line and the
    /// version.
    ///
    /// ```no_run
    /// # use es_core::prelude::*;
    /// # use es_postgres::{PgStore, sqlx::PgConnection};
    /// # async fn example<A: es_core::Aggregate + Clone, X: ReadModel<PgConnection>>(store: PgStore, balances: X) -> Result<(), Box<dyn std::error::Error>> {
    /// let store = store.inline(balances).await?;
    /// let accounts = Repository::<A, _>::new(store);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn inline<X: ReadModel<PgConnection>>(
        &self,
        projection: X,
    ) -> Result<Self, InlineError> {
        let store = self.clone();
        driven(async move { store.begin_inline(projection).await }).await
    }

    async fn begin_inline<X: ReadModel<PgConnection>>(
        &self,
        projection: X,
    ) -> Result<Self, InlineError> {
        let id = ProjectionId::of::<X>();
        let projections = self.projections();
        let mut session = self.database.session().await?;
        let end = self.reader.log_end(&mut session).await?;
        session.end().await?;
        let selection = Selection::log()
            .of_set::<X::Event>()
            .map_err(|why| StoreError::new(es_core::StoreErrorKind::Unsupported, why))?;
        let mut registration = Registration::new(id.clone(), end.incarnation);
        registration.types = selection.types().to_vec();
        registration.has_effects = X::HAS_EFFECTS;
        let state = projections.register_inline(&mut registration).await?;
        if state == VersionState::Retired {
            return Err(InlineError::Retired { id });
        }
        let alone = projections.begin_alone(&id).await?;
        if alone.is_built() {
            alone.rollback().await?;
        } else {
            self.build(&projection, alone, &id).await?;
        }
        let schema = projections.schema_read(&id);
        let mut store = self.clone();
        store.appender = self.appender.with_inline(self.appender.inline.and(projection, schema));
        Ok(store)
    }

    /// Builds the rows of an inline projection again, in one transaction: readers see the old rows
    /// until its end, and appends wait for it. Effects do not run again.
    pub async fn rebuild_inline<X: ReadModel<PgConnection>>(
        &self,
        projection: X,
    ) -> Result<(), InlineError> {
        let store = self.clone();
        driven(async move {
            let id = ProjectionId::of::<X>();
            let alone = store.projections().begin_alone(&id).await?;
            store.build(&projection, alone, &id).await
        })
        .await
    }

    async fn build<X: ReadModel<PgConnection>>(
        &self,
        projection: &X,
        mut alone: Alone,
        id: &ProjectionId,
    ) -> Result<(), InlineError> {
        match self.fill(projection, &mut alone, id).await {
            Ok(()) => Ok(alone.finish().await?),
            Err(error) => {
                alone.rollback().await?;
                Err(error)
            }
        }
    }

    async fn fill<X: ReadModel<PgConnection>>(
        &self,
        projection: &X,
        alone: &mut Alone,
        id: &ProjectionId,
    ) -> Result<(), InlineError> {
        let failed = |error: ProjectError| InlineError::Create {
            id: id.clone(),
            source: error.into_error(),
        };
        let is_built = alone.is_built();
        alone.clear().await?;
        if is_built {
            projection.reset(alone.db()).await.map_err(failed)?;
        } else {
            projection.create(alone.db()).await.map_err(failed)?;
        }
        let mut after = Position::START;
        loop {
            // Nobody appends meanwhile, so everything is there that will be.
            let cursor = Cursor::After(after);
            let page = self.reader.log_events(alone.db(), cursor, Position::MAX, PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            after = page.last().map_or(after, |last| last.position);
            // Events of an archive have copies.
            let page: Vec<_> =
                page.into_iter().filter(|event| !event.stream.is_archive()).collect();
            project(projection, id, &page, Effects::Skip, alone.db()).await?;
            if is_last {
                return Ok(());
            }
        }
    }
}
