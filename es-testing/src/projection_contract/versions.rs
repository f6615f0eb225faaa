//! Versions of one name: how each begins, and beside which.

use std::error::Error;

use es_core::projection::{
    Heartbeat, ParkedSelector, ProjectionBatch, RegisterError, VersionState,
};
use es_core::{
    EventName, Incarnation, Position, ProjectionId, ProjectionName, ProjectionStore, Reason,
    StoreError, StoreErrorKind,
};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::probe::Probe;
use super::subjects::{
    Kept, Node, come_to, id, in_time, incarnation, key, name, registration, rows,
};

/// The first version serves at once, a later one is built beside it.
pub async fn the_first_version_serves_and_later_ones_are_built<
    S: ProjectionStore,
    P: Probe<S::Db>,
>(
    kept: &Kept<S, P>,
) {
    assert_eq!(kept.start(1).await, VersionState::Serving, "the first version serves");
    assert_eq!(kept.start(2).await, VersionState::Building, "a later one is built");

    let states = (kept.status(1).await.state, kept.status(2).await.state);
    assert_eq!(states, (VersionState::Serving, VersionState::Building), "both are listed so");
}

/// The first version has effects of events after the place that it says, and of no event before.
pub async fn effects_begin_where_they_are_told_to<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let mut first = registration(1);
    (first.has_effects, first.effects_after) = (true, Position(7));
    kept.store.register(&first).await.expect("it is registered");
    kept.prepare(1).await;

    let (_, claims) = kept.runner(1).await;

    assert!(claims.iter().all(|claim| claim.effects_after == Position(7)), "effects begin there");
    assert!(claims.iter().all(|claim| claim.checkpoint == Position::START), "and its rows before");
}

/// Registering what is known changes nothing: every process does when it starts.
pub async fn registering_again_changes_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[("a", 1)], come_to(5, &claims)).await.expect("it is committed");

    let state = kept.store.register(&registration(1)).await.expect("it is known");

    assert_eq!(state, VersionState::Serving, "it does what it did");
    assert!(!kept.prepare(1).await, "its tables are there");
    assert_eq!(kept.checkpoints(1).await, [Position(5); 64], "it has come as far as before");
    assert_eq!(kept.read().await, rows(&[("a", 1)]), "its rows are there");
    kept.handle(&node, &[], come_to(6, &claims)).await.expect("its slots are whose they were");
}

/// A new version begins where it was told to, and shows what it was registered with.
pub async fn slots_begin_where_they_are_told_to<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let mut registration = registration(1);
    registration.start = Position(41);
    registration.types = vec![EventName::new("counted").expect("a name")];
    kept.store.register(&registration).await.expect("it is registered");

    let status = kept.status(1).await;
    assert_eq!(status.position(), Position(41), "it begins there");
    assert_eq!(status.slots.len(), 64, "all slots are listed");
    assert!(status.slots.iter().all(|slot| slot.owner.is_none()), "nobody holds one");
    let shown = (&status.types, status.incarnation);
    assert_eq!(shown, (&registration.types, incarnation()), "what it was registered with");
    kept.prepare(1).await;
    let (_, claims) = kept.runner(1).await;
    assert!(claims.iter().all(|claim| claim.checkpoint == Position(41)), "who claims is told");
}

/// A second key for a version is refused: two processes with different keys would keep no order.
pub async fn another_key_is_refused<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let mut other = registration(1);
    other.keyed_by = "customer".into();

    let refused = kept.store.register(&other).await;

    let Err(RegisterError::OtherKey { id: refused, known, declared }) = refused else {
        panic!("another key is refused, but got {refused:?}");
    };
    let told = (refused, known.as_str(), declared.as_str());
    assert_eq!(told, (id(1), "stream", "customer"), "both keys are named");
}

/// Rows that follow from one log are not gone on with from another.
pub async fn another_log_is_refused<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let mut other = registration(1);
    other.incarnation = Incarnation::from(Uuid::from_u128(6));

    let refused = kept.store.register(&other).await;

    let Err(RegisterError::OtherLog { known, actual, .. }) = refused else {
        panic!("another log is refused, but got {refused:?}");
    };
    assert_eq!((known, actual), (incarnation(), other.incarnation), "both logs are named");
}

