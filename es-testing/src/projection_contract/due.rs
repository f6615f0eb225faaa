//! Due retries of parked events, the most overdue first.

use std::time::Duration;

use es_core::projection::{FailedAgain, Failure, Parked, ParkedSelector, Slot};
use es_core::{Position, ProjectionStore, Reason};
use tokio::time::Instant;

use super::probe::Probe;
use super::subjects::{Kept, LONG, Node, SHORT, behind, come_to, failed, first_of, id, key, until};

/// An event is due when its time has come; its nodes are told.
pub async fn an_event_is_due_when_its_time_has_come<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let before = Instant::now();
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, Some(SHORT)), behind("a", 3)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let (early, is_told) = (due(kept).await, kept.heartbeat(&node).await.is_due);
    let is_early = before.elapsed() < SHORT;
    assert!(early.is_empty() || !is_early, "it is not due before its time");
    assert!(!is_told || before.elapsed() >= SHORT, "nobody is told before its time");

    until("an event is due", async || !due(kept).await.is_empty()).await;
    let due = positions(&due(kept).await);
    assert_eq!(due, [1], "the first event of the key alone is due");
    assert!(kept.heartbeat(&node).await.is_due, "who holds the slot is told");
    assert!(!kept.heartbeat(&Node::of(1)).await.is_due, "who does not hold it is not");
}

/// A parked event that waits for somebody is never due by itself.
pub async fn what_waits_for_somebody_is_not_due<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, None), behind("a", 3), failed("b", 4, Some(LONG))];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    assert_eq!(positions(&due(kept).await), [0; 0], "nothing is due");
    assert!(!kept.heartbeat(&node).await.is_due, "nobody is told");
}

/// The events behind a parked event that is settled are due at once, one after another.
pub async fn what_comes_to_the_front_is_due<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, None), behind("a", 3), behind("a", 5)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let mut progress = come_to(9, &claims);
    progress.settled = vec![(key("a"), Position(1))];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    assert_eq!(positions(&due(kept).await), [3], "the next one is due");
    assert!(kept.heartbeat(&node).await.is_due, "who holds the slot is told");
}

/// The events of the slots that were asked for are answered, and no others, the most overdue first.
pub async fn the_most_overdue_of_the_slots_comes_first<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    let soon = Duration::from_millis;
    progress.parked =
        vec![failed("a", 1, Some(soon(40))), failed("b", 2, Some(soon(20))), failed("c", 3, None)];
    kept.handle(&node, &[], progress).await.expect("it is committed");
    until("two events are due", async || due(kept).await.len() == 2).await;

    let of = async |slots: &[Slot], limit| {
        positions(&kept.store.due(&id(1), slots, &[], limit).await.expect("a list"))
    };
    let slots: Vec<_> = ["a", "b", "c"].map(|text| Slot::of(&key(text))).into();
    assert_eq!(of(&slots, 10).await, [2, 1], "the most overdue first");
    assert_eq!(of(&slots, 1).await, [2], "no more than asked for");
    assert_eq!(of(&slots[..1], 10).await, [1], "of these slots alone");
}

/// A failure puts the next try off.
pub async fn another_failure_puts_it_off<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, Some(Duration::ZERO))];
    kept.handle(&node, &[], progress).await.expect("it is committed");
    until("an event is due", async || !due(kept).await.is_empty()).await;

    let mut progress = come_to(9, &claims);
    let failure = Failure::new("still wrong".into(), Some(LONG));
    progress.failed_again = vec![FailedAgain::new(&due(kept).await[0], failure)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    assert_eq!(positions(&due(kept).await), [0; 0], "it is to be tried much later");
}

/// A try that was under way when somebody asked for a replay, and fails after that, does not put it off.
pub async fn what_is_replayed_beside_a_try_stays_due<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, None), behind("a", 3)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    // The second time the event is replayed beside a try that a replay has begun.
    for nth in 1..=2 {
        let read = first_of(kept, "a").await;
        let replayed =
            kept.store.replay(&id(1), &ParkedSelector::All).await.expect("it can be replayed");
        assert_eq!(replayed, 1, "the key is replayed");
        let mut progress = come_to(9, &claims);
        let failure = Failure::new("a try that was begun before".into(), Some(LONG));
        progress.failed_again = vec![FailedAgain::new(&read, failure)];
        kept.handle(&node, &[], progress).await.expect("it is committed");

        let first = due(kept).await;
        assert_eq!(positions(&first), [1], "it stays due beside a try, replayed {nth} times");
        assert_eq!(first[0].attempts, 0, "all its tries are before it");
    }
}

