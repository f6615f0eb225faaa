//! A new version is built beside the one that serves.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{Live, Projections, RunOptions, VersionState};
use es_core::{Actor, Reason, Rewrite, Transform, TransformStore};
use tokio::sync::Semaphore;

use super::fixture::*;

#[tokio::test]
async fn a_version_that_has_caught_up_takes_the_place_of_the_one_before() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 100).await;

    let _new = projections.run(Balances::<2>::default()).await.unwrap();
    until_state(&kept, 2, VersionState::Serving).await;
    deposit(&store, "a", 5).await;
    until_at(&kept, 2, 101).await;

    assert_eq!(version(&kept, 1).await.state, VersionState::Retired);
    assert_eq!(read(&kept)["a"], 15);
}

#[tokio::test]
async fn wrong_rows_are_refused_and_the_old_ones_come_along() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 100).await;

    // Half of the events are handled wrongly, by a release that was taken back.
    half_of_it(&projections, &kept, Balances::<2> { too_much: 1, ..Default::default() }).await;
    let _right = projections.run(Balances::<2>::default()).await.unwrap();
    until_state(&kept, 2, VersionState::Stopped).await;
    more(&store, 1).await;
    until_at(&kept, 1, 110).await;

    assert_eq!(version(&kept, 1).await.state, VersionState::Serving);
    assert_eq!(read(&kept), each_has(11));
    let why = version(&kept, 2).await.stopped.unwrap();
    assert!(why.starts_with("the rebuilt rows are wrong: of key `account/"), "{why}");
    assert!(why.contains("there is {") && why.contains(", and {"), "{why}");
    assert!(why.contains(":10} follows from its events"), "{why}");
}

#[tokio::test]
async fn keys_that_were_declared_are_compared_too() {
    let (store, kept) = (bank(10).await, Kept::new());
    deposit(&store, "anna", 3).await;
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1, true>::default()).await.unwrap();
    until_at(&kept, 1, 101).await;

    let _right = projections.run(Balances::<2, true>::default()).await.unwrap();
    until_state(&kept, 2, VersionState::Serving).await;
    half_of_it(&projections, &kept, Balances::<3, true> { too_much: 1, ..Default::default() })
        .await;
    let _rest = projections.run(Balances::<3, true>::default()).await.unwrap();
    until_state(&kept, 3, VersionState::Stopped).await;

    assert_eq!(version(&kept, 2).await.state, VersionState::Serving);
}

/// Runs a projection for the first fifty events.
async fn half_of_it<const V: u32, const BY_LETTER: bool>(
    projections: &Projections<MemoryStore, Kept>,
    kept: &Kept,
    projection: Balances<V, BY_LETTER>,
) {
    let gate = Arc::new(Semaphore::new(55));
    let projection = Balances { gate, ..projection };
    let options = slow().with_lease(Duration::from_millis(100));
    let running = projections.run_with(projection, options).await.unwrap();
    until_at(kept, V, 50).await;
    running.stop().await;
}

/// Small batches.
fn slow() -> RunOptions {
    RunOptions::default().with_batch(10)
}

#[tokio::test]
async fn what_the_projection_itself_finds_wrong_is_refused() {
    let (store, kept) = (bank(1).await, Kept::new());
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 10).await;

    let new = Balances::<2> { verdict: Some("the sum is off by one"), ..Default::default() };
    let _new = projections.run(new).await.unwrap();
    until_state(&kept, 2, VersionState::Stopped).await;

    let why = version(&kept, 2).await.stopped.unwrap();
    assert_eq!(
        why,
        "the rebuilt rows are wrong: the projection's own check fails: the sum is off by one"
    );
}

#[tokio::test]
async fn a_parked_key_is_not_compared() {
    let (store, kept) = (bank(2).await, Kept::new());
    deposit(&store, "a", 13).await;
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 21).await;

    let new = Balances::<2> { refused: 13, ..Default::default() };
    let _new = projections.run(new).await.unwrap();
    until_state(&kept, 2, VersionState::Serving).await;

    assert_eq!(read(&kept)["a"], 2);
    assert_eq!(projections.of::<Balances<2>>().parked().await.unwrap().len(), 1);
}

#[tokio::test]
async fn effects_are_had_once_over_a_rebuild() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 100).await;
    let _new = projections.run_with(Balances::<2>::default(), slow()).await.unwrap();
    more(&store, 20).await;
    until_state(&kept, 2, VersionState::Serving).await;
    more(&store, 10).await;
    until_at(&kept, 2, 400).await;

    let of = |version| kept.read_version(&id(version), |rows| rows.effects.clone()).unwrap();
    let mut sent = [of(1), of(2)].concat();
    sent.sort_unstable();
    assert_eq!(sent, (1..=400).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_rebuild_goes_on_where_it_was_broken_off() {
    let (store, kept) = (bank(10).await, Kept::new());
    let new = Balances::<2> { gate: Arc::new(Semaphore::new(55)), ..Default::default() };
    let (gate, handled) = (Arc::clone(&new.gate), Arc::clone(&new.handled));
    let projections_1 = projections(&store, &kept);
    let _old = projections_1.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 100).await;
    let options = slow().with_lease(Duration::from_millis(200));
    let crashing = projections_1.run_with(new.clone(), options).await.unwrap();
    until_at(&kept, 2, 50).await;
    drop(crashing);
    until(async || version(&kept, 2).await.slots.iter().all(|slot| slot.owner.is_none())).await;
    handled.lock().unwrap().clear();

    gate.add_permits(1_000_000);
    let again = Balances::<2> { handled: Arc::default(), ..new };
    let handled = Arc::clone(&again.handled);
    let _new = projections(&store, &kept).run(again).await.unwrap();
    until_at(&kept, 2, 100).await;

    // Later ones are those of the keys that were compared.
    let first: Vec<_> = handled.lock().unwrap().iter().copied().take(50).collect();
    assert_eq!(first, (51..=100).collect::<Vec<_>>());
    until_state(&kept, 2, VersionState::Serving).await;
    assert_eq!(read(&kept), each_has(10));
}

