//! Rows and progress are there together or not at all.

use std::time::Duration;

use es_core::Position;
use es_core::Reason;
use es_core::projection::{
    CommitError, Failure, NewParked, ParkedSelector, ProjectionBackend, ProjectionBatch,
    ProjectionStore, Release, Slot,
};
use es_postgres::sqlx::{self, Executor};

use super::support::{Node, at, behind, event, failed, key, prepared, see, slot, version};
use crate::support::{Fixture, fixture};

async fn times(fixture: &Fixture) -> i64 {
    fixture.number("SELECT coalesce(sum(times), 0)::bigint FROM totals.seen").await
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_checkpoints_are_committed_together() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let node = Node::of(&kept, &id);
    let claims = node.claim(64).await;

    node.seeing().await.commit(at(&claims, 7)).await.unwrap();

    assert_eq!(claims.len(), 64);
    assert_eq!(times(&fixture).await, 1);
    assert_eq!(kept.visible(&id.name).await.unwrap().unwrap().position, Position(7));
    assert!(kept.prepare(&id).await.unwrap().is_none());
}

/// Rows of the events after it would have gone elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_a_handler_has_left_with_another_search_path_keeps_nothing() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let node = Node::of(&kept, &id);
    let claims = node.claim(64).await;
    let mut batch = node.seeing().await;
    batch.db().execute("SET LOCAL search_path = public").await.unwrap();

    let refused = batch.commit(at(&claims, 7)).await.unwrap_err();

    let CommitError::Store(refused) = refused else {
        panic!("it is the handler's fault: {refused:?}")
    };
    assert!(!refused.is_transient(), "{refused:?}");
    assert_eq!(times(&fixture).await, 0);
    assert_eq!(kept.visible(&id.name).await.unwrap().unwrap().position, Position(0));
    fixture.every_session_writes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_a_slot_that_is_gone_keeps_nothing() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let (node, other) = (Node::of(&kept, &id), Node::of(&kept, &id));
    let claims = node.claim(64).await;
    let mut batch = node.seeing().await;
    let gone = [claims[5].slot];
    node.kept.release(node.holder(), Release::Slots(&gone)).await.unwrap();
    assert_eq!(other.claim(64).await.len(), 1);

    see(batch.db()).await;
    let lost = batch.commit(at(&claims, 7)).await.unwrap_err();

    assert!(matches!(lost, CommitError::Lost), "{lost:?}");
    assert_eq!(times(&fixture).await, 0);
    assert_eq!(kept.visible(&id.name).await.unwrap().unwrap().position, Position(0));
    // The others are its own still.
    let rest: Vec<_> = claims.into_iter().filter(|claim| claim.slot != gone[0]).collect();
    node.seeing().await.commit(at(&rest, 7)).await.unwrap();
    assert_eq!(times(&fixture).await, 1);
}

