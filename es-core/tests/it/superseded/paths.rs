//! Every way to read a set.

use es_core::prelude::*;
use es_core::{DecodeError, Fingerprint, RecordedDecodeError, Snapshot};
use futures_util::TryStreamExt;

use super::customer::*;

fn customer(address: &str, notes: &[&str], contacts: &[&str]) -> Customer {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Customer { address: address.to_owned(), notes: owned(notes), contacts: owned(contacts) }
}

#[tokio::test]
async fn a_load_applies_what_became_of_each_event() {
    let store = store_of_the_past().await;

    let ada = customers(&store).load(&ada()).await.unwrap();

    let now = customer("2 Oak St", &["rings twice"], &["phone:555", "email:a@b.c"]);
    assert_eq!(ada.state, now);
}

#[tokio::test]
async fn a_version_counts_stored_events() {
    let store = store_of_the_past().await;

    assert_eq!(customers(&store).load(&ada()).await.unwrap().version, Version(5));
    let done = customers(&store).execute(note("new")).await.unwrap();
    assert_eq!(done.version, Version(6));
    assert_eq!(done.state.notes, ["rings twice", "2. new"]);
}

#[tokio::test]
async fn an_aggregate_of_retired_events_exists() {
    let store = MemoryStore::new();
    append(&store, vec![old(&Pinged {})]).await;

    let ada = customers(&store).load(&ada()).await.unwrap();

    assert_eq!(ada.state, Customer::default());
    assert_eq!(ada.version, Version(1));
    assert!(ada.position > Position::START);
}

#[tokio::test]
async fn the_past_stands_between_two_stored_events() {
    let store = store_of_the_past().await;
    let customers = customers(&store);
    let at = async |version| customers.load_at(&ada(), Version(version)).await.unwrap();

    assert_eq!(at(1).await.state, customer("1 Elm St", &[], &[]));
    assert_eq!(at(2).await.state, customer("2 Oak St", &["rings twice"], &[]));
    assert_eq!(at(3).await.state, at(2).await.state);
    assert_eq!(at(3).await.version, Version(3));

    let split = at(2).await;
    let as_of = customers.load_as_of(&ada(), split.position).await.unwrap();
    assert_eq!(as_of, split);
}

#[tokio::test]
async fn a_history_has_each_part_at_the_place_of_the_stored_event() {
    let store = store_of_the_past().await;
    let stream = StreamId::of::<Customer>(&ada()).unwrap();
    let stored = store.stream_page(&stream, Cursor::START, 10).await.unwrap();

    let history = customers(&store).history(&ada(), Cursor::START).unwrap();
    let history: Vec<Recorded<CustomerEvent>> = history.try_collect().await.unwrap();

    let versions: Vec<_> = history.iter().map(|event| event.version.0).collect();
    assert_eq!(versions, [1, 2, 2, 4, 5]);
    assert_eq!(history[1].event, NoteAdded { note: "rings twice".into() }.into());
    assert_eq!(history[2].event, Moved { address: "2 Oak St".into() }.into());
    for part in &history[1..=2] {
        assert_eq!(part.id, stored[1].id);
        assert_eq!(part.position, stored[1].position);
        assert_eq!(part.recorded_at, stored[1].recorded_at);
        assert_eq!(part.metadata, stored[1].metadata);
    }
}

#[tokio::test]
async fn the_tail_of_a_snapshot_is_read_so() {
    let store = store_of_the_past().await;
    let stream = StreamId::of::<Customer>(&ada()).unwrap();
    let first = customers(&store).load_at(&ada(), Version(1)).await.unwrap();
    let state = customer("a snapshot", &[], &[]);
    let snapshot = Snapshot::new(
        Fingerprint::of::<Customer>(1),
        first.version,
        first.position,
        serde_json::to_string(&state).unwrap(),
    );
    store.save_snapshot(&stream, snapshot, 1).await.unwrap();

    let loaded = customers(&store).load(&ada()).await.unwrap();
    let before_the_split = customers(&store).load_at(&ada(), Version(1)).await.unwrap();

    assert_eq!(before_the_split.state, state);
    let now = customer("2 Oak St", &["rings twice"], &["phone:555", "email:a@b.c"]);
    assert_eq!(loaded.state, now);
    assert_eq!(loaded.version, Version(5));
}

#[tokio::test]
async fn a_remembered_state_catches_up_with_it() {
    let store = store_of_the_past().await;
    let customers = customers(&store).with_cache(10);
    customers.load(&ada()).await.unwrap();

    append(&store, vec![old(&changed("3 Fir St", "has moved")), old(&Pinged {})]).await;

    let loaded = customers.load(&ada()).await.unwrap();
    assert_eq!(loaded.state.address, "3 Fir St");
    assert_eq!(loaded.state.notes, ["rings twice", "has moved"]);
    assert_eq!(loaded.version, Version(7));
}

