//! Nodes that claim at once.

use std::collections::BTreeSet;

use es_core::projection::ProjectionStore;
use es_postgres::sqlx;
use futures_util::future::join_all;

use super::support::{Node, prepared, version};
use crate::support::fixture;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_slot_is_given_twice_however_often_nodes_claim_at_once() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;

    for _ in 0..30 {
        let nodes: Vec<_> = (0..4).map(|_| Node::of(&kept, &id)).collect();
        let claims = join_all(nodes.iter().map(|node| node.claim(64))).await;
        let slots: Vec<_> = claims.iter().flatten().map(|claim| claim.slot).collect();
        let different: BTreeSet<_> = slots.iter().collect();
        assert_eq!(slots.len(), different.len());
        for node in &nodes {
            kept.deregister(node.holder()).await.unwrap();
        }
    }
}

/// However the slots are divided, everybody has their share in the end, without anybody in charge.
#[tokio::test(flavor = "multi_thread")]
async fn shares_come_out_even() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let nodes: Vec<_> = (0..3).map(|_| Node::of(&kept, &id)).collect();
    for node in &nodes {
        node.heartbeat().await;
    }

    let shares = join_all(nodes.iter().map(async |node| {
        let share = node.heartbeat().await.share();
        node.claim(share).await.len()
    }));
    let mut shares = shares.await;

    shares.sort_unstable();
    // A slot that somebody was just being given is passed over: whoever has less asks again.
    for node in &nodes {
        let reply = node.heartbeat().await;
        node.claim(reply.share() - reply.held.len()).await;
    }
    assert!(shares.iter().sum::<usize>() <= 64);
    let mut held = Vec::new();
    for node in &nodes {
        held.push(node.heartbeat().await.held.len());
    }
    held.sort_unstable();
    assert_eq!(held, [21, 21, 22]);
    assert_eq!(nodes[0].heartbeat().await.free, 0);
}

/// A version that is being retired gives its slots to nobody, also to those who looked before.
#[tokio::test(flavor = "multi_thread")]
async fn no_slot_is_given_of_a_version_that_is_just_retired() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let mut retiring = fixture.pool.begin().await.unwrap();
    sqlx::query("UPDATE es.projections SET state = 'retired'")
        .execute(&mut *retiring)
        .await
        .unwrap();
    let node = Node::of(&kept, &id);
    let claiming = tokio::spawn(async move { node.claim(64).await });

    fixture.until_waiting(1).await;
    retiring.commit().await.unwrap();

    assert!(claiming.await.unwrap().is_empty());
}
