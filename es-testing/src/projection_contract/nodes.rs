//! Heartbeats: the nodes of a version, as they are told of one another.

use es_core::projection::{Heartbeat, InHand, VersionState};
use es_core::{Position, ProjectionStore, Timestamp};

use super::probe::Probe;
use super::subjects::{Kept, Node, SHORT, id, incarnation, until};

/// Each of several nodes has a place of its own; their shares differ by one at most, and are all slots.
pub async fn shares_are_fair_and_add_up<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let nodes: Vec<_> = (0..5).map(|_| Node::of(1)).collect();
    for node in &nodes {
        kept.heartbeat(node).await;
    }

    let mut beats = Vec::new();
    for node in &nodes {
        beats.push(kept.heartbeat(node).await);
    }

    assert!(beats.iter().all(|reply| reply.nodes == 5), "all that are alive count");
    let mut ranks: Vec<_> = beats.iter().map(|reply| reply.rank).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, [0, 1, 2, 3, 4], "each node has its own place");
    let mut shares: Vec<_> = beats.iter().map(es_core::projection::HeartbeatReply::share).collect();
    shares.sort_unstable();
    assert_eq!(shares, [12, 13, 13, 13, 13], "shares are fair and add up to 64");
}

/// A node that is not heard of for its lease does not count.
pub async fn a_silent_node_does_not_count<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let other = Node::of(1);
    kept.heartbeat(&Node::of(1).with_lease(SHORT)).await;

    until("a silent node does not count", async || kept.heartbeat(&other).await.nodes == 1).await;

    assert_eq!(kept.heartbeat(&other).await.share(), 64, "all slots are the other one's");
    let listed = kept.status(1).await.nodes;
    assert_eq!(listed.len(), 1, "who is silent is not listed");
}

/// Nodes of one version are not nodes of another.
pub async fn each_version_has_nodes_of_its_own<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    kept.start(2).await;
    kept.heartbeat(&Node::of(1)).await;

    let reply = kept.heartbeat(&Node::of(2)).await;

    assert_eq!((reply.nodes, reply.free), (1, 64), "who runs another version does not count");
}

/// A heartbeat answers with the slots and epochs that the node holds, and how many are free.
pub async fn a_beat_tells_what_is_held_and_free<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let node = Node::of(1);
    let mut claims = kept.claim(&node, 10).await;
    claims.sort_by_key(|claim| claim.slot);

    let mut reply = kept.heartbeat(&node).await;

    reply.held.sort_unstable();
    let expected: Vec<_> = claims.iter().map(|claim| (claim.slot, claim.epoch)).collect();
    assert_eq!(reply.held, expected, "what is held is what was given");
    assert_eq!(reply.free, 54, "the others are free");
    let says = (reply.state, reply.incarnation);
    assert_eq!(says, (VersionState::Serving, incarnation()), "what it does, and of which log");
}

/// The facts that a node reports of itself are part of the version's status.
pub async fn a_pulse_is_shown<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let node = Node::of(1);

    let mut heartbeat = Heartbeat::default();
    (heartbeat.rate, heartbeat.error) = (12.5, Some("the handler is tired".into()));
    kept.store.heartbeat(node.holder(), &heartbeat).await.expect("a node can say that it is alive");

    let listed = kept.status(1).await.nodes;
    let [listed] = &listed[..] else { panic!("one node is listed, but got {listed:?}") };
    let shown = (listed.node, listed.rate.to_bits(), listed.error.as_deref());
    let told = (node.process, heartbeat.rate.to_bits(), Some("the handler is tired"));
    assert_eq!(shown, told, "what it told is shown");
}

/// The event that a node has in hand is shown, and is gone when the node has none.
pub async fn what_is_in_hand_is_shown<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let node = Node::of(1);
    let since = Timestamp::from_unix_micros(1_700_000_000_123_456);
    let hand = InHand::new(Position(7), "counted".into(), "contract/one".into(), since);

    let mut heartbeat = Heartbeat::default();
    heartbeat.in_hand = Some(hand.clone());
    kept.store.heartbeat(node.holder(), &heartbeat).await.expect("a node can say that it is alive");
    let shown = kept.status(1).await.nodes.pop().and_then(|node| node.in_hand);
    kept.heartbeat(&node).await;
    let after = kept.status(1).await.nodes.pop().and_then(|node| node.in_hand);

    assert_eq!(shown, Some(hand), "what is in hand is shown");
    assert_eq!(after, None, "what is in hand no more is gone");
}

/// A version that was stopped says so, with the reason, to its nodes and to who asks; and goes on.
pub async fn a_stopped_version_says_why_and_goes_on<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let node = Node::of(1);

    kept.store.stop(&id(1), Some("it was enough")).await.expect("a version can be stopped");

    assert_eq!(kept.heartbeat(&node).await.state, VersionState::Stopped, "its nodes are told");
    let status = kept.status(1).await;
    let shown = (status.state, status.stopped.as_deref());
    assert_eq!(shown, (VersionState::Stopped, Some("it was enough")), "the reason is shown");
    assert!(kept.claim(&node, 64).await.is_empty(), "nobody is given a slot of it");
    kept.store.stop(&id(1), None).await.expect("a version can go on");
    assert_eq!(kept.heartbeat(&node).await.state, VersionState::Serving, "it goes on as before");
    assert_eq!(kept.status(1).await.stopped, None, "there is no reason any more");
}
