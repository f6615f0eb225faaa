//! A version that was built takes the place of the one that serves, in one moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use es_core::projection::{ProjectionBatch, Slot, Swap, VersionState};
use es_core::{Position, ProjectionStore};
use tokio::task::yield_now;

use super::probe::Probe;
use super::subjects::{Kept, SHORT, both, come_to, failed, id, registration, rows};

/// A version that has come as far takes over: readers see its rows, and the other one is retired. Its
/// slots are given anew, since with them a node learns which effects were had.
pub async fn a_version_that_has_come_as_far_takes_over<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let [_, (node, claims)] = both(kept, 5, 5).await;

    assert_eq!(swap(kept).await, Swap::Done, "it has come as far");

    assert_eq!(kept.read().await, rows(&[("new", 1)]), "readers see the new rows");
    let states = (kept.status(1).await.state, kept.status(2).await.state);
    assert_eq!(states, (VersionState::Retired, VersionState::Serving), "it serves");
    assert_eq!(swap(kept).await, Swap::Done, "a swap that is done is done");
    let before = kept.handle(&node, &[("new", 1)], come_to(6, &claims)).await;
    assert!(before.is_err(), "what was claimed before the swap is gone");
    let claims = kept.claim_all(&node).await;
    kept.handle(&node, &[("new", 1)], come_to(6, &claims)).await.expect("it goes on");
    assert_eq!(kept.read().await, rows(&[("new", 2)]), "readers see what it adds");
}

/// A version that is behind in one slot does not take over yet. The other one adds nothing any more, so
/// it will; and it is read until then.
pub async fn a_version_that_is_behind_comes_as_far_first<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let [old, new] = both(kept, 5, 5).await;
    kept.handle(&old.0, &[("old", 1)], come_to(7, &old.1[20..21])).await.expect("it is ahead");

    assert_eq!(swap(kept).await, Swap::NotYet, "it is behind in a slot");

    assert_eq!(kept.read().await, rows(&[("old", 2)]), "the old rows are read");
    assert_eq!(kept.status(1).await.state, VersionState::Retired, "nobody adds to them");
    assert_eq!(kept.heartbeat(&old.0).await.state, VersionState::Retired, "its nodes are told");
    kept.handle(&new.0, &[("new", 1)], come_to(7, &new.1)).await.expect("it comes as far");
    assert_eq!(swap(kept).await, Swap::Done, "it has come as far");
    assert_eq!(kept.read().await, rows(&[("new", 2)]), "readers see the new rows");
}

/// A reader during a swap sees the rows of the one version, then those of the other.
pub async fn readers_see_one_version_or_the_other<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    both(kept, 5, 5).await;
    let is_done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (kept, is_done) = (kept.clone(), Arc::clone(&is_done));
        async move {
            let mut seen = Vec::new();
            loop {
                // Asked before the read, so that the last one is after the swap.
                let is_last = is_done.load(Ordering::SeqCst);
                let rows = kept.read().await;
                if seen.last() != Some(&rows) {
                    seen.push(rows);
                }
                if is_last {
                    return seen;
                }
                yield_now().await;
            }
        }
    });
    for _ in 0..100 {
        yield_now().await;
    }

    assert_eq!(swap(kept).await, Swap::Done, "it has come as far");

    is_done.store(true, Ordering::SeqCst);
    let seen = reader.await.expect("a reader does not panic");
    let (old, new) = (rows(&[("old", 1)]), rows(&[("new", 1)]));
    assert!(seen == [old, new.clone()] || seen == [new], "one or the other, but saw {seen:?}");
}

/// A batch of the old version that was begun before is not added when it is retired.
pub async fn nobody_adds_to_a_retired_version<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let [(old, claims), _] = both(kept, 5, 4).await;
    // A store may let the swap wait for the batch, until its lease is over.
    let mut batch = kept.begin(&old.with_lease(SHORT)).await;
    kept.add(&mut batch, &[("old", 1)]).await;

    assert_eq!(swap(kept).await, Swap::NotYet, "it is behind");

    assert!(batch.commit(come_to(9, &claims)).await.is_err(), "nothing is added any more");
    assert_eq!(kept.rows_of(1).await, rows(&[("old", 1)]), "its rows stay as they were");
    assert_eq!(kept.status(1).await.position(), Position(5), "it stays where it was");
}

/// A batch that was begun when the version was being built does not go into the rows that are read.
pub async fn what_is_begun_during_a_swap_is_lost<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let [_, (new, claims)] = both(kept, 5, 5).await;
    let mut batch = kept.begin(&new.with_lease(SHORT)).await;
    kept.add(&mut batch, &[("new", 1)]).await;

    assert_eq!(swap(kept).await, Swap::Done, "it has come as far");

    assert!(batch.commit(come_to(9, &claims)).await.is_err(), "it was begun before the swap");
    assert_eq!(kept.read().await, rows(&[("new", 1)]), "nothing of it is read");
}

