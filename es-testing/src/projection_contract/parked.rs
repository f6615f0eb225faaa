//! Parked events: kept in order, per key, until they are settled.

use es_core::projection::{FailedAgain, Failure, ProjectionBatch, Slot};
use es_core::{Position, ProjectionStore, Reason};

use super::probe::Probe;
use super::subjects::{Kept, LONG, behind, come_to, failed, first_of, id, key};

/// An event comes back byte for byte, with its error and its slot.
pub async fn what_is_parked_comes_back_as_it_was<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let (first, second) = (failed("k", 3, None), behind("k", 4));

    let mut progress = come_to(4, &claims);
    progress.parked = vec![first.clone(), second.clone()];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let parked = kept.store.parked(&id(1), &key("k"), Position::START, 10).await.expect("a list");
    let [one, two] = &parked[..] else { panic!("two events are parked, but got {parked:?}") };
    assert_eq!((&one.event, &two.event), (&first.event, &second.event), "the same events");
    assert_eq!((one.slot, &one.key), (first.slot, &first.key), "under their key and slot");
    let tries = (one.error.as_deref(), one.attempts, one.next_attempt);
    assert_eq!(tries, (Some("number 3 is wrong"), 1, None), "with its error");
    assert_eq!((two.error.as_deref(), two.attempts), (None, 0), "the second was not tried");
    assert_eq!((&one.dropped, &two.dropped), (&None, &None), "nobody wants them dropped");
}

/// Events of a key come in the order of the log, page by page, whenever they were parked.
pub async fn events_of_a_key_come_in_order<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(4, &claims);
    progress.parked = vec![failed("k", 2, None), failed("other", 3, None), behind("k", 4)];
    kept.handle(&node, &[], progress).await.expect("it is committed");
    let mut progress = come_to(12, &claims);
    progress.parked = vec![behind("k", 9), behind("k", 10), behind("k", 11)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let page = async |after, limit| {
        let page = kept.store.parked(&id(1), &key("k"), Position(after), limit).await;
        let page = page.expect("a list").into_iter();
        page.map(|parked| parked.event.position.0).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 3).await, [2, 4, 9], "the first page");
    assert_eq!(page(9, 3).await, [10, 11], "the page after it");
    assert_eq!(page(0, 0).await, Vec::<u64>::new(), "a limit of 0");
}

/// With the slots that a node claims it is told which keys in them are blocked.
pub async fn blocked_are_the_keys_of_the_slots<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, None), failed("b", 2, Some(LONG)), behind("a", 3)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let (of_a, of_b) = (Slot::of(&key("a")), Slot::of(&key("b")));
    assert_ne!(of_a, of_b, "the test needs keys of two slots");
    let blocked = async |slots: &[Slot]| {
        let mut keys = kept.claim_again(&node, slots).await.blocked;
        keys.sort();
        keys
    };
    assert_eq!(blocked(&[of_a]).await, [key("a")], "each key once, and of its slot");
    assert_eq!(blocked(&[of_b, of_a]).await, [key("a"), key("b")], "keys of several slots");
    assert_eq!(blocked(&[]).await, [], "no slots, no keys");
}

/// A settled event is gone from every list, and the events behind it stay.
pub async fn what_is_settled_is_gone<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, None), behind("a", 3), failed("b", 2, None)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let mut progress = come_to(9, &claims);
    progress.settled = vec![(key("a"), Position(1)), (key("b"), Position(2))];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let listed = kept.store.parked_keys(&id(1), None, 10).await.expect("a list");
    let listed: Vec<_> = listed.iter().map(|key| (key.key.as_str(), key.position.0)).collect();
    assert_eq!(listed, [("a", 3)], "the one behind it is the first one now");
    let all: Vec<_> = Slot::all().collect();
    let blocked = kept.claim_again(&node, &all).await.blocked;
    assert_eq!(blocked, [key("a")], "a key of which nothing is left is not blocked");
    let status = kept.status(1).await;
    assert_eq!((status.parked_keys, status.parked_events), (1, 1), "and it does not count");
}

