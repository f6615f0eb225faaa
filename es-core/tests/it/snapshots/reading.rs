//! With or without snapshots, a state is the fold of its events.

use es_core::prelude::*;
use es_core::{Fingerprint, Snapshot, UnusableSnapshot};
use tokio::task::yield_now;

use super::order::*;
use crate::watched::Watcher;

#[tokio::test]
async fn a_replay_is_the_same_from_every_snapshot() {
    for seed in 0..20 {
        let history = history(seed, 23);
        let states = states(&history);
        for version in 1..=history.len() {
            let store = MemoryStore::new();
            append(&store, &history).await;
            save(&store, version, &serde_json::to_string(&states[version]).unwrap()).await;

            let loaded = orders(&store).load(&id()).await.unwrap();

            assert_eq!(loaded.state, states[history.len()], "seed {seed}, snapshot at {version}");
            assert_eq!(loaded.version, Version(history.len() as u64));
            assert_eq!(loaded.position, recorded(&store).await.last().unwrap().position);
        }
    }
}

#[tokio::test]
async fn the_past_is_the_same_from_every_snapshot() {
    let history = history(7, 12);
    let states = states(&history);
    let sound = store_of_different_instants(&history).await;
    let events = recorded(&sound).await;
    for version in 1..=history.len() {
        save(&sound, version, &serde_json::to_string(&states[version]).unwrap()).await;
        let orders = orders(&sound);

        for (event, state) in events.iter().zip(&states[1..]) {
            let at = orders.load_at(&id(), event.version).await.unwrap();
            let position = orders.load_as_of(&id(), event.position).await.unwrap();
            let instant = orders.load_as_of(&id(), event.recorded_at).await.unwrap();
            assert_eq!(at.state, *state, "snapshot at {version}, asked for {}", event.version);
            assert_eq!(at.version, event.version);
            assert_eq!(position, at);
            assert_eq!(instant, at);
        }
    }
}

#[tokio::test]
async fn an_instant_begins_with_a_snapshot_that_was_certainly_before_it() {
    let history = history(7, 12);
    let store = store_of_different_instants(&history).await;
    save(&store, 5, FORGED).await;
    let events = recorded(&store).await;
    let as_of = async |version: usize| {
        let at = events[version - 1].recorded_at;
        is_forged(&orders(&store).load_as_of(&id(), at).await.unwrap().state)
    };

    assert!(!as_of(4).await, "the snapshot is of later");
    assert!(!as_of(5).await, "the snapshot does not say when it was");
    assert!(as_of(6).await, "the event after it is not of later");
}

/// Each event has an instant of its own.
async fn store_of_different_instants(history: &[OrderEvent]) -> MemoryStore {
    let store = MemoryStore::new();
    for event in history {
        let appended = append(&store, std::slice::from_ref(event)).await;
        while Timestamp::now() <= appended.streams[0].recorded_at {
            yield_now().await;
        }
    }
    store
}

#[tokio::test]
async fn a_moment_of_the_past_begins_with_a_snapshot_from_before() {
    let store = MemoryStore::new();
    append(&store, &history(1, 12)).await;
    save(&store, 3, FORGED).await;
    save(&store, 9, FORGED).await;
    let orders = orders(&store);
    let position = recorded(&store).await[4].position;

    let before = orders.load_at(&id(), Version(2)).await.unwrap();
    let between = orders.load_at(&id(), Version(5)).await.unwrap();
    let as_of = orders.load_as_of(&id(), position).await.unwrap();

    assert!(!is_forged(&before.state));
    assert!(is_forged(&between.state));
    assert_eq!(between.version, Version(5));
    assert_eq!(as_of, between);
}

#[tokio::test]
async fn a_load_begins_with_the_snapshot_and_says_so() {
    let store = MemoryStore::new();
    append(&store, &history(1, 12)).await;
    save(&store, 10, FORGED).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();

    let loaded = orders(&store).load(&id()).await.unwrap();

    assert!(is_forged(&loaded.state));
    let span = watcher.span("es.load");
    assert_eq!(span["es.snapshot.version"], "10");
    assert_eq!(span["es.events.count"], "2");
    assert_eq!(watcher.warnings(), [""; 0]);
}

#[tokio::test]
async fn a_long_tail_is_read_page_by_page() {
    let store = MemoryStore::new();
    let history = history(3, 1_700);
    let states = states(&history);
    append(&store, &history).await;
    save(&store, 100, &serde_json::to_string(&states[100]).unwrap()).await;

    let loaded = orders(&store).load(&id()).await.unwrap();

    assert_eq!(loaded.version, Version(1_700));
    assert_eq!(loaded.state, states[1_700]);
}

