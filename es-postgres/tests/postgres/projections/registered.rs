//! A version that is registered with more names of events, beside what its registration waits for.

use std::time::Duration;

use es_core::EventName;
use es_core::projection::{
    Progress, ProjectionBatch, ProjectionStore, RegisterError, Registration, VersionState,
};
use es_postgres::PgProjections;
use es_postgres::sqlx::Executor;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::support::{TABLE, incarnation, named, prepare, version};
use crate::support::{Fixture, fixture};

/// The registration of a release that reads these events.
async fn reading(fixture: &Fixture, names: &[&str]) -> Registration {
    let mut registration = Registration::new(version(1), incarnation(&fixture.store).await);
    registration.types = names.iter().map(|name| EventName::new(*name).unwrap()).collect();
    registration
}

/// Registers a release that reads one more event, on a task.
async fn registering(
    fixture: &Fixture,
    kept: &PgProjections,
) -> JoinHandle<Result<VersionState, RegisterError>> {
    let more = reading(fixture, &["paid", "refunded"]).await;
    let kept = kept.clone();
    tokio::spawn(async move { kept.register(&more).await })
}

#[tokio::test(flavor = "multi_thread")]
async fn more_names_that_wait_for_a_rebuild_hold_up_no_other_projection() {
    let fixture = fixture().await;
    let kept = fixture.store.projections();
    kept.register(&reading(&fixture, &["paid"]).await).await.unwrap();
    prepare(&kept, &version(1)).await;
    let rebuild = kept.rebuild(&version(1)).await.unwrap();
    let waits = registering(&fixture, &kept).await;
    fixture.until_waiting(1).await;

    let other = Registration::new(named("others", 1), incarnation(&fixture.store).await);
    let registered = timeout(Duration::from_secs(20), kept.register(&other)).await;

    assert_eq!(registered.expect("it waits for nobody").unwrap(), VersionState::Serving);
    rebuild.rollback().await.unwrap();
    assert_eq!(waits.await.unwrap().unwrap(), VersionState::Serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_names_wait_for_the_tables_that_are_being_made() {
    let fixture = fixture().await;
    let kept = fixture.store.projections();
    kept.register(&reading(&fixture, &["paid"]).await).await.unwrap();
    let mut tables = kept.prepare(&version(1)).await.unwrap().expect("nobody has made them");
    tables.db().execute(TABLE).await.unwrap();
    let waits = registering(&fixture, &kept).await;
    fixture.until_waiting(1).await;

    tables.commit(Progress::default()).await.unwrap();

    assert_eq!(waits.await.unwrap().unwrap(), VersionState::Serving);
}