/// The new version goes on with effects after the last one of the old version, slot by slot.
pub async fn effects_go_on_after_those_of_the_version_before<
    S: ProjectionStore,
    P: Probe<S::Db>,
>(
    kept: &Kept<S, P>,
) {
    let [old, new] = both(kept, 5, 9).await;
    kept.handle(&old.0, &[], come_to(8, &old.1[7..8])).await.expect("one slot is ahead");

    assert_eq!(swap(kept).await, Swap::Done, "it has come as far");

    kept.store.deregister(new.0.holder()).await.expect("a node may leave");
    let (_, claims) = kept.runner(2).await;
    let after: Vec<_> = claims.iter().map(|claim| claim.effects_after).collect();
    let mut expected = [Position(5); 64];
    expected[7] = Position(8);
    assert_eq!(after, expected, "effects up to there were had");
}

/// A version whose parked events have effects to come keeps its place until these are had, or
/// dropped: nobody after it would have them.
pub async fn effects_that_wait_keep_a_version_in_its_place<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let mut registration = registration(1);
    registration.has_effects = true;
    kept.store.register(&registration).await.expect("it is registered");
    let [(node, claims), _] = both(kept, 5, 5).await;
    let mut progress = come_to(6, &claims);
    progress.parked = vec![failed("a", 6, None)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    assert_eq!(swap(kept).await, Swap::Waits, "an effect was not had");

    let state = kept.status(1).await.state;
    assert_eq!(state, VersionState::Serving, "it goes on, so that it can be had");
    assert_eq!(kept.read().await, rows(&[("old", 1)]), "its rows are read");
}

/// A version is told how far the one before it has come; the one that serves has no limits.
pub async fn limits_are_where_the_version_before_has_come<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let [old, _] = both(kept, 5, 1).await;
    kept.handle(&old.0, &[], come_to(8, &old.1[7..8])).await.expect("one slot is ahead");

    let limits = kept.store.limits(&id(2)).await.expect("they can be asked for");

    let mut limits = limits.expect("the version before is there");
    limits.sort_unstable();
    let expected = |slot: Slot| Position(if slot.number() == 7 { 8 } else { 5 });
    let expected: Vec<_> = Slot::all().map(|slot| (slot, expected(slot))).collect();
    assert_eq!(limits, expected, "as far as the version before has come");
    let none = kept.store.limits(&id(1)).await.expect("they can be asked for");
    assert_eq!(none, None, "the version that serves has none");
}

/// The old rows are kept until somebody drops them, and then they are gone.
pub async fn the_old_version_is_kept_until_it_is_dropped<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    both(kept, 5, 5).await;
    assert_eq!(swap(kept).await, Swap::Done, "it has come as far");

    assert_eq!(kept.rows_of(1).await, rows(&[("old", 1)]), "the old rows are kept");
    let drop = async || kept.store.drop_version(&id(1)).await.expect("it can be dropped");
    assert!(drop().await, "there was one");
    assert!(!drop().await, "there is none any more");
    let left = kept.store.versions(None).await.expect("versions can be listed");
    let left: Vec<_> = left.into_iter().map(|status| status.id).collect();
    assert_eq!(left, [id(2)], "the other one is left");
    assert_eq!(kept.read().await, rows(&[("new", 1)]), "with its rows");
}

/// A version that was given up while it was built can begin anew.
pub async fn a_dropped_version_begins_anew<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    both(kept, 5, 3).await;
    kept.store.drop_version(&id(2)).await.expect("it can be dropped");

    assert_eq!(kept.start(2).await, VersionState::Building, "it is built again");

    assert_eq!(kept.rows_of(2).await, rows(&[]), "from no rows");
    assert_eq!(kept.status(2).await.position(), Position::START, "from the beginning");
    assert_eq!(kept.read().await, rows(&[("old", 1)]), "the one that serves was not touched");
}

/// A version that was given up after the other one was retired for it: that one serves again, and is run
/// by whoever claims its slots.
pub async fn the_old_version_goes_on_where_the_new_one_is_dropped<
    S: ProjectionStore,
    P: Probe<S::Db>,
>(
    kept: &Kept<S, P>,
) {
    let [(old, _), _] = both(kept, 7, 5).await;
    assert_eq!(swap(kept).await, Swap::NotYet, "it is behind");

    assert!(kept.store.drop_version(&id(2)).await.expect("it can be dropped"), "there was one");

    assert_eq!(kept.heartbeat(&old).await.state, VersionState::Serving, "it serves again");
    let state = kept.store.register(&registration(1)).await.expect("it is known");
    assert_eq!(state, VersionState::Serving, "a process that starts is told so");
    let claims = kept.claim_all(&old).await;
    kept.handle(&old, &[("old", 1)], come_to(8, &claims)).await.expect("it goes on");
    assert_eq!(kept.read().await, rows(&[("old", 2)]), "readers see what it adds");
}