/// Dropped events can be read, with the reason, the error of the last try and the moment. They stay
/// there when the version is built again.
pub async fn what_is_dropped_is_kept_with_its_reason<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let (first, done) = (failed("a", 1, None), failed("b", 2, None));
    let mut progress = come_to(9, &claims);
    progress.parked = vec![first.clone(), done, behind("a", 3)];
    kept.handle(&node, &[], progress).await.expect("it is committed");
    for (position, why) in [(1, "entered twice"), (3, "so was this")] {
        let reason = Reason::new(why).expect("a line of text");
        let dropped = kept.store.drop_parked(&id(1), &key("a"), Position(position), &reason).await;
        assert!(dropped.expect("it can be dropped"), "it is the first one of its key");
        let mut progress = come_to(9, &claims);
        progress.settled = vec![(key("a"), Position(position))];
        kept.handle(&node, &[], progress).await.expect("it is committed");
    }
    let mut progress = come_to(9, &claims);
    progress.settled = vec![(key("b"), Position(2))];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let page = async |after, limit| {
        kept.store.dropped(&id(1), Position(after), limit).await.expect("a list")
    };
    let all = page(0, 10).await;
    let told: Vec<_> = all.iter().map(|one| (one.position.0, one.reason.as_str())).collect();
    assert_eq!(told, [(1, "entered twice"), (3, "so was this")], "what was dropped, and why");
    let one = (&all[0].key, all[0].event, all[0].error.as_deref());
    assert_eq!(one, (&key("a"), first.event.id, Some("number 1 is wrong")), "what it was");
    assert!(all[0].at <= all[1].at, "with the moment");
    assert_eq!((page(0, 1).await, page(1, 1).await), (vec![all[0].clone()], vec![all[1].clone()]));

    let batch = kept.store.rebuild(&id(1)).await.expect("it can be built again");
    batch.commit(come_to(9, &claims)).await.expect("it is committed");
    assert_eq!(page(0, 10).await, all, "it stays when the version is built again");

    kept.start(2).await;
    let (node, claims) = kept.runner(2).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, None)];
    kept.handle(&node, &[], progress).await.expect("it is committed");
    let reason = Reason::new("entered twice").expect("a line of text");
    let dropped = kept.store.drop_parked(&id(2), &key("a"), Position(1), &reason).await;
    assert!(dropped.expect("it can be dropped"), "it is the first one of its key");
    let mut progress = come_to(9, &claims);
    progress.settled = vec![(key("a"), Position(1))];
    kept.handle(&node, &[], progress).await.expect("it is committed");
    assert!(kept.store.drop_version(&id(2)).await.expect("it does not serve"), "it was there");
    let left = kept.store.dropped(&id(2), Position::START, 10).await.expect("a list");
    let told: Vec<_> = left.iter().map(|one| (one.position.0, one.reason.as_str())).collect();
    assert_eq!(told, [(1, "entered twice")], "it stays when the version is removed");
}

/// A try that failed again is counted, with its error.
pub async fn another_failure_is_counted<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, Some(LONG))];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let mut progress = come_to(9, &claims);
    let failure = Failure::new("still wrong".into(), None);
    let read = first_of(kept, "a").await;
    progress.failed_again = vec![FailedAgain::new(&read, failure)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let parked = kept.store.parked(&id(1), &key("a"), Position::START, 10).await.expect("a list");
    let [one] = &parked[..] else { panic!("one event is parked, but got {parked:?}") };
    let tries = (one.error.as_deref(), one.attempts, one.next_attempt);
    assert_eq!(tries, (Some("still wrong"), 2, None), "the second failure");
}

/// Keys are listed by their bytes, page by page, with their first event and how many wait behind it.
pub async fn keys_are_listed_in_the_order_of_their_bytes<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let keys = ["Zoe", "ada", "ada b", "ada-b", "ada.b", "ádá", "bob"];
    let mut progress = come_to(99, &claims);
    for (nth, of) in keys.into_iter().rev().enumerate() {
        let position = 10 * (nth as u64 + 1);
        progress.parked.push(failed(of, position, None));
        progress.parked.push(behind(of, position + 1));
    }
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let page = async |after: Option<&str>, limit| {
        let after = after.map(key);
        let page = kept.store.parked_keys(&id(1), after.as_ref(), limit).await.expect("a list");
        page.into_iter().map(|listed| listed.key.to_string()).collect::<Vec<_>>()
    };
    let sorted = ["Zoe", "ada", "ada b", "ada-b", "ada.b", "bob", "ádá"];
    assert_eq!(page(None, 4).await, sorted[..4], "the first page");
    assert_eq!(page(Some("ada-b"), 10).await, sorted[4..], "the page after it");
    let listed = kept.store.parked_keys(&id(1), None, 1).await.expect("a list");
    let first = (listed[0].position, listed[0].error.as_str(), listed[0].behind);
    assert_eq!(first, (Position(70), "number 70 is wrong", 1), "the first event, and one behind");
    assert_eq!(listed[0].attempts, 1, "it was tried once");
}

/// The status of a version counts its parked events, in each slot and in all.
pub async fn what_is_parked_is_counted<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, None), behind("a", 3), failed("b", 2, None)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let status = kept.status(1).await;

    assert_eq!((status.parked_keys, status.parked_events), (2, 3), "two keys, three events");
    let of_a = usize::from(Slot::of(&key("a")).number());
    assert_eq!(status.slots[of_a].parked_keys, 1, "each key counts in its slot");
    let in_slots: u64 = status.slots.iter().map(|slot| slot.parked_keys).sum();
    assert_eq!(in_slots, 2, "and in no other");
}