#[tokio::test]
async fn a_version_is_built_while_events_come() {
    let (store, kept) = (bank(50).await, Kept::new());
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 500).await;
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..100 {
                more(&store, 1).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    };

    let _new = projections.run_with(Balances::<2>::default(), slow()).await.unwrap();
    until_state(&kept, 2, VersionState::Serving).await;
    writer.await.unwrap();
    until_at(&kept, 2, 1500).await;

    let live = Live::new(store, Balances::<2>::default()).fold(Rows::default()).await.unwrap();
    assert_eq!(read(&kept), live.cents);
    assert_eq!(read(&kept), each_has(150));
}

/// Each node looks at rows that the other one goes on writing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_nodes_build_a_version_while_events_come() {
    let (store, kept) = (bank(20).await, Kept::new());
    let nodes = [projections(&store, &kept), projections(&store, &kept)];
    let options = slow().with_lease(Duration::from_millis(300)).with_sampled_keys(1000);
    let mut running = Vec::new();
    for node in &nodes {
        running.push(node.run_with(Balances::<1>::default(), options.clone()).await.unwrap());
    }
    until_at(&kept, 1, 200).await;
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..300 {
                more(&store, 1).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    };
    for node in &nodes {
        running.push(node.run_with(Balances::<2>::default(), options.clone()).await.unwrap());
    }

    until_state(&kept, 2, VersionState::Serving).await;
    writer.await.unwrap();
    until_at(&kept, 2, 3200).await;

    assert_eq!(read(&kept), each_has(320));
    assert_eq!(version(&kept, 1).await.state, VersionState::Retired);
}

/// The rows are as they were, and the events as they are: that is no difference.
#[tokio::test]
async fn a_key_that_another_node_goes_on_with_is_not_compared() {
    let (store, kept) = (bank(5).await, Kept::new());
    let projections_1 = projections(&store, &kept);
    let _old = projections_1.run(Balances::<1, true>::default()).await.unwrap();
    until_at(&kept, 1, 50).await;
    let lease = slow().with_batch(1).with_lease(Duration::from_millis(300));
    let meddling =
        Balances::<2, true> { meddles: Some((store.clone(), kept.clone())), ..Default::default() };

    let gate = Arc::new(Semaphore::new(0));
    let (here, there) = (gate_of(&meddling, &gate), gate_of(&meddling, &gate));
    let _here = projections_1.run_with(here, lease.clone()).await.unwrap();
    let _there = projections(&store, &kept).run_with(there, lease).await.unwrap();
    until(async || {
        // Slots change hands between two batches.
        gate.add_permits(1);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let slots = version(&kept, 2).await.slots;
        let owners: std::collections::HashSet<_> = slots.iter().map(|slot| slot.owner).collect();
        owners.len() == 2 && !owners.contains(&None)
    })
    .await;
    assert_eq!(version(&kept, 2).await.state, VersionState::Building);
    gate.add_permits(1_000_000);
    until(async || version(&kept, 2).await.state != VersionState::Building).await;

    assert_eq!(version(&kept, 2).await.stopped, None);
}

fn gate_of<const V: u32>(it: &Balances<V, true>, gate: &Arc<Semaphore>) -> Balances<V, true> {
    Balances { gate: Arc::clone(gate), ..it.clone() }
}

/// Of the old events and the copies, the rows have what is there now.
#[tokio::test]
async fn a_stream_that_is_transformed_while_a_version_is_built_is_no_difference() {
    let (store, kept) = (bank(20).await, Kept::new());
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 200).await;
    let gate = Arc::new(Semaphore::new(100));
    let new = Balances::<2> { gate: Arc::clone(&gate), ..Default::default() };
    let _new = projections.run_with(new, slow()).await.unwrap();
    until_at(&kept, 2, 100).await;

    let (mia, why) = (Actor::new("mia").unwrap(), Reason::new("half of it is wrong").unwrap());
    let mut nth = 0;
    let half = |_| {
        nth += 1;
        if nth % 2 == 0 { Rewrite::Keep } else { Rewrite::Drop }
    };
    let mut half = half;
    let transform = Transform::new(stream("a"), mia, why);
    store.transform(transform, |event| Ok::<_, Infallible>(half(event))).await.unwrap();
    gate.add_permits(1_000_000);
    until_state(&kept, 2, VersionState::Serving).await;
    // The record, and ten copies.
    until_at(&kept, 2, 211).await;

    let mut expected = each_has(20);
    expected.insert("a".to_owned(), 10);
    assert_eq!(read(&kept), expected);
}