/// A version that is stopped after the other one was retired for it: that one serves again, or nobody would write the
/// rows that are read. Once it is resumed, the swap goes on.
pub async fn the_old_version_goes_on_where_the_new_one_is_stopped<
    S: ProjectionStore,
    P: Probe<S::Db>,
>(
    kept: &Kept<S, P>,
) {
    let [(old, _), (new, _)] = both(kept, 7, 5).await;
    assert_eq!(swap(kept).await, Swap::NotYet, "it is behind");

    kept.store.stop(&id(2), Some("it is wrong")).await.expect("it can be stopped");

    assert_eq!(kept.heartbeat(&old).await.state, VersionState::Serving, "it serves again");
    let claims = kept.claim_all(&old).await;
    kept.handle(&old, &[("old", 1)], come_to(8, &claims)).await.expect("it goes on");
    assert_eq!(kept.read().await, rows(&[("old", 2)]), "readers see what it adds");
    kept.store.stop(&id(2), None).await.expect("it can be resumed");
    let claims = kept.claim_all(&new).await;
    kept.handle(&new, &[("new", 1)], come_to(8, &claims)).await.expect("it comes as far");
    assert_eq!(swap(kept).await, Swap::Done, "it takes over after all");
}

/// A version that is read is not dropped: neither the one that serves nor one that is about to be
/// replaced.
pub async fn what_is_read_is_not_dropped<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    both(kept, 5, 3).await;

    // Whether it is an error, or the answer that there was no such version, is the store's choice.
    let _ = kept.store.drop_version(&id(1)).await;
    assert_eq!(kept.read().await, rows(&[("old", 1)]), "the version that serves is read");

    assert_eq!(swap(kept).await, Swap::NotYet, "it is behind");
    let _ = kept.store.drop_version(&id(1)).await;
    assert_eq!(kept.read().await, rows(&[("old", 1)]), "it is read until it is replaced");
}

/// The way back: a retired version goes on from where it stopped and takes its place again, and the way
/// forward is the same.
pub async fn a_reinstated_version_takes_its_place_again<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let [(old, _), (new, _)] = both(kept, 5, 5).await;
    assert_eq!(swap(kept).await, Swap::Done, "it has come as far");
    let claims = kept.claim_all(&new).await;
    kept.handle(&new, &[("new", 1)], come_to(8, &claims)).await.expect("it goes on");
    assert!(kept.store.swap(&id(1)).await.is_err(), "nobody goes back by chance");

    let state = kept.store.reinstate(&id(1)).await.expect("it is known");

    assert_eq!(state, VersionState::Building, "it is built again");
    assert_eq!(kept.heartbeat(&old).await.state, VersionState::Building, "its node is told");
    assert_eq!(kept.read().await, rows(&[("new", 2)]), "the other one is read meanwhile");
    let claims = kept.claim_all(&old).await;
    assert!(claims.iter().all(|claim| claim.checkpoint == Position(5)), "it goes on there");
    kept.handle(&old, &[("old", 1)], come_to(8, &claims)).await.expect("it comes as far");
    assert_eq!(kept.store.swap(&id(1)).await.expect("it may"), Swap::Done, "it has come as far");
    assert_eq!(kept.read().await, rows(&[("old", 2)]), "its rows are read again");
    let states = (kept.status(1).await.state, kept.status(2).await.state);
    assert_eq!(states, (VersionState::Serving, VersionState::Retired), "the other one is kept");
    kept.store.reinstate(&id(2)).await.expect("there is a way forward");
    assert_eq!(swap(kept).await, Swap::Done, "it has come as far");
    assert_eq!(kept.read().await, rows(&[("new", 2)]), "and back to the new rows");
}

/// A version that waits for another to replace it is reinstated at once.
pub async fn a_version_that_waits_for_another_is_reinstated_at_once<
    S: ProjectionStore,
    P: Probe<S::Db>,
>(
    kept: &Kept<S, P>,
) {
    let [(old, _), _] = both(kept, 5, 3).await;
    assert_eq!(swap(kept).await, Swap::NotYet, "it is behind");

    let state = kept.store.reinstate(&id(1)).await.expect("it is known");

    assert_eq!(state, VersionState::Serving, "it serves again");
    let claims = kept.claim_all(&old).await;
    kept.handle(&old, &[("old", 1)], come_to(6, &claims)).await.expect("it goes on");
    assert_eq!(kept.read().await, rows(&[("old", 2)]), "readers see what it adds");
    let refused = kept.store.reinstate(&id(1)).await;
    assert!(refused.is_err(), "one that serves has nowhere to come back from: {refused:?}");
    kept.store.stop(&id(1), Some("it is wrong")).await.expect("it can be stopped");
    let refused = kept.store.reinstate(&id(1)).await;
    assert!(refused.is_err(), "nor has one that is stopped where it serves: {refused:?}");
}

async fn swap<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) -> Swap {
    kept.store.swap(&id(2)).await.expect("versions can be swapped")
}