/// A version that is older than the one that serves is retired from the beginning: its process starts,
/// and has nothing to handle. Where it was known it keeps its rows.
pub async fn an_older_version_is_retired<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(2).await;

    let state = kept.store.register(&registration(1)).await.expect("its process starts");

    assert_eq!(state, VersionState::Retired, "an older version is retired");
    assert!(kept.prepare(1).await, "its tables are made, in case that it comes back");
    let node = Node::of(1);
    assert_eq!(kept.heartbeat(&node).await.state, VersionState::Retired, "its node is told");
    let claims = kept.store.claim(node.holder(), 64).await.expect("it may ask");
    assert_eq!(claims.slots.len(), 0, "there is nothing to handle");
    assert_eq!(kept.status(2).await.state, VersionState::Serving, "the other one serves");
    let again = kept.store.register(&registration(1)).await.expect("it is known");
    assert_eq!(again, VersionState::Retired, "it stays what it is");
}

/// Two names that a reader, and SQL, takes for one.
pub async fn names_that_differ_only_in_case_are_refused<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let mut other = registration(1);
    other.id.name = ProjectionName::new("Contract").expect("a name");

    let refused = kept.store.register(&other).await;

    let Err(RegisterError::OnlyCaseDiffers { id: refused, other: known }) = refused else {
        panic!("a name that differs only in case is refused, but got {refused:?}");
    };
    assert_eq!((refused, known), (other.id, name()), "both names are named");
}

/// The end of the log at the time when a version became known is told with each heartbeat.
pub async fn where_the_log_ended_at_the_beginning_is_told<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    let mut first = registration(1);
    first.log_end = Position(7);
    kept.store.register(&first).await.expect("it is registered");
    first.log_end = Position(9);
    kept.store.register(&first).await.expect("it is known");

    let node = Node::of(1);
    let reply =
        kept.store.heartbeat(node.holder(), &Heartbeat::default()).await.expect("it may beat");

    assert_eq!(reply.log_end, Position(7), "as it was when the version became known");
}

/// A version with effects keeps the key of the one before, since effects are recorded per slot.
pub async fn a_version_with_effects_keeps_the_key<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let mut other = registration(2);
    other.keyed_by = "customer".into();

    other.has_effects = true;
    let refused = kept.store.register(&other).await;
    let is_refused = matches!(refused, Err(RegisterError::EffectsChangeKey { .. }));
    assert!(is_refused, "effects with another key are refused, but got {refused:?}");

    other.has_effects = false;
    let state = kept.store.register(&other).await.expect("without effects the key may change");
    assert_eq!(state, VersionState::Building, "it is built");
}

/// One of several nodes that start at once makes the tables; the others wait until they are there.
pub async fn one_node_makes_the_tables<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.store.register(&registration(1)).await.expect("it is registered");
    let mut nodes = JoinSet::new();
    for _ in 0..4 {
        let kept = kept.clone();
        nodes.spawn(async move { kept.prepare(1).await });
    }

    let made = in_time("tables are made once", nodes.join_all()).await;

    assert_eq!(made.iter().filter(|made| **made).count(), 1, "one node makes them: {made:?}");
    assert!(!kept.prepare(1).await, "whoever comes later finds them");
}

/// Tables that a node did not finish are made by another one.
pub async fn tables_that_were_given_up_are_made_by_another<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.store.register(&registration(1)).await.expect("it is registered");
    let first = kept.store.prepare(&id(1)).await.expect("tables can be made");
    let mut first = first.expect("the tables are not there");
    kept.probe.create(first.db()).await;
    drop(first);

    let made = in_time("another node makes them", kept.prepare(1)).await;

    assert!(made, "they are made by another");
    assert_eq!(kept.read().await, rows(&[]), "they are there, and empty");
}