/// One key, or all of them, are tried again when somebody asks for it, with all their tries before them.
pub async fn what_is_replayed_is_due<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![
        failed("a", 1, None),
        behind("a", 3),
        failed("b", 2, Some(LONG)),
        failed("c", 4, None),
    ];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let replay = async |keys| kept.store.replay(&id(1), &keys).await.expect("it can be replayed");
    assert_eq!(replay(ParkedSelector::One(key("nobody"))).await, 0, "no such key");
    assert_eq!(replay(ParkedSelector::One(key("a"))).await, 1, "one key");
    let one = due(kept).await;
    assert_eq!(positions(&one), [1], "the first event of the key is due");
    assert_eq!(one[0].attempts, 0, "all its tries are before it");
    assert_eq!(replay(ParkedSelector::All).await, 3, "all keys");
    let mut all = positions(&due(kept).await);
    all.sort_unstable();
    assert_eq!(all, [1, 2, 4], "the first event of each key is due");
}

/// The first event of a key can be dropped, with a reason, by who names its position. It is then due, so
/// that whoever holds the slot settles it, also where a try that was begun before fails after it.
pub async fn what_is_dropped_is_due_with_its_reason<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims);
    progress.parked = vec![failed("a", 1, None), behind("a", 3)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let reason = Reason::new("entered twice").expect("a line of text");
    let drop = async |of: &str, position| {
        let of = key(of);
        let answer = kept.store.drop_parked(&id(1), &of, Position(position), &reason).await;
        answer.expect("it can be dropped")
    };
    let read = first_of(kept, "a").await;
    assert!(!drop("a", 3).await, "only the first event of a key");
    assert!(!drop("b", 1).await, "no such key");
    assert_eq!(positions(&due(kept).await), [0; 0], "what is not dropped is not due");
    assert!(drop("a", 1).await, "it is the first one");
    let first = due(kept).await;
    assert_eq!(positions(&first), [1], "it is due");
    assert_eq!(first[0].dropped.as_deref(), Some("entered twice"), "with the reason");

    for retry_in in [None, Some(LONG)] {
        let mut progress = come_to(9, &claims);
        let failure = Failure::new("a try that was begun before".into(), retry_in);
        progress.failed_again = vec![FailedAgain::new(&read, failure)];
        kept.handle(&node, &[], progress).await.expect("it is committed");
        assert_eq!(positions(&due(kept).await), [1], "it stays due, whatever fails after that");
    }
}

/// Ten thousand keys are parked, listed, replayed and settled in a few calls each.
pub async fn ten_thousand_keys_take_a_few_calls<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    const KEYS: u64 = 10_000;

    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let text = |nth: u64| format!("key-{nth:05}");
    let mut progress = come_to(KEYS, &claims);
    progress.parked = (1..=KEYS).map(|nth| failed(&text(nth), nth, None)).collect();
    kept.handle(&node, &[], progress).await.expect("they are parked");

    let (all, limit) = (Slot::all().collect::<Vec<_>>(), u32::MAX);
    let again = kept.claim_again(&node, &all).await;
    assert_eq!(again.blocked.len() as u64, KEYS, "every key is blocked");
    let claims = again.slots;
    let listed = kept.store.parked_keys(&id(1), Some(&key(&text(9_900))), limit).await;
    assert_eq!(listed.expect("a list").len(), 100, "the last page");
    let replayed =
        kept.store.replay(&id(1), &ParkedSelector::All).await.expect("it can be replayed");
    assert_eq!(replayed, KEYS, "every key is replayed");
    let due = kept.store.due(&id(1), &all, &[], limit).await.expect("a list");
    assert_eq!(due.len() as u64, KEYS, "every key is due");
    let mut progress = come_to(KEYS, &claims);
    progress.settled = (1..=KEYS).map(|nth| (key(&text(nth)), Position(nth))).collect();
    kept.handle(&node, &[], progress).await.expect("they are settled");
    assert_eq!(kept.status(1).await.parked_keys, 0, "nothing is left");
}

async fn due<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) -> Vec<Parked> {
    let all: Vec<_> = Slot::all().collect();
    kept.store.due(&id(1), &all, &[], 100).await.expect("what is due can be asked for")
}

fn positions(parked: &[Parked]) -> Vec<u64> {
    parked.iter().map(|parked| parked.event.position.0).collect()
}