/// An event that is parked twice is parked once, and counts the tries of the first time.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_parked_already_stays_as_it_is() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let node = Node::of(&kept, &id);
    let claims = node.claim(64).await;
    let mut progress = at(&claims, 9);
    progress.parked = vec![failed("ada", 3, None)];
    node.begin().await.commit(progress).await.unwrap();

    let mut progress = at(&claims, 9);
    progress.parked = vec![behind("ada", 3), behind("ada", 4)];
    node.begin().await.commit(progress).await.unwrap();

    let parked = kept.parked(&id, &key("ada"), Position(0), 9).await.unwrap();
    let tries: Vec<_> = parked.iter().map(|of| (of.event.position.0, of.attempts)).collect();
    assert_eq!(tries, [(3, 1), (4, 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_since_the_mark_is_undone() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let node = Node::of(&kept, &id);
    let claims = node.claim(64).await;
    let mut batch = node.seeing().await;

    batch.savepoint().await.unwrap();
    see(batch.db()).await;
    batch.savepoint().await.unwrap();
    sqlx::query("SELECT 1 / 0").execute(batch.db()).await.unwrap_err();
    batch.rollback_to().await.unwrap();
    see(batch.db()).await;
    batch.rollback_to().await.unwrap();
    batch.commit(at(&claims, 1)).await.unwrap();

    assert_eq!(times(&fixture).await, 2);
}

/// What is first, what waits behind it, what is tried again, what is dropped: the way of a key.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_parked_in_order_until_all_of_it_is_settled() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let node = Node::of(&kept, &id);
    let mut claims = node.claim(64).await;
    let slots: Vec<_> = Slot::all().collect();
    let mut progress = at(&claims, 9);
    progress.parked = vec![failed("ada", 3, None), behind("ada", 5), behind("ada", 9)];
    progress.parked.push(failed("bob", 4, Some(Duration::ZERO)));
    node.begin().await.commit(progress).await.unwrap();

    let due = kept.due(&id, &slots, &[], 9).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].key.clone(), due[0].attempts, due[0].slot), (key("bob"), 1, slot("bob")));
    assert!(node.heartbeat().await.is_due);
    assert_eq!(node.claim_again(&mut claims, &slots).await.len(), 2);
    assert_eq!(node.claim_again(&mut claims, &[slot("ada")]).await, [key("ada")]);
    let keys = kept.parked_keys(&id, None, 9).await.unwrap();
    assert_eq!(keys.iter().map(|key| key.behind).collect::<Vec<_>>(), [2, 0]);
    let parked = kept.parked(&id, &key("ada"), Position(3), 9).await.unwrap();
    assert_eq!(parked.iter().map(|parked| parked.event.position.0).collect::<Vec<_>>(), [5, 9]);
    assert_eq!(parked[0].event.recorded_at.to_string(), "2026-11-21T12:00:00.25Z");

    // Replayed, done: the next one of the key is due by itself.
    assert_eq!(kept.replay(&id, &ParkedSelector::One(key("ada"))).await.unwrap(), 1);
    let mut progress = at(&claims, 9);
    progress.settled = vec![(key("ada"), Position(3)), (key("bob"), Position(4))];
    node.begin().await.commit(progress).await.unwrap();
    let due = kept.due(&id, &slots, &[], 9).await.unwrap();
    assert_eq!(due.iter().map(|due| due.event.position.0).collect::<Vec<_>>(), [5]);

    // Dropped, and with it the reason kept.
    let reason = Reason::new("a test").unwrap();
    assert!(!kept.drop_parked(&id, &key("ada"), Position(9), &reason).await.unwrap());
    assert!(kept.drop_parked(&id, &key("ada"), Position(5), &reason).await.unwrap());
    assert_eq!(kept.due(&id, &slots, &[], 9).await.unwrap()[0].dropped.as_deref(), Some("a test"));
    let mut progress = at(&claims, 9);
    progress.settled = vec![(key("ada"), Position(5)), (key("ada"), Position(9))];
    node.begin().await.commit(progress).await.unwrap();
    assert_eq!(fixture.number("SELECT count(*) FROM es.dropped WHERE reason = 'a test'").await, 1);
    assert!(node.claim_again(&mut claims, &slots).await.is_empty());
    assert!(!node.heartbeat().await.is_due);
}

/// A rebuild parks it anew, and somebody drops it anew.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_dropped_twice_keeps_its_first_reason() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let node = Node::of(&kept, &id);
    let claims = node.claim(64).await;

    for reason in ["entered twice", "again"] {
        let mut progress = at(&claims, 7);
        progress.parked = vec![failed("ada", 3, None)];
        node.begin().await.commit(progress).await.unwrap();
        let reason = Reason::new(reason).unwrap();
        assert!(kept.drop_parked(&id, &key("ada"), Position(3), &reason).await.unwrap());
        let mut progress = at(&claims, 7);
        progress.settled = vec![(key("ada"), Position(3))];
        node.begin().await.commit(progress).await.unwrap();
    }

    let dropped = "SELECT count(*) FROM es.dropped WHERE reason = 'entered twice'";
    assert_eq!(fixture.number(dropped).await, 1);
    assert_eq!(fixture.number("SELECT count(*) FROM es.dropped").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_with_what_no_text_holds_is_kept_without_it() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let node = Node::of(&kept, &id);
    let mut progress = at(&node.claim(64).await, 7);
    let failure = Failure::new("a zero\0 byte".into(), None);
    progress.parked = vec![NewParked::failed(slot("ada"), key("ada"), event("ada", 3), failure)];

    node.begin().await.commit(progress).await.unwrap();

    let parked = kept.parked(&id, &key("ada"), Position(0), 9).await.unwrap();
    assert_eq!(parked[0].error.as_deref(), Some("a zero byte"));
}
