//! One command after another, with the ids of requests.

use es_core::prelude::*;
use es_core::{LifecycleRejection, RequestError, StoreErrorKind, Timestamp};

use super::{is_reused, request};
use crate::fixture::*;
use crate::gated::Gated;

async fn versions(store: &MemoryStore) -> Version {
    accounts(store).load(&ada()).await.unwrap().version
}

#[tokio::test]
async fn a_command_that_is_sent_again_is_answered_as_the_first_time() {
    let store = bank(10).await;
    let accounts = accounts(&store);
    let done = accounts.execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap();
    accounts.execute(deposit(ada(), 100)).await.unwrap();

    let again = accounts.execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap();

    assert!(again.again() && !done.again());
    assert_eq!((again.state, again.version), (done.state, done.version));
    assert_eq!(again.events, done.events);
    assert_eq!(versions(&store).await, Version(4), "one event of the request");
}

#[tokio::test]
async fn every_kind_of_repository_answers_once() {
    let kinds: [fn(MemoryStore) -> Repository<Account, MemoryStore>; 4] = [
        Repository::new,
        |store| Repository::new(store).with_cache(10),
        Repository::without_command_batching,
        |store| Repository::without_command_batching(store).with_cache(10),
    ];
    for kind in kinds {
        let accounts = kind(bank(10).await);
        let done = accounts.execute_once(&request("r1"), withdraw(ada(), 6)).await.unwrap();

        let again = accounts.execute_once(&request("r1"), withdraw(ada(), 6)).await.unwrap();

        assert_eq!((again.events, again.state.cents), (done.events, 4));
    }
}

#[tokio::test]
async fn a_refusal_is_the_first_one_though_the_state_has_changed() {
    let store = bank(10).await;
    let accounts = accounts(&store);
    let first = accounts.execute_once(&request("r1"), withdraw(ada(), 15)).await.unwrap_err();
    accounts.execute(deposit(ada(), 100)).await.unwrap();

    let again = accounts.execute_once(&request("r1"), withdraw(ada(), 15)).await.unwrap_err();

    let missing = |error| match error {
        ExecuteError::Rejected(AccountError::InsufficientFunds { missing }) => missing,
        other => panic!("another error: {other:?}"),
    };
    assert_eq!((missing(first), missing(again)), (5, 5));
    assert_eq!(versions(&store).await, Version(3));
}

#[tokio::test]
async fn a_missing_account_is_missing_when_it_is_there_by_now() {
    let accounts = accounts(&MemoryStore::new());
    let first = accounts.execute_once(&request("r1"), deposit(ada(), 1)).await.unwrap_err();
    accounts.execute(open(ada())).await.unwrap();

    let again = accounts.execute_once(&request("r1"), deposit(ada(), 1)).await.unwrap_err();

    assert_eq!(again.to_string(), first.to_string());
    assert!(matches!(again, ExecuteError::Lifecycle(LifecycleRejection::NotFound { .. })));
}

#[tokio::test]
async fn an_account_that_exists_already_is_told_at_the_version_of_then() {
    let accounts = accounts(&bank(10).await);
    accounts.execute_once(&request("r1"), open(ada())).await.unwrap_err();
    accounts.execute(deposit(ada(), 1)).await.unwrap();

    let again = accounts.execute_once(&request("r1"), open(ada())).await.unwrap_err();

    let ExecuteError::Lifecycle(LifecycleRejection::AlreadyExists { version, .. }) = again else {
        panic!("another error: {again:?}");
    };
    assert_eq!(version, Version(2));
}

#[tokio::test]
async fn a_command_that_changed_nothing_is_answered_at_its_version() {
    let accounts = accounts(&bank(10).await);
    accounts.execute_once(&request("r1"), deposit(ada(), 0)).await.unwrap();
    accounts.execute(deposit(ada(), 1)).await.unwrap();

    let again = accounts.execute_once(&request("r1"), deposit(ada(), 0)).await.unwrap();

    assert!(again.again() && again.events.is_empty());
    assert_eq!((again.version, again.state.cents), (Version(2), 10));
}

#[tokio::test]
async fn an_id_with_another_command_is_refused() {
    let store = bank(10).await;
    let accounts = accounts(&store);
    accounts.execute_once(&request("r1"), withdraw(ada(), 1)).await.unwrap();

    let another_amount = accounts.execute_once(&request("r1"), withdraw(ada(), 2)).await;
    let another_name = accounts.execute_once(&request("r1"), deposit(ada(), 1)).await;
    let another_account = accounts.execute_once(&request("r1"), withdraw(bob(), 1)).await;

    for refused in [another_amount, another_name, another_account] {
        let error = refused.unwrap_err();
        assert!(matches!(&error, ExecuteError::Request(error) if is_reused(error)), "{error:?}");
    }
    assert_eq!(versions(&store).await, Version(3));
}

#[tokio::test]
async fn another_id_is_another_request() {
    let accounts = accounts(&bank(10).await);
    accounts.execute_once(&request("r1"), withdraw(ada(), 1)).await.unwrap();

    let second = accounts.execute_once(&request("r2"), withdraw(ada(), 1)).await.unwrap();

    assert_eq!((second.again(), second.state.cents), (false, 8));
}

/// An id of the year 2025, for a store that remembers since 2026.
#[tokio::test]
async fn a_request_from_before_the_memory_is_refused() {
    let store = Gated::new(bank(10).await);
    let since: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    store.remember_since(since);
    let old = request("ada:0199e9e4-2f10-7b6c-8d11-3c5a7d1f20ab");

    let error = accounts(&store).execute_once(&old, withdraw(ada(), 1)).await.unwrap_err();

    let ExecuteError::Request(RequestError::TooOld { id, sent, since }) = error else {
        panic!("another error: {error:?}");
    };
    assert_eq!((id, sent.to_string()), (old, "2025-10-15T22:01:09.648Z".to_owned()));
    assert_eq!(since.to_string(), "2026-01-01T01:00:00Z", "an hour for clocks that are fast");
    assert_eq!(versions(&store.inner).await, Version(2), "nothing was executed");
}

#[tokio::test]
async fn an_id_without_an_instant_is_never_too_old() {
    let store = Gated::new(bank(10).await);
    store.remember_since(Timestamp::now());

    accounts(&store).execute_once(&request("r1"), withdraw(ada(), 1)).await.unwrap();

    assert_eq!(versions(&store.inner).await, Version(3));
}

#[tokio::test]
async fn a_store_without_a_memory_says_so_and_nothing_is_executed() {
    let store = Gated::new(bank(10).await);
    store.forget_requests();

    let error = accounts(&store).execute_once(&request("r1"), withdraw(ada(), 1)).await;

    let ExecuteError::Load(LoadError::Store(error)) = error.unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(error.kind(), StoreErrorKind::Unsupported);
    assert_eq!(versions(&store.inner).await, Version(2));
}
