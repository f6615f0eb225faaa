//! Two releases side by side: an event that a node is too old to read waits for a node that can.

use es_core::projection::{FailedAgain, Failure, Heartbeat, NewParked, Slot};
use es_core::{EventName, Position, ProjectionStore, SchemaVersion};

use super::probe::Probe;
use super::subjects::{Kept, Node, behind, come_to, event, first_of, id, key, registration};

fn unreadable(of: &str, position: u64) -> NewParked {
    let failure = Failure::unreadable("event `counted` has no version 1".into());
    NewParked::failed(Slot::of(&key(of)), key(of), event(position), failure)
}

fn counted() -> EventName {
    EventName::new("counted").expect("a name")
}

/// An event that a node is too old to read is parked without a try, and the status names it.
pub async fn an_event_that_is_too_new_counts_no_try<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(4, &claims);
    progress.parked = vec![unreadable("k", 3), behind("k", 4)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let keys = kept.store.parked_keys(&id(1), None, 10).await.expect("a list");
    let [first] = &keys[..] else { panic!("one key waits, but got {keys:?}") };
    let tries = (first.attempts, first.next_attempt, first.is_unreadable);
    assert_eq!(tries, (0, None, true), "it was not tried");
    let named = kept.status(1).await.unreadable;
    let [kind] = &named[..] else { panic!("one kind waits, but got {named:?}") };
    let kind = (&kind.event, kind.version, kind.keys);
    assert_eq!(kind, (&counted(), SchemaVersion(1), 1), "the status names it");

    let mut progress = come_to(4, &claims);
    let failure = Failure::new("it is wrong".into(), None);
    let read = first_of(kept, "k").await;
    progress.failed_again = vec![FailedAgain::new(&read, failure)];
    kept.handle(&node, &[], progress).await.expect("it is committed");
    let parked = kept.store.parked(&id(1), &key("k"), Position::START, 1).await.expect("a list");
    let tries = (parked[0].attempts, parked[0].is_unreadable);
    assert_eq!(tries, (1, false), "who can read it and fails has tried");
    assert_eq!(kept.status(1).await.unreadable, [], "and it waits for no node");
}

/// An unreadable event is due for each node that can read it, and not for those that cannot.
pub async fn it_is_due_for_who_can_read_it<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(4, &claims);
    progress.parked = vec![unreadable("k", 3), behind("k", 4)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let due = async |unreadable: &[(EventName, SchemaVersion)]| {
        let slots: Vec<_> = Slot::all().collect();
        let due = kept.store.due(&id(1), &slots, unreadable, 10).await.expect("a list");
        due.into_iter().map(|parked| parked.event.position.0).collect::<Vec<_>>()
    };
    assert_eq!(due(&[]).await, [3], "it is due for a node that can read it");
    let cannot = (counted(), SchemaVersion(1));
    assert_eq!(due(&[cannot]).await, [0; 0], "it is not due for a node that cannot");
    let other = (counted(), SchemaVersion(2));
    assert_eq!(due(&[other]).await, [3], "another version is another kind");

    let mut progress = come_to(4, &claims);
    let failure = Failure::unreadable("event `counted` has no version 1".into());
    let read = first_of(kept, "k").await;
    progress.failed_again = vec![FailedAgain::new(&read, failure)];
    kept.handle(&node, &[], progress).await.expect("it is committed");
    assert_eq!(due(&[]).await, [3], "it waits on, however many nodes could not read it");
}

/// Nodes that have met more that they cannot read leave the slots to the others, if there are any.
pub async fn nodes_that_read_less_leave_the_slots<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (old, new) = (Node::of(1), Node::of(1));
    let heartbeat_of = async |node: &Node, kinds| {
        let mut heartbeat = Heartbeat::default();
        heartbeat.unreadable = kinds;
        kept.store
            .heartbeat(node.holder(), &heartbeat)
            .await
            .expect("a node can say that it is alive")
    };

    assert_eq!(heartbeat_of(&old, 1).await.share(), 64, "a node alone has all slots");
    let (new_one, old_one) = (heartbeat_of(&new, 0).await, heartbeat_of(&old, 1).await);

    let shares = (new_one.share(), old_one.share());
    assert_eq!(shares, (64, 0), "the slots are those of the nodes that can read the most");
    assert_eq!((new_one.nodes, old_one.nodes), (2, 2), "all of them are alive");
    heartbeat_of(&new, 1).await;
    assert_eq!(
        (heartbeat_of(&old, 1).await.share(), heartbeat_of(&new, 1).await.share()),
        (32, 32),
        "both alike"
    );
}

/// A release that reads more takes the slots from all nodes, and the version is owed it from then on.
pub async fn a_name_that_is_added_is_owed<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    let name = |name: &'static str| EventName::new(name).expect("a name");
    let reading = |names: &[&'static str]| {
        let mut registration = registration(1);
        registration.types = names.iter().map(|each| name(each)).collect();
        registration
    };
    let register = async |names: &[&'static str]| {
        kept.store.register(&reading(names)).await.expect("it is registered");
        kept.status(1).await
    };
    register(&["a"]).await;
    kept.prepare(1).await;
    let (node, claims) = kept.runner(1).await;

    let status = register(&["a", "b"]).await;

    assert_eq!(status.types, [name("a"), name("b")], "both names are owed");
    assert!(status.slots.iter().all(|slot| slot.owner.is_none()), "nobody holds a slot");
    let late = kept.handle(&node, &[("a", 1)], come_to(4, &claims)).await;
    assert!(late.is_err(), "an older node commits nothing before it is told");
    let claims = kept.claim_all(&node).await;
    let status = register(&["a"]).await;
    assert_eq!(status.types, [name("a"), name("b")], "an older release takes nothing away");
    kept.handle(&node, &[("a", 1)], come_to(4, &claims)).await.expect("nor any slot");
}