/// A version that is being built writes into rows of its own, which nobody reads yet.
pub async fn each_version_has_rows_of_its_own<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    kept.start(2).await;
    let (old, claims) = kept.runner(1).await;
    kept.handle(&old, &[("old", 1)], come_to(9, &claims)).await.expect("it is committed");
    let (new, claims) = kept.runner(2).await;
    kept.handle(&new, &[("new", 1)], come_to(3, &claims)).await.expect("it is committed");

    assert_eq!(kept.read().await, rows(&[("old", 1)]), "readers see the version that serves");
    assert_eq!(kept.rows_of(1).await, rows(&[("old", 1)]), "its rows are its own");
    assert_eq!(kept.rows_of(2).await, rows(&[("new", 1)]), "so are those of the new one");
    let came_to = (kept.status(1).await.position(), kept.status(2).await.position());
    assert_eq!(came_to, (Position(9), Position(3)), "each comes along at its own pace");
}

/// The visible position is that of the slot that has come the least far, of the version that
/// serves.
pub async fn visible_is_what_every_slot_has_done<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    assert_eq!(visible(kept).await, None, "nobody serves");
    kept.start(1).await;
    kept.start(2).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(9, &claims[..63]);
    progress.slots.extend(come_to(4, &claims[63..]).slots);
    kept.handle(&node, &[], progress).await.expect("it is committed");
    let (new, claims) = kept.runner(2).await;
    kept.handle(&new, &[], come_to(2, &claims)).await.expect("it is committed");

    assert_eq!(visible(kept).await, Some(Position(4)), "as far as every slot has come");
}

/// A list is of one name, or of all.
pub async fn versions_are_listed_by_name<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    kept.start(2).await;
    let mut other = registration(1);
    other.id = ProjectionId::new(ProjectionName::new("another").expect("a name"), 7);
    kept.store.register(&other).await.expect("it is registered");

    let list = async |name: Option<&ProjectionName>| {
        let versions = kept.store.versions(name).await.expect("versions can be listed");
        let mut ids: Vec<_> = versions.into_iter().map(|status| status.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(list(Some(&name())).await, [id(1), id(2)], "those of one name");
    assert_eq!(list(None).await, [other.id, id(1), id(2)], "all of them");
}

/// A version that no process has run is an error that names it, and not one without parked events.
pub async fn a_version_that_nobody_has_run_is_an_error<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (store, none) = (&kept.store, id(2));
    let reason = Reason::new("a test account").expect("a line of text");

    let keys = store.parked_keys(&none, None, 10).await.map(drop);
    let events = store.parked(&none, &key("a"), Position::START, 10).await.map(drop);
    let replayed = store.replay(&none, &ParkedSelector::All).await.map(drop);
    let dropped = store.drop_parked(&none, &key("a"), Position(1), &reason).await.map(drop);
    let stopped = store.stop(&none, Some("it was enough")).await;
    let reinstated = store.reinstate(&none).await.map(drop);
    let swapped = store.swap(&none).await.map(drop);

    is_unknown("a list of keys", keys);
    is_unknown("a list of events", events);
    is_unknown("a replay", replayed);
    is_unknown("a drop of an event", dropped);
    is_unknown("a stop", stopped);
    is_unknown("a reinstatement", reinstated);
    is_unknown("a swap", swapped);
    assert!(!store.drop_version(&none).await.expect("it is gone"), "there is none to drop");
    let events = store.dropped(&none, Position::START, 10).await.expect("they outlive the version");
    assert_eq!(events, [], "nothing was dropped from it");
}

fn is_unknown(what: &str, answer: Result<(), StoreError>) {
    let Err(error) = answer else { panic!("{what} of an unknown version is an error") };
    assert_eq!(error.kind(), StoreErrorKind::Unsupported, "{what}: no moment cures it");
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    assert!(source.contains("`contract v2`"), "{what} names the version, but says {source:?}");
}

async fn visible<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) -> Option<Position> {
    let visible = kept.store.visible(&name()).await.expect("it can be asked for");
    visible.map(|checkpoint| {
        assert_eq!(checkpoint.incarnation, incarnation(), "a checkpoint of its log");
        checkpoint.position
    })
}
