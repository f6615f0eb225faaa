//! States and events of the past.

use es_core::prelude::*;
use futures_util::TryStreamExt;

use super::accounts;
use crate::fixture::*;

/// Ada's account with 1, then 3, then 7 cents, and bob's events in between.
async fn past() -> (MemoryStore, Vec<Recorded<AccountEvent>>) {
    let store = MemoryStore::new();
    let accounts = accounts(&store);
    let mut events = accounts.execute(open(ada())).await.unwrap().events;
    for cents in [1, 2, 4] {
        let bobs = accounts.execute(open(format!("bob-{cents}"))).await;
        bobs.unwrap();
        let done = accounts.execute(deposit(ada(), cents)).await.unwrap();
        events.extend(done.events);
    }
    (store, events)
}

#[tokio::test]
async fn an_account_that_was_never_opened_is_at_no_version() {
    let loaded = accounts(&MemoryStore::new()).load(&ada()).await.unwrap();

    assert!(!loaded.exists());
    assert_eq!(loaded.version, Version::NONE);
    assert_eq!(loaded.position, Position::START);
    assert_eq!(loaded.state, Account::default());
}

#[tokio::test]
async fn the_state_now_is_at_the_last_version_and_position() {
    let (store, events) = past().await;

    let loaded = accounts(&store).load(&ada()).await.unwrap();

    assert!(loaded.exists());
    assert_eq!(loaded.state.cents, 7);
    assert_eq!(loaded.version, Version(4));
    assert_eq!(loaded.position, events[3].position);
}

#[tokio::test]
async fn the_state_at_a_version_includes_that_version() {
    let (store, events) = past().await;

    let loaded = accounts(&store).load_at(&ada(), Version(3)).await.unwrap();

    assert_eq!(loaded.state.cents, 3);
    assert_eq!(loaded.version, Version(3));
    assert_eq!(loaded.position, events[2].position);
}

#[tokio::test]
async fn version_zero_is_before_the_first_event() {
    let (store, _) = past().await;

    let loaded = accounts(&store).load_at(&ada(), Version::NONE).await;

    assert_eq!(loaded.unwrap().state, Account::default());
}

#[tokio::test]
async fn a_version_that_is_not_reached_yet_is_an_error() {
    let (store, _) = past().await;

    let error = accounts(&store).load_at(&ada(), Version(5)).await;

    assert_eq!(
        error.unwrap_err().to_string(),
        "stream `account/ada` is at version 4; there is no version 5 yet"
    );
}

#[tokio::test]
async fn the_state_as_of_a_position_includes_that_position() {
    let (store, events) = past().await;

    let at = accounts(&store).load_as_of(&ada(), events[2].position).await.unwrap();
    let before =
        accounts(&store).load_as_of(&ada(), Position(events[2].position.0 - 1)).await.unwrap();

    assert_eq!((at.state.cents, at.version), (3, Version(3)));
    assert_eq!((before.state.cents, before.version), (1, Version(2)));
}

#[tokio::test]
async fn the_state_as_of_an_instant_is_what_had_been_recorded_by_then() {
    let (store, events) = past().await;
    let accounts = accounts(&store);
    let first = events[0].recorded_at;

    let at_the_end = accounts.load_as_of(&ada(), events[3].recorded_at).await;
    let before_all =
        accounts.load_as_of(&ada(), Timestamp::from_unix_micros(first.unix_micros() - 1)).await;

    assert_eq!(at_the_end.unwrap().state.cents, 7);
    assert!(!before_all.unwrap().exists());
}

#[tokio::test]
async fn a_history_reads_upwards_from_a_version() {
    let (store, events) = past().await;

    let history = accounts(&store).history(&ada(), Cursor::After(Version(1)));

    let history: Vec<_> = history.unwrap().try_collect().await.unwrap();
    assert_eq!(history, events[1..]);
}

#[tokio::test]
async fn a_history_reads_downwards_from_the_end() {
    let (store, mut events) = past().await;

    let history = accounts(&store).history(&ada(), Cursor::END);

    let history: Vec<_> = history.unwrap().try_collect().await.unwrap();
    events.reverse();
    assert_eq!(history, events);
}
