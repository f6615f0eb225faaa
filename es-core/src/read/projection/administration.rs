//! Changes of versions: the rules, carried out over a backend.

use std::future::Future;
use std::panic::resume_unwind;

use futures_util::FutureExt;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::scope::{Scope, VersionQuery};
use super::version::{self, ChangeError, Promotion, VersionChange, VersionPlan, VersionRow};
use super::{
    CommitError, Progress, ProjectionBackend, ProjectionBatch, ProjectionId, ProjectionName,
    RegisterError, Registration, Swap, VersionState, VersionStatus,
};
use crate::store::error::{StoreError, StoreErrorKind};

/// The outcome of `work`, which a task drives to its end, whether or not its caller polls: a batch that
/// holds locks must not wait for a caller who keeps it. Dropped, it ends at the next point where it waits,
/// as any future would.
pub(super) fn driven<T, E>(
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> impl Future<Output = Result<T, E>> + Send
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let work = work.boxed();
    async move {
        match AbortOnDropHandle::new(tokio::spawn(work.in_current_span())).await {
            Ok(outcome) => outcome,
            Err(stopped) => Err(match stopped.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(stopped) => StoreError::new(StoreErrorKind::Unavailable, stopped).into(),
            }),
        }
    }
}

/// Looks the version up first, without a lock, since it nearly always exists, and mostly is the one that is
/// read, for which a store has a short answer. The lock of all names is taken for a version that is not known,
/// and never for what may wait for its nodes.
pub(super) async fn register<B: ProjectionBackend>(
    backend: &B,
    registration: &Registration,
) -> Result<VersionState, RegisterError> {
    let known = known(backend, &registration.id).await?;
    register_as(backend, registration, known).await
}

/// Registers a version that was looked up already, and found to be `known`.
pub(super) async fn register_as<B: ProjectionBackend>(
    backend: &B,
    registration: &Registration,
    mut known: Option<VersionStatus>,
) -> Result<VersionState, RegisterError> {
    let id = &registration.id;
    loop {
        let scope = match &known {
            None => Scope::Registry,
            Some(known) => {
                registration.check_same(&known.keyed_by, known.incarnation)?;
                if registration.added_to(&known.types).is_none() {
                    return Ok(known.state);
                }
                Scope::Versions(&id.name)
            }
        };
        let rule = |rows: &[VersionRow]| -> Result<_, RegisterError> {
            // It may have come or gone since it was looked up.
            if rows.iter().any(|row| row.id == *id) != known.is_some() {
                return Ok(VersionPlan::new(None, Vec::new()));
            }
            let VersionPlan { changes, answer } = version::register(rows, registration)?;
            Ok(VersionPlan::new(Some(answer), changes))
        };
        if let Some(state) = carry_out(backend, scope, rule).await? {
            return Ok(state);
        }
        known = self::known(backend, id).await?;
    }
}

/// The status of a version; of the one that is read without what takes its time.
pub(super) async fn known<B: ProjectionBackend>(
    backend: &B,
    id: &ProjectionId,
) -> Result<Option<VersionStatus>, StoreError> {
    match among(backend, VersionQuery::Read(&id.name), id).await? {
        None => among(backend, VersionQuery::Named(&id.name), id).await,
        known => Ok(known),
    }
}

/// The status of a version, if it is among those that the query chooses.
pub(super) async fn among<B: ProjectionBackend>(
    backend: &B,
    query: VersionQuery<'_>,
    id: &ProjectionId,
) -> Result<Option<VersionStatus>, StoreError> {
    let versions = backend.read_versions(query).await?;
    Ok(versions.into_iter().find(|version| version.id == *id))
}

pub(super) async fn swap<B: ProjectionBackend>(
    backend: &B,
    id: &ProjectionId,
) -> Result<Swap, StoreError> {
    loop {
        let mut batch = backend.begin(Scope::Promotion(id)).await?;
        let swap = promote_within(&mut batch, id).await;
        if let Some(swap) = ended(batch, swap).await? {
            return Ok(swap);
        }
    }
}