#[tokio::test]
async fn commands_that_meet_are_decided_on_it() {
    let store = store_of_the_past().await;
    let customers = customers(&store);

    let (one, other) = tokio::join!(customers.execute(note("a")), customers.execute(note("b")));

    assert_eq!(one.unwrap().version, Version(6));
    let last = other.unwrap();
    assert_eq!(last.version, Version(7));
    assert_eq!(last.state.notes, ["rings twice", "2. a", "3. b"]);
}

#[tokio::test]
async fn a_unit_of_work_decides_on_it() {
    let store = store_of_the_past().await;
    let mut work = UnitOfWork::new(store.clone(), Metadata::default());

    let events = work.execute(note("new")).await.unwrap();
    let stored = work.commit().await.unwrap();

    assert_eq!(events, [NoteAdded { note: "2. new".into() }.into()]);
    assert_eq!(stored.streams[0].version, Version(6));
}

#[tokio::test]
async fn a_reader_of_the_log_sees_what_became_of_each_event() {
    let store = store_of_the_past().await;
    let log: Vec<_> = store.read_log(Cursor::START).try_collect().await.unwrap();

    let parts: Vec<usize> = log
        .into_iter()
        .map(|event| event.decode::<CustomerEvent>().unwrap().as_slice().len())
        .collect();

    assert_eq!(parts, [1, 2, 0, 1, 1]);
}

fn reading(error: LoadError) -> RecordedDecodeError {
    match error {
        LoadError::Decode(error) => *error,
        other => panic!("another error: {other}"),
    }
}

#[tokio::test]
async fn a_split_that_fails_says_where_and_why() {
    let store = store_of_the_past().await;
    append(&store, vec![old(&changed("", "lives nowhere"))]).await;

    let error = reading(customers(&store).load(&ada()).await.unwrap_err());

    assert_eq!(error.version, Version(6));
    assert_eq!(error.stream, StreamId::of::<Customer>(&ada()).unwrap());
    let DecodeError::Superseded { name, version, source } = error.source else {
        panic!("another error: {}", error.source);
    };
    assert_eq!((name.as_str(), version), ("customer-changed", SchemaVersion(1)));
    assert_eq!(source.as_error().downcast_ref(), Some(&NoAddress));
}

#[tokio::test]
async fn nothing_of_a_split_that_fails_is_remembered() {
    let store = store_of_the_past().await;
    let customers = customers(&store).with_cache(10);
    let before = customers.load(&ada()).await.unwrap();
    append(&store, vec![old(&changed("", "lives nowhere"))]).await;

    let first = reading(customers.load(&ada()).await.unwrap_err());
    let second = reading(customers.load(&ada()).await.unwrap_err());

    assert_eq!((first.version, second.version), (Version(6), Version(6)));
    assert_eq!(customers.load_at(&ada(), Version(5)).await.unwrap().state, before.state);
}

#[tokio::test]
async fn a_damaged_superseded_event_is_damaged_under_its_own_name() {
    let store = MemoryStore::new();
    append(&store, vec![damaged::<Changed>()]).await;

    let error = reading(customers(&store).load(&ada()).await.unwrap_err());

    let DecodeError::Damaged { name, .. } = error.source else {
        panic!("another error: {}", error.source);
    };
    assert_eq!(name, "customer-changed");
}

#[tokio::test]
async fn backwards_the_last_of_what_it_became_comes_first() {
    let store = store_of_the_past().await;
    let customers = customers(&store);
    let forwards = customers.history(&ada(), Cursor::START).unwrap();
    let mut forwards: Vec<Recorded<CustomerEvent>> = forwards.try_collect().await.unwrap();

    let backwards = customers.history(&ada(), Cursor::END).unwrap();
    let backwards: Vec<Recorded<CustomerEvent>> = backwards.try_collect().await.unwrap();

    forwards.reverse();
    assert_eq!(backwards, forwards);
}

#[tokio::test]
async fn who_stops_between_two_parts_goes_on_with_the_next() {
    let store = store_of_the_past().await;
    let customers = customers(&store);
    let history = customers.history(&ada(), Cursor::START).unwrap();
    let whole: Vec<Recorded<CustomerEvent>> = history.try_collect().await.unwrap();
    let first_part = whole[1].place();
    assert_eq!((first_part.version, first_part.part), (Version(2), 0));

    let after = customers.history_from(&ada(), Cursor::After(first_part)).unwrap();
    let after: Vec<Recorded<CustomerEvent>> = after.try_collect().await.unwrap();
    let before = customers.history_from(&ada(), Cursor::Before(whole[2].place())).unwrap();
    let before: Vec<Recorded<CustomerEvent>> = before.try_collect().await.unwrap();

    assert_eq!(after, whole[2..]);
    assert_eq!(before, [whole[1].clone(), whole[0].clone()]);
}
