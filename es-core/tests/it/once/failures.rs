//! Requests whose answers are lost. Time stands still and jumps where everybody waits.

use es_core::{StoreErrorKind, prelude::*};

use super::request;
use crate::fixture::*;
use crate::gated::Fault::{self, CallLost, Outrun, Refused, ReplyLost};
use crate::gated::Gated;

async fn failing<const N: usize>(faults: [Fault; N]) -> Gated {
    let store = Gated::new(bank(10).await);
    store.appends.fail(faults);
    store
}

async fn version(store: &Gated) -> Version {
    accounts(&store.inner).load(&ada()).await.unwrap().version
}

#[tokio::test(start_paused = true)]
async fn an_append_whose_reply_is_lost_is_the_first_answer() {
    let store = failing([CallLost, ReplyLost, ReplyLost]).await;

    let done = accounts(&store).execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap();

    assert_eq!((done.again(), done.version), (false, Version(3)));
    assert_eq!(version(&store).await, Version(3));
}

/// All that the client hears is that the store is away.
#[tokio::test(start_paused = true)]
async fn an_answer_that_the_client_never_heard_is_told_when_it_asks_again() {
    let store = failing([ReplyLost; 100]).await;
    let accounts = accounts(&store);
    accounts.execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap_err();
    store.appends.heal();

    let again = accounts.execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap();

    assert!(again.again());
    assert_eq!((again.version, again.state.cents, again.events.len()), (Version(3), 6, 1));
    assert_eq!(version(&store).await, Version(3));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_whose_reply_is_lost_is_told_all_the_same() {
    let store = failing([]).await;
    store.requests.fail([CallLost, Refused(StoreErrorKind::Contention)]);
    store.answers.fail([ReplyLost, CallLost]);
    let accounts = accounts(&store);

    let first = accounts.execute_once(&request("r1"), withdraw(ada(), 15)).await.unwrap_err();
    accounts.execute(deposit(ada(), 100)).await.unwrap();
    let again = accounts.execute_once(&request("r1"), withdraw(ada(), 15)).await.unwrap_err();

    assert_eq!(first.to_string(), "5 cents are missing");
    assert_eq!(again.to_string(), first.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_store_is_no_answer() {
    let store = failing([Refused(StoreErrorKind::ReadOnly)]).await;
    let accounts = accounts(&store);
    accounts.execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap_err();

    let done = accounts.execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap();

    assert!(!done.again());
    assert_eq!(done.version, Version(3));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_retried_with_the_same_request() {
    let store = failing([Outrun, Outrun, Outrun]).await;
    let accounts = accounts(&store);
    let done = accounts.execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap();

    let again = accounts.execute_once(&request("r1"), withdraw(ada(), 4)).await.unwrap();

    assert_eq!((done.again(), again.again()), (false, true));
    assert_eq!(version(&store).await, Version(3));
}