#[tokio::test]
async fn a_state_of_another_shape_is_folded_anew_with_one_warning() {
    let store = MemoryStore::new();
    append(&store, &history(2, 12)).await;
    save(&store, 10, FORGED).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();

    let changed = Repository::<Changed, _>::new(store.clone()).load(&id()).await.unwrap();

    assert_eq!(changed.state, Changed { events: 12 });
    assert_eq!(
        watcher.warnings(),
        ["the snapshots of the stream are of another shape; \
          all events of the stream are read instead"]
    );
}

#[tokio::test]
async fn two_shapes_have_their_snapshots_side_by_side() {
    let store = MemoryStore::new();
    append(&store, &history(2, 12)).await;
    save(&store, 10, FORGED).await;
    let events = recorded(&store).await;
    let other = Snapshot::new(
        Fingerprint::of::<Changed>(2),
        Version(12),
        events[11].position,
        r#"{"events":1000}"#.into(),
    );
    store.save_snapshot(&stream(), other, 2).await.unwrap();

    let one = orders(&store).load(&id()).await.unwrap();
    let other = Repository::<Changed, _>::new(store.clone()).load(&id()).await.unwrap();

    assert!(is_forged(&one.state));
    assert_eq!(other.state.events, 1000);
}

#[tokio::test]
async fn another_version_of_what_apply_does_is_another_shape() {
    assert_ne!(Fingerprint::of::<Changed>(1), Fingerprint::of::<Changed>(2));
}

#[tokio::test]
async fn a_snapshot_of_another_history_is_passed_over_with_one_warning() {
    let store = MemoryStore::new();
    let history = history(2, 12);
    append(&store, &history).await;
    let position = recorded(&store).await[9].position;
    let snapshot = |version: u64, position| {
        Snapshot::new(shape(), Version(version), position, FORGED.to_owned())
    };
    let elsewhere = snapshot(10, Position(position.0 + 1));
    let ahead = snapshot(13, Position(position.0 + 3));

    for wrong in [elsewhere, ahead] {
        store.save_snapshot(&stream(), wrong, 1).await.unwrap();
        let watcher = Watcher::default();
        let _guard = watcher.watch();

        let loaded = orders(&store).load(&id()).await.unwrap();

        assert_eq!(loaded.state, states(&history)[12]);
        assert_eq!(
            watcher.warnings(),
            ["the snapshot ends with an event that the stream does not have; \
              all events of the stream are read instead"]
        );
    }
}

#[tokio::test]
async fn a_unit_of_work_begins_with_the_snapshot() {
    let store = MemoryStore::new();
    append(&store, &history(2, 12)).await;
    save(&store, 10, FORGED).await;

    let mut unit = UnitOfWork::new(store.clone(), Metadata::default());
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    unit.execute(add(1)).await.unwrap();
    let committed = unit.commit().await.unwrap();

    assert_eq!(watcher.span("es.load")["es.snapshot.version"], "10");
    assert_eq!(committed.streams[0].version, Version(13));
}

#[tokio::test]
async fn a_page_says_why_there_is_no_snapshot() {
    let store = MemoryStore::new();
    append(&store, &history(2, 12)).await;
    let page = async |shape, at_most| {
        store.snapshot_page(&stream(), shape, Version(at_most), 3).await.unwrap()
    };

    assert_eq!(page(shape(), 12).await.unusable, None);
    save(&store, 10, FORGED).await;
    assert_eq!(page(Fingerprint(1), 12).await.unusable, Some(UnusableSnapshot::OtherShape));
    assert_eq!(page(Fingerprint(1), 9).await.unusable, None);
    assert_eq!(page(shape(), 12).await.unusable, None);
}
#[tokio::test]
async fn a_damaged_snapshot_is_one_warning_and_the_next_command_replaces_it() {
    let store = MemoryStore::new();
    let history = history(2, 12);
    append(&store, &history).await;
    save(&store, 10, r#"{"lines":"#).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    let orders = orders(&store);

    let loaded = orders.load(&id()).await.unwrap();

    assert_eq!(loaded.state, states(&history)[12]);
    assert_eq!(
        watcher.warnings(),
        ["the snapshot is damaged; all events of the stream are read instead"]
    );
    orders.execute(add(1)).await.unwrap();
    snapshot_at(&store, 12).await;
    orders.load(&id()).await.unwrap();
    assert_eq!(watcher.warnings().len(), 2, "one for the command, and none after it");
}
