//! A future that is kept and not polled holds nobody up, whatever it was about to do.

use std::time::Duration;

use es_core::projection::{
    Heartbeat, ParkedSelector, ProjectionBatch, Release, Scope, Slot, VersionState,
};
use es_core::{Position, ProjectionStore, Reason};
use tokio::time::timeout;

use super::probe::Probe;
use super::subjects::{Kept, Node, SHORT, come_to, id, key, name, registration};
use crate::contract::kept::{Call, PAUSES, polled};

/// A call is polled so often at most before it is kept.
const POLLS: usize = 4;

/// The longest time within which all others go on.
const PATIENCE: Duration = Duration::from_secs(10);

/// A version that does not serve.
const OTHER: u32 = 2;

/// A version that comes and goes.
const FLEETING: u32 = 3;

/// The first of those that begin to be built meanwhile.
const NEXT: u32 = 4;

/// Calls of every kind, kept at every point where they wait: other nodes are given slots, commit batches
/// and are told what they ask, while the calls are kept and after they are dropped.
pub async fn a_kept_call_holds_nobody_up<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    kept.start(OTHER).await;
    let mut calls = Vec::new();
    let mut new = NEXT;
    for polls in 1..=POLLS {
        for pause in PAUSES {
            for (what, call) in each_call(&kept.store, new) {
                calls.push(polled(polls, pause, call).await);
                goes_on(kept, new, what, polls).await;
            }
            new += 1;
        }
    }
    drop(calls);
    goes_on(kept, new, "no call", 0).await;
}

/// Nodes that stop at every point where a batch waits. They are in the way no longer than their lease.
pub async fn a_kept_batch_holds_nobody_up<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    kept.start(OTHER).await;
    let mut batches = Vec::new();
    for polls in 1..=3 * POLLS {
        let call = Box::pin(batch(kept.clone()));
        batches.push(polled(polls, PAUSES[polls % 2], call).await);
        goes_on(kept, OTHER, "a batch", polls).await;
    }
    drop(batches);
    goes_on(kept, OTHER, "no batch", 0).await;
}

/// All that a node does with a batch. With its lease the batch is over, and what comes then may fail.
async fn batch<S: ProjectionStore, P: Probe<S::Db>>(kept: Kept<S, P>) {
    let node = Node::of(1).with_lease(SHORT);
    let claims = kept.claim(&node, 1).await;
    let Ok(mut batch) = kept.store.begin(serving(&node)).await else {
        return;
    };
    for _ in 0..2 {
        drop(batch.savepoint().await);
        drop(batch.check().await);
        drop(batch.rollback_to().await);
    }
    if let Ok(Some(next)) = batch.commit_and_begin(come_to(0, &claims)).await {
        drop(next.commit(come_to(0, &claims)).await);
    }
    if let Ok(batch) = kept.store.begin(serving(&node)).await {
        drop(batch.rollback().await);
    }
}

/// Every call that the store offers, each on a clone of it, with a version that is `new`.
fn each_call<S: ProjectionStore>(store: &S, new: u32) -> Vec<(&'static str, Call)> {
    let call = |what, call: fn(S, u32) -> Call| (what, call(store.clone(), new));
    vec![
        call("a preparation", |store, new| {
            Box::pin(async move {
                drop(store.register(&registration(new)).await);
                drop(store.prepare(&id(new)).await);
            })
        }),
        call("a beat", |store, _| {
            Box::pin(async move {
                drop(store.heartbeat(node().holder(), &Heartbeat::default()).await);
            })
        }),
        call("a claim", |store, _| {
            Box::pin(async move { drop(store.claim(node().holder(), 5).await) })
        }),
        call("a release", |store, _| {
            Box::pin(async move {
                let all: Vec<_> = Slot::all().collect();
                drop(store.release(node().holder(), Release::Slots(&all)).await);
            })
        }),
        call("a node that leaves", |store, _| {
            Box::pin(async move { drop(store.deregister(node().holder()).await) })
        }),
        call("the beginning of a batch", |store, _| {
            Box::pin(async move {
                drop(store.begin(serving(&node())).await);
            })
        }),
        call("a look at what was dropped", |store, _| {
            Box::pin(async move { drop(store.dropped(&id(1), Position::START, 10).await) })
        }),
        call("the beginning of a change of versions", |store, _| {
            Box::pin(async move {
                drop(store.begin(Scope::Versions(&name())).await);
                drop(store.begin(Scope::Registry).await);
            })
        }),
        call("a look at what is due", |store, _| {
            Box::pin(async move {
                let all: Vec<_> = Slot::all().collect();
                drop(store.due(&id(1), &all, &[], 10).await);
            })
        }),
        call("a look at what is parked", |store, _| {
            Box::pin(async move {
                drop(store.parked(&id(1), &key("k"), Position::START, 10).await);
                drop(store.parked_keys(&id(1), None, 10).await);
            })
        }),
        call("a replay", |store, _| {
            Box::pin(async move { drop(store.replay(&id(1), &ParkedSelector::All).await) })
        }),
        call("a drop of what is parked", |store, _| {
            Box::pin(async move {
                let reason = Reason::new("nobody needs it").expect("a line of text");
                drop(store.drop_parked(&id(1), &key("k"), Position(1), &reason).await);
            })
        }),
        call("a stop", |store, _| {
            Box::pin(async move { drop(store.stop(&id(OTHER), Some("for a while")).await) })
        }),
        call("a look at the versions", |store, _| {
            Box::pin(async move {
                drop(store.versions(None).await);
                drop(store.visible(&name()).await);
                drop(store.limits(&id(OTHER)).await);
            })
        }),
        call("a swap", |store, _| Box::pin(async move { drop(store.swap(&id(1)).await) })),
        call("a reinstatement", |store, _| {
            Box::pin(async move { drop(store.reinstate(&id(1)).await) })
        }),
        call("a rebuild", |store, _| Box::pin(async move { drop(store.rebuild(&id(1)).await) })),
        call("a batch without tables", |store, _| {
            Box::pin(async move { drop(store.scratch(&id(1)).await) })
        }),
        call("a look at rows", |store, _| {
            Box::pin(async move {
                drop(store.rows(&id(1)).await);
                drop(store.counts(&id(1)).await);
            })
        }),
        call("a version that is dropped", |store, _| {
            Box::pin(async move {
                drop(store.register(&registration(FLEETING)).await);
                drop(store.drop_version(&id(FLEETING)).await);
            })
        }),
    ]
}

fn serving(node: &Node) -> Scope<'_> {
    Scope::Node { holder: node.holder(), state: VersionState::Serving }
}

/// A node that does not come back.
fn node() -> Node {
    Node::of(1).with_lease(SHORT)
}

/// Checks that others go on: another process with a version that is `new`, a node that works, and a
/// reader of the status.
async fn goes_on<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
    new: u32,
    what: &str,
    polls: usize,
) {
    let others = async {
        kept.start(new).await;
        let node = Node::of(1);
        kept.heartbeat(&node).await;
        // What is kept may take the slots once more, as a rebuild does.
        loop {
            let claims = kept.claim_all(&node).await;
            let done = kept.handle(&node, &[("a", 1)], come_to(0, &claims)).await;
            kept.store.deregister(node.holder()).await.expect("a node may leave");
            if done.is_ok() {
                break;
            }
        }
        kept.store.visible(&name()).await.expect("somebody may ask how far it has come");
        kept.rows_of(1).await;
        kept.read().await;
    };
    timeout(PATIENCE, others).await.unwrap_or_else(|_| {
        panic!("{what} that was polled {polls} times and kept holds others up")
    });
}
