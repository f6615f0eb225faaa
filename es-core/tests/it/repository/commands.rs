//! What a repository does with commands, and what it remembers.

use es_core::{DecodeError, EventName, Payload, RawEvent, prelude::*};
use futures_util::TryStreamExt;

use super::accounts;
use crate::fixture::*;

#[tokio::test]
async fn a_command_answers_with_its_events_the_version_and_the_state() {
    let store = bank(10).await;

    let done = accounts(&store).execute(deposit(ada(), 5)).await.unwrap();

    assert_eq!(done.state.cents, 15);
    assert_eq!(done.version, Version(3));
    let [event] = done.events.as_slice() else {
        panic!("one event, not {:?}", done.events);
    };
    assert_eq!(event.event, Deposited { cents: 5 }.into());
    assert_eq!(event.version, Version(3));
    assert_eq!(done.position(), Some(event.position));
}

#[tokio::test]
async fn the_answered_events_are_the_stored_ones() {
    let store = bank(10).await;

    let done = accounts(&store).execute(deposit(ada(), 5)).await.unwrap();

    let stream = StreamId::of::<Account>(&ada()).unwrap();
    let stored: Vec<_> =
        store.read_stream(&stream, Cursor::After(Version(2))).try_collect().await.unwrap();
    let decoded: Vec<_> = stored.into_iter().flat_map(|raw| raw.decode().unwrap()).collect();
    assert_eq!(done.events, decoded);
}

#[tokio::test]
async fn a_command_that_changes_nothing_stores_nothing() {
    let store = bank(10).await;

    let done = accounts(&store).execute(deposit(ada(), 0)).await.unwrap();

    assert_eq!(done.version, Version(2));
    assert_eq!(done.events, []);
    assert_eq!(done.position(), None);
}

#[tokio::test]
async fn a_rejection_stores_nothing_and_hands_over_the_error() {
    let store = bank(10).await;

    let error = accounts(&store).execute(withdraw(ada(), 12)).await;

    let missing = match error.unwrap_err() {
        ExecuteError::Rejected(AccountError::InsufficientFunds { missing }) => missing,
        other => panic!("another error: {other:?}"),
    };
    assert_eq!(missing, 2);
    let loaded = accounts(&store).load(&ada()).await.unwrap();
    assert_eq!(loaded.version, Version(2));
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_not_found() {
    let error = accounts(&MemoryStore::new()).execute(deposit(ada(), 1)).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Lifecycle(LifecycleRejection::NotFound { .. })));
    assert_eq!(error.to_string(), "`Deposit` needs `account/ada`, which does not exist");
}

#[tokio::test]
async fn an_account_that_exists_is_not_created_again() {
    let store = bank(10).await;

    let error = accounts(&store).execute(open(ada())).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Lifecycle(LifecycleRejection::AlreadyExists { .. })));
    assert_eq!(
        error.to_string(),
        "`Open` creates `account/ada`, which exists already, at version 2"
    );
}

#[tokio::test]
async fn an_id_that_is_no_stream_key_is_an_error() {
    let error = accounts(&MemoryStore::new()).execute(open(String::new())).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Load(LoadError::Id(_))));
}

#[tokio::test]
async fn an_event_that_cannot_be_read_names_its_place() {
    let store = bank(10).await;
    let stream = StreamId::of::<Account>(&ada()).unwrap();
    let raw = RawEvent::new(
        EventName::new("account-renamed").unwrap(),
        SchemaVersion(1),
        Payload::parse("{}").unwrap(),
    );
    let new = NewEvent::new(raw, Metadata::default());
    let append = Append::to(stream.clone(), ExpectedVersion::Any, vec![new]).unwrap();
    store.append(append).await.unwrap();

    let error = accounts(&store).load(&ada()).await.unwrap_err();

    let LoadError::Decode(error) = error else {
        panic!("another error: {error:?}");
    };
    assert_eq!((error.stream.clone(), error.version), (stream, Version(3)));
    assert!(
        matches!(error.source, DecodeError::UnknownEvent { name } if name == "account-renamed")
    );
}
