//! Registration beside other processes.

use es_core::EventName;
use es_core::projection::{ProjectionStore, Registration, VersionState};
use uuid::Uuid;

use super::faulty::{FaultyKept, Weather};
use super::fixture::*;

/// Another process registers it between the look and the lock. What may wait for its nodes does not keep the lock of
/// all names.
#[tokio::test]
async fn a_version_that_came_meanwhile_is_changed_under_the_lock_of_its_name() {
    let weather = Weather::default();
    let kept = FaultyKept(Kept::new(), weather.clone());
    let id = es_core::ProjectionId::new(name(), 1);
    let mut release = Registration::new(id, Uuid::from_u128(5).into());
    release.types = vec![EventName::new("entry-made").unwrap()];
    kept.register(&release).await.unwrap();
    release.types.push(EventName::new("entry-undone").unwrap());
    weather.overlook_versions(2);

    let state = kept.register(&release).await.unwrap();

    assert_eq!(state, VersionState::Serving);
    assert_eq!(weather.locked(), ["all names", "all names", "one name"]);
    let version = kept.versions(None).await.unwrap().remove(0);
    assert_eq!(version.types.len(), 2, "{:?}", version.types);
}
