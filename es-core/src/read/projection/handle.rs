//! Handle on one projection: its status, its versions, and the operations on them.

use std::fmt;

use super::scope::VersionQuery;
use super::version::never_run;
use super::{
    Health, Projection, ProjectionId, ProjectionName, ProjectionStatus, ProjectionStore,
    Projections, Thresholds, VersionState,
};
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::validated_text::InvalidText;

/// A handle on a projection or a named subscription, on any process, whether it runs there or not: its
/// status, its parked events, its versions, and the wait until it shows what was written.
///
/// ```
/// use std::time::Duration;
///
/// use es_core::prelude::*;
/// use es_core::projection::{ParkedSelector, ProjectionStore, Projections};
/// use es_core::{Projection, Token};
///
/// async fn use_of<Balances: Projection>(
///     projections: &Projections<impl EventStore, impl ProjectionStore>,
///     token: Token,
/// ) -> Result<(), Box<dyn std::error::Error>> {
///     // A service knows the type.
///     let balances = projections.of::<Balances>();
///     balances.wait_for(token, Duration::from_secs(2)).await?;
///
///     // An operator knows the name.
///     let balances = projections.named("balances")?;
///     balances.replay(&ParkedSelector::All).await?;
///     balances.with_version(1).drop_version().await?;
///     Ok(())
/// }
/// ```
///
/// # Versions
///
/// [`status`](Self::status), [`health`](Self::health) and [`wait_for`](Self::wait_for) concern the projection as
/// a whole. Parked events, and what stops or removes a version, concern one version: that of the type, or the
/// one given to [`with_version`](Self::with_version), or otherwise the one whose rows are read at the time of
/// the call. There is none of a name that nobody has run, and the operation is an error then. A version that is
/// not known is one as well, but for [`dropped`](Self::dropped), which tells of versions that are gone, and for
/// [`drop_version`](Self::drop_version), which answers that there was none. Proven by
/// `projection_contract::versions::a_version_that_nobody_has_run_is_an_error`.
///
/// A handle is cheap and made for each use: it borrows the [`Projections`] and holds a name.
///
/// Operations that need the handlers are methods of [`Projections`]: [`run`](Projections::run),
/// [`rebuild_in_place`](Projections::rebuild_in_place).
pub struct ProjectionHandle<'a, S, P> {
    pub(super) projections: &'a Projections<S, P>,
    pub(super) name: ProjectionName,
    /// `None` for the version that is read.
    version: Option<u32>,
}

impl<S: EventStore, P: ProjectionStore> Projections<S, P> {
    /// Returns the handle on the projection `X`, in its version.
    #[must_use]
    pub fn of<X: Projection>(&self) -> ProjectionHandle<'_, S, P> {
        let ProjectionId { name, version } = ProjectionId::of::<X>();
        ProjectionHandle { projections: self, name, version: Some(version) }
    }

    /// Returns the handle on a projection or a named subscription by its name, in the version that is read.
    ///
    /// # Errors
    ///
    /// If no projection can have that name. Whether a process has run one of that name is asked of the store by
    /// each operation: of a name that nobody has run, those on a version are an error, `health` has failed,
    /// `status` is empty, and `wait_for` answers [`WaitError::Unknown`](super::WaitError::Unknown).
    pub fn named(&self, name: &str) -> Result<ProjectionHandle<'_, S, P>, InvalidText> {
        let name = ProjectionName::new(name)?;
        Ok(ProjectionHandle { projections: self, name, version: None })
    }

    /// Returns the handle on a version, by the id that a status, a [finding](super::Finding) or a
    /// [`Running`](super::Running::id) names.
    #[must_use]
    pub fn version(&self, id: &ProjectionId) -> ProjectionHandle<'_, S, P> {
        let ProjectionId { name, version } = id.clone();
        ProjectionHandle { projections: self, name, version: Some(version) }
    }
}

