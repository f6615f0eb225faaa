//! What a subscription survives, and what ends it.

use es_core::prelude::*;
use es_core::{Incarnation, ResumeError, Selection, Start, StoreErrorKind, SubscriptionError};
use futures_util::StreamExt;

use super::support::{Altered, add_many, next, positions};

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_waited_for() {
    let store = Altered::new();
    add_many(&store, "account/a", 3).await;
    let away = [StoreErrorKind::Unavailable, StoreErrorKind::Contention].repeat(4);
    store.failures.lock().unwrap().extend(away);
    let mut events = store.subscribe(Selection::log(), Start::Beginning);

    assert_eq!(positions(&mut events, 3).await, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn what_no_moment_cures_is_the_last_item() {
    let store = Altered::new();
    store.failures.lock().unwrap().push_back(StoreErrorKind::NotMigrated);
    let mut events = store.subscribe(Selection::log(), Start::Beginning);

    let failed = next(&mut events).await;

    let Err(SubscriptionError::Store(failed)) = failed else { panic!("{failed:?}") };
    assert_eq!(failed.kind(), StoreErrorKind::NotMigrated);
    assert!(events.next().await.is_none(), "it is over");
}

/// What was read before it is handed out first.
#[tokio::test(start_paused = true)]
async fn a_log_that_is_replaced_meanwhile_ends_it() {
    let store = Altered::new();
    add_many(&store, "account/a", 600).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning);
    assert_eq!(positions(&mut events, 600).await.len(), 600);
    let kept = events.checkpoint().unwrap();

    *store.replaced.lock().unwrap() = Some(Incarnation::generate());
    add_many(&store, "account/a", 1).await;
    let refused = next(&mut events).await;

    assert!(matches!(
        refused,
        Err(SubscriptionError::Resume(ResumeError::OtherLog { checkpoint, .. })) if checkpoint == kept
    ));
    assert!(events.next().await.is_none(), "it is over");
}