/// Promotes a version within a batch on the versions of its name, by the rules of
/// [`swap`](super::ProjectionStore::swap): for the author of a store that builds and promotes a version in one
/// transaction. A batch of [`Scope::Promotion`] is one. The commit is the caller's.
///
/// # Errors
///
/// Those of the rule and of the batch, which is to be rolled back then.
pub async fn promote_within<T: ProjectionBatch>(
    batch: &mut T,
    id: &ProjectionId,
) -> Result<Swap, StoreError> {
    let mut revoked = Vec::new();
    loop {
        let rows = batch.versions().await?;
        match version::promote(&rows, id, &revoked)? {
            Promotion::Revoke(id) => {
                batch.apply(VersionChange::Revoke { id: id.clone() }).await?;
                revoked.push(id);
            }
            Promotion::Settle(changes, swap) => {
                for change in changes {
                    batch.apply(change).await?;
                }
                return Ok(swap);
            }
        }
    }
}

pub(super) async fn reinstate<B: ProjectionBackend>(
    backend: &B,
    id: &ProjectionId,
) -> Result<VersionState, StoreError> {
    carry_out(backend, Scope::Versions(&id.name), |rows| version::reinstate(rows, id)).await
}

pub(super) async fn remove<B: ProjectionBackend>(
    backend: &B,
    id: &ProjectionId,
) -> Result<bool, StoreError> {
    carry_out(backend, Scope::Versions(&id.name), |rows| version::remove(rows, id)).await
}

pub(super) async fn stop<B: ProjectionBackend>(
    backend: &B,
    id: &ProjectionId,
    why: Option<&str>,
) -> Result<(), StoreError> {
    carry_out(backend, Scope::Versions(&id.name), |rows| version::stop(rows, id, why)).await
}

/// Makes one change that needs no rule, and so takes no lock of versions.
pub(super) async fn change<B: ProjectionBackend>(
    backend: &B,
    name: &ProjectionName,
    change: VersionChange,
) -> Result<u64, StoreError> {
    loop {
        let mut batch = backend.begin(Scope::Versions(name)).await?;
        let changed = batch.apply(change.clone()).await.map_err(StoreError::from);
        if let Some(changed) = ended(batch, changed).await? {
            return Ok(changed);
        }
    }
}

/// Reads the rows under the lock of `scope`, asks the rule, and makes the changes that it asks for.
async fn carry_out<B, T, E>(
    backend: &B,
    scope: Scope<'_>,
    rule: impl Fn(&[VersionRow]) -> Result<VersionPlan<T>, E> + Send + Sync,
) -> Result<T, E>
where
    B: ProjectionBackend,
    T: Send,
    E: From<StoreError> + From<ChangeError> + Send,
{
    loop {
        let mut batch = backend.begin(scope).await?;
        let answer = planned(&mut batch, &rule).await;
        if let Some(answer) = ended(batch, answer).await? {
            return Ok(answer);
        }
    }
}

async fn planned<S, T, E>(
    batch: &mut S,
    rule: &(impl Fn(&[VersionRow]) -> Result<VersionPlan<T>, E> + Sync),
) -> Result<T, E>
where
    S: ProjectionBatch,
    T: Send,
    E: From<StoreError> + From<ChangeError> + Send,
{
    let rows = batch.versions().await?;
    let VersionPlan { changes, answer } = rule(&rows)?;
    for change in changes {
        batch.apply(change).await?;
    }
    Ok(answer)
}

/// Commits the batch if its work was done, and rolls it back otherwise. `None` if something else came in
/// between: it is to be done again.
async fn ended<S, T, E>(batch: S, outcome: Result<T, E>) -> Result<Option<T>, E>
where
    S: ProjectionBatch,
    T: Send,
    E: From<StoreError> + Send,
{
    match outcome {
        Ok(answer) => match batch.commit(Progress::default()).await {
            Ok(()) => Ok(Some(answer)),
            Err(CommitError::Lost) => Ok(None),
            Err(CommitError::Store(error)) => Err(error.into()),
        },
        Err(error) => {
            // Where that fails the batch is gone, and what was written with it.
            drop(batch.rollback().await);
            Err(error)
        }
    }
}