impl<S: EventStore, P: ProjectionStore> ProjectionHandle<'_, S, P> {
    /// Selects a version, which may be one that no type of the program has any more.
    #[must_use]
    pub fn with_version(self, version: u32) -> Self {
        Self { version: Some(version), ..self }
    }

    /// Returns the name of the projection.
    #[must_use]
    pub fn name(&self) -> &ProjectionName {
        &self.name
    }

    /// Returns the version that the operations on one version concern, which for a bare name is the one that is
    /// read now.
    ///
    /// # Errors
    ///
    /// If no process has run a projection of that name.
    pub async fn id(&self) -> Result<ProjectionId, StoreError> {
        if let Some(version) = self.version {
            return Ok(ProjectionId::new(self.name.clone(), version));
        }
        let read = self.projections.kept.read_versions(VersionQuery::Read(&self.name)).await?;
        read.into_iter().next().map(|read| read.id).ok_or_else(|| never_run(&self.name))
    }

    /// Returns the status of all its versions: the position and lag of each slot, the nodes that run it,
    /// the parked events. Empty if no store knows it.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, StoreError> {
        self.projections.statuses(Some(&self.name)).await
    }

    /// Returns the answer to a health check of this projection alone, in all its versions. One that no process
    /// has run has [failed](Health::unknown).
    pub async fn health(&self, thresholds: &Thresholds) -> Result<Health, StoreError> {
        self.projections.health_of(Some(&self.name), thresholds).await
    }

    /// Stops the version on all nodes, for a reason that its status shows. Its events wait in the log
    /// until it is [resumed](Self::resume).
    ///
    /// Once it has returned, nothing is written to the rows: what a node had begun is rolled back, and is handled
    /// after the resume. Proven by `projection_contract::fence::what_was_begun_before_a_stop_is_lost`. The
    /// processes still run it, and need no restart; [`Running::stop`](super::Running::stop) ends the run of one
    /// process, and the others take over. What a handler does in another system is not rolled back: an event that is
    /// in hand may come through there, and is handled again after the resume.
    ///
    /// It concerns this version alone. A version that is built beside it goes on, and readers see the rows of that
    /// one once it has come as far: stop that one too where they must not. If this is the version that is built,
    /// and the one that is read was retired for it, that one serves again. Proven by
    /// `projection_contract::swap::the_old_version_goes_on_where_the_new_one_is_stopped`. A
    /// [rebuild in place](Projections::rebuild_in_place) that is called after the stop writes the rows, and one that
    /// was called before is finished before it, or not kept. Proven by
    /// `projection_contract::fence::a_rebuild_that_was_begun_before_a_stop_is_not_kept_after_it`.
    ///
    /// # Errors
    ///
    /// If no process has run it, and of kind [`Unsupported`](crate::StoreErrorKind::Unsupported) if it is inline, a
    /// part of every append: `PgStore::rebuild_inline` repairs its rows, and appends wait for it.
    pub async fn stop(&self, why: &str) -> Result<(), StoreError> {
        self.projections.kept.stop(&self.id().await?, Some(why)).await?;
        self.ask_to_look();
        Ok(())
    }

    /// Lets a version that stopped continue. The event that it stopped at stays parked.
    ///
    /// A bare name stands for the version that is read now. If another one was promoted since the stop, the one
    /// that stopped is resumed by its [number](Self::with_version).
    pub async fn resume(&self) -> Result<(), StoreError> {
        self.projections.kept.stop(&self.id().await?, None).await?;
        self.ask_to_look();
        Ok(())
    }

    /// Requests that the version, which is retired, takes the place of the one that serves: the way back.
    ///
    /// It is built on from where it stopped, by the processes that run it, and takes over when it has come
    /// as far. Readers see the rows of the other version until then, and that one is retired and kept, so
    /// the way forward is the same call. Answers what the version does now.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// use es_core::projection::{ProjectionStore, Projections, VersionState};
    ///
    /// async fn go_back(
    ///     projections: &Projections<impl EventStore, impl ProjectionStore>,
    /// ) -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = projections.named("balances")?.with_version(1).reinstate().await?;
    ///     assert_eq!(state, VersionState::Building);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ProjectionStore::reinstate`]; the version of a bare name is the one that is read, and mostly
    /// was not retired.
    pub async fn reinstate(&self) -> Result<VersionState, StoreError> {
        let state = self.projections.kept.reinstate(&self.id().await?).await?;
        self.ask_to_look();
        Ok(state)
    }

    /// Removes the version with its rows. Returns true if there was one.
    ///
    /// # Errors
    ///
    /// If its rows are read, or something depends on them: those of [`ProjectionStore::drop_version`].
    pub async fn drop_version(&self) -> Result<bool, StoreError> {
        let is_dropped = self.projections.kept.drop_version(&self.id().await?).await?;
        self.ask_to_look();
        Ok(is_dropped)
    }

    pub(super) fn ask_to_look(&self) {
        self.projections.ask_to_look(&self.name);
    }
}

impl<S, P> Clone for ProjectionHandle<'_, S, P> {
    fn clone(&self) -> Self {
        Self { projections: self.projections, name: self.name.clone(), version: self.version }
    }
}

impl<S, P> fmt::Debug for ProjectionHandle<'_, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectionHandle")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
