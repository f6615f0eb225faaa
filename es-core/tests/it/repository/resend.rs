//! Commands while the store comes and goes. Time stands still and jumps where everybody waits.

use std::time::Duration;

use es_core::{StoreErrorKind, prelude::*};
use tokio::time::Instant;

use super::accounts;
use crate::fixture::*;
use crate::gated::Fault::{self, CallLost, Refused, ReplyLost};
use crate::gated::Gated;

/// Ada has ten cents, and the next appends fail like this.
async fn failing<const N: usize>(faults: [Fault; N]) -> Gated {
    let store = Gated::new(bank(10).await);
    store.appends.fail(faults);
    store
}

async fn cents(store: &Gated) -> i64 {
    accounts(&store.inner).load(&ada()).await.unwrap().state.cents
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_neither_a_failure_nor_a_second_event() {
    let store = failing([ReplyLost]).await;

    let done = accounts(&store).execute(deposit(ada(), 5)).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(3), 15));
    let history = accounts(&store.inner).load(&ada()).await.unwrap();
    assert_eq!((history.version, history.state.cents), (Version(3), 15));
    assert_eq!(done.position(), Some(history.position));
}

#[tokio::test(start_paused = true)]
async fn an_append_goes_out_again_as_it_was() {
    let store = failing([CallLost, ReplyLost, CallLost, ReplyLost]).await;

    let done = accounts(&store).execute(deposit(ada(), 5)).await.unwrap();

    let ids: Vec<_> = done.events.iter().map(|event| event.id).collect();
    assert_eq!(store.sent(), vec![ids; 5]);
    assert_eq!(store.reads.passed(), 1);
    assert_eq!(cents(&store).await, 15);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_faster_meanwhile_is_seen_and_the_command_decided_anew() {
    let store = failing([CallLost]).await;
    store.appends.close();

    let command = tokio::spawn({
        let accounts = accounts(&store);
        async move { accounts.execute(withdraw(ada(), 8)).await }
    });
    store.appends.until_waiting(1).await;
    accounts(&store.inner).execute(withdraw(ada(), 5)).await.unwrap();
    store.appends.open();
    let refused = command.await.unwrap().unwrap_err();

    let missing = match refused {
        ExecuteError::Rejected(AccountError::InsufficientFunds { missing }) => missing,
        other => panic!("another error: {other:?}"),
    };
    assert_eq!(missing, 3);
    assert_eq!(store.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_busy_is_asked_again() {
    let store = failing([Refused(StoreErrorKind::Contention)]).await;

    accounts(&store).execute(deposit(ada(), 5)).await.unwrap();

    assert_eq!(cents(&store).await, 15);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_no_moment_cures_is_told_at_once() {
    let store = failing([Refused(StoreErrorKind::NotMigrated)]).await;

    let error = accounts(&store).execute(deposit(ada(), 5)).await.unwrap_err();

    let ExecuteError::Append(AppendError::Store(error)) = error else {
        panic!("another error: {error:?}");
    };
    assert_eq!(error.kind(), StoreErrorKind::NotMigrated);
    assert_eq!(store.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stays_away_is_given_up_after_ten_seconds() {
    let store = failing([CallLost; 100]).await;
    let begun = Instant::now();

    let error = accounts(&store).execute(deposit(ada(), 5)).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Append(AppendError::Store(_))), "{error:?}");
    assert!(begun.elapsed() <= Duration::from_secs(10));
    assert!(begun.elapsed() > Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_state_that_could_not_be_read_is_read_again() {
    let store = failing([]).await;
    store.reads.fail([CallLost, Refused(StoreErrorKind::Contention)]);

    let done = accounts(&store).execute(deposit(ada(), 5)).await.unwrap();

    assert_eq!(done.state.cents, 15);
    assert_eq!(store.reads.passed(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_unit_of_work_whose_reply_is_lost_is_committed_once() {
    let store = failing([ReplyLost, CallLost]).await;

    let mut transfer = UnitOfWork::new(store.clone(), Metadata::default());
    transfer.execute(withdraw(ada(), 10)).await.unwrap();
    transfer.execute(deposit(bob(), 10)).await.unwrap();
    let committed = transfer.commit().await.unwrap();

    let versions: Vec<_> = committed.streams.iter().map(|part| part.version).collect();
    assert_eq!(versions, [Version(3), Version(2)]);
    assert_eq!(cents(&store).await, 0);
}
