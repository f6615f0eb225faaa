//! Projections by their type and by their name.

use std::time::Duration;

use es_core::StoreError;
use es_core::projection::{HealthState, Thresholds, VersionState};

use super::fixture::*;
use super::versions::Doubled;

#[tokio::test]
async fn a_name_stands_for_the_version_that_is_read() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", [1, 2]).await;
    let old = ledgers.run_with(Ledger::failing_at([2]), brisk()).await.unwrap();
    let ledger = ledgers.named("ledger").unwrap();
    ledger.wait_for(token, LONG).await.unwrap();
    assert_eq!(ledger.parked().await.unwrap().len(), 1);

    let new = ledgers.run_with(Doubled, brisk()).await.unwrap();
    until("the new rows are read", || books(&kept).entries["ada"] == [2, 4]).await;

    assert_eq!(ledger.parked().await.unwrap(), []);
    assert_eq!(ledger.clone().with_version(1).parked().await.unwrap().len(), 1);
    assert_eq!(ledgers.of::<Ledger>().parked().await.unwrap().len(), 1);
    old.stop().await;
    new.stop().await;
}

#[tokio::test]
async fn one_that_is_stopped_says_why_and_waits_until_it_is_resumed() {
    let (store, kept, ledgers) = service();
    let running = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    let ledger = ledgers.named("ledger").unwrap();

    ledger.stop("its tables are repaired").await.unwrap();
    until("the node has heard of it", || running.state() == VersionState::Stopped).await;
    let token = enter(&store, "ada", [1]).await;

    let version = ledger.status().await.unwrap().remove(0).version;
    assert_eq!(version.stopped.as_deref(), Some("its tables are repaired"));
    assert_eq!(ledger.health(&Thresholds::default()).await.unwrap().state, HealthState::Failed);
    assert_eq!(books(&kept).total(), 0);
    ledger.resume().await.unwrap();
    ledger.wait_for(token, LONG).await.unwrap();
    assert_eq!(books(&kept).entries["ada"], [1]);
    running.stop().await;
}

/// The next heartbeat, which would tell it, comes after minutes.
#[tokio::test]
async fn a_node_of_this_process_hears_at_once_of_a_stop_and_of_its_end() {
    let (_, _, ledgers) = service();
    let slow = RunOptions::default().with_lease(Duration::from_secs(3600));
    let running = ledgers.run_with(Ledger::default(), slow).await.unwrap();
    let ledger = ledgers.named("ledger").unwrap();

    ledger.stop("its tables are repaired").await.unwrap();
    until("it is stopped", || running.state() == VersionState::Stopped).await;
    ledger.resume().await.unwrap();
    until("it goes on", || running.state() == VersionState::Serving).await;

    running.stop().await;
}

#[tokio::test]
async fn a_version_that_no_type_has_any_more_is_dropped_by_its_number() {
    let (store, kept, ledgers) = service();
    ledgers.run(Ledger::default()).await.unwrap().stop().await;
    enter(&store, "ada", [1]).await;
    let new = ledgers.run(Doubled).await.unwrap();
    until("the new rows are read", || books(&kept).entries.contains_key("ada")).await;
    let ledger = ledgers.named("ledger").unwrap();

    assert!(ledger.clone().with_version(1).drop_version().await.unwrap());

    assert!(!ledger.clone().with_version(1).drop_version().await.unwrap(), "there is none");
    let refused = ledger.drop_version().await.unwrap_err();
    assert_eq!(
        source(&refused),
        "`ledger v2` serves and cannot be dropped; select an older version by `with_version(n)`"
    );
    let refused = ledger.reinstate().await.unwrap_err();
    assert_eq!(
        source(&refused),
        "`ledger v2` serves; select an older version by `with_version(n)`"
    );
    let versions: Vec<_> =
        ledger.status().await.unwrap().into_iter().map(|it| it.version).collect();
    assert_eq!(versions.iter().map(|version| version.id.version).collect::<Vec<_>>(), [2]);
    new.stop().await;
}

#[tokio::test]
async fn a_version_is_found_by_the_id_that_its_status_names() {
    let (_, _, ledgers) = service();
    let running = ledgers.run(Ledger::default()).await.unwrap();
    let ledger = ledgers.named("ledger").unwrap();
    let id = ledger.status().await.unwrap().remove(0).version.id;

    ledgers.version(&id).stop("it is wrong").await.unwrap();

    assert_eq!(ledger.id().await.unwrap(), id);
    assert_eq!(ledgers.version(running.id()).id().await.unwrap(), id);
    assert_eq!(ledger.status().await.unwrap()[0].version.state, VersionState::Stopped);
    running.stop().await;
}

#[tokio::test]
async fn a_name_that_nobody_has_run_is_told() {
    let (_, _, ledgers) = service();
    let typo = ledgers.named("legder").unwrap();

    let told = typo.parked().await.unwrap_err();

    assert_eq!(source(&told), "no projection `legder` is known: check the name, or run it once");
    assert!(typo.stop("it is wrong").await.is_err());
    assert_eq!(typo.status().await.unwrap(), []);
    let health = typo.health(&Thresholds::default()).await.unwrap();
    assert_eq!(health.state, HealthState::Failed);
    assert_eq!(health.to_string(), "failed: `legder`: no process has run it");
    let by_type = ledgers.of::<Ledger>().health(&Thresholds::default()).await.unwrap();
    assert_eq!(by_type.to_string(), "failed: `ledger`: no process has run it");
    assert_eq!(ledgers.health(&Thresholds::default()).await.unwrap().state, HealthState::Ok);
    assert!(ledgers.named("no name").is_err(), "a name has no blanks");
}

#[tokio::test]
async fn one_waits_for_two_projections_at_once() {
    let (store, _, ledgers) = service();
    let ledger = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    let other = ledgers.run_with(Other, brisk()).await.unwrap();
    let token = enter(&store, "ada", [1]).await;

    let waited = tokio::try_join!(
        ledgers.of::<Ledger>().wait_for(token, LONG),
        ledgers.of::<Other>().wait_for(token, LONG),
    );

    waited.unwrap();
    ledger.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn the_health_of_one_is_silent_about_another() {
    let (store, _, ledgers) = service();
    let ledger = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    let other = ledgers.run_with(Other, brisk()).await.unwrap();
    let token = enter(&store, "ada", [1]).await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    ledgers.of::<Other>().stop("it is wrong").await.unwrap();

    let lenient = Thresholds::default().with_time(Duration::from_secs(600));
    let health = ledgers.of::<Ledger>().health(&lenient).await.unwrap();
    assert_eq!(health.state, HealthState::Ok, "{health}");
    assert_eq!(ledgers.health(&lenient).await.unwrap().state, HealthState::Failed);
    ledger.stop().await;
    other.stop().await;
}

fn source(error: &StoreError) -> String {
    std::error::Error::source(error).expect("it says why").to_string()
}

/// Another projection of the same events.
struct Other;

impl Projection for Other {
    const NAME: &'static str = "other";
    const VERSION: u32 = 1;
    type Event = LedgerEvent;
}

impl Projects<Books> for Other {
    async fn project(&self, _: Recorded<LedgerEvent>, _: &mut Books) -> Result<(), ProjectError> {
        Ok(())
    }
}

impl ReadModel<Books> for Other {}
