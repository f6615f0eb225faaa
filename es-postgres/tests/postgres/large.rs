//! Appends larger than one statement.

use es_core::prelude::*;
use es_core::{AppendError, StreamAppend};

use crate::support::{append, event, events, exact, fixture, part, stream};

#[tokio::test(flavor = "multi_thread")]
async fn a_large_append_is_stored_whole_and_in_order() {
    let fixture = fixture().await;
    fixture.put("b", exact(0), 2).await.unwrap();
    let append = Append::new(vec![
        part("a", exact(0), 9_000),
        part("rests", ExpectedVersion::NoStream, 0),
        part("b", exact(2), 5_000),
        part("c", ExpectedVersion::Any, 1),
    ])
    .unwrap();

    let first = fixture.store.append(append.clone()).await.unwrap();
    let again = fixture.store.append(append).await.unwrap();

    let versions: Vec<u64> = first.streams.iter().map(|stream| stream.version.0).collect();
    assert_eq!(versions, [9_000, 0, 5_002, 1]);
    let positions: Vec<_> = first.streams.iter().flat_map(|s| s.positions.clone()).collect();
    assert!(positions.is_sorted_by(|a, b| a < b));
    let read = fixture.store.stream_page(&stream("a"), Cursor::START, 10_000).await.unwrap();
    assert!(read.iter().map(|event| event.position).eq(first.streams[0].positions.clone()));
    assert!(read.iter().all(|event| event.recorded_at == first.streams[0].recorded_at));
    assert!(again.already);
    assert_eq!(again.streams[0], first.streams[0]);
    assert_eq!(again.streams[2], first.streams[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_append_to_ten_thousand_streams_is_one_append() {
    let fixture = fixture().await;
    let parts = (0..10_000).map(|nth| part(&nth.to_string(), exact(0), 1)).collect();

    let appended = fixture.store.append(Append::new(parts).unwrap()).await.unwrap();

    assert_eq!(appended.streams.len(), 10_000);
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_append_that_is_refused_at_its_end_leaves_nothing() {
    let fixture = fixture().await;
    let large = || Append::new(vec![part("a", exact(0), 6_000), part("b", exact(7), 1)]).unwrap();

    let error = fixture.store.append(large()).await.unwrap_err();
    let mut transaction = fixture.pool.begin().await.unwrap();
    let within = fixture.store.append_within(&mut transaction, large()).await.unwrap_err();
    fixture.store.append_within(&mut transaction, append("c", exact(0), 1)).await.unwrap();
    transaction.commit().await.unwrap();

    for error in [error, within] {
        assert!(matches!(error, AppendError::Conflict(c) if c.stream == stream("b")));
    }
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_append_with_an_id_that_is_taken_leaves_nothing() {
    let fixture = fixture().await;
    let taken = event("{}");
    let first = Append::to(stream("a"), exact(0), vec![taken.clone()]).unwrap();
    fixture.store.append(first).await.unwrap();
    let mut all = events(6_000);
    all.push(taken.clone());
    let large = Append::new(vec![StreamAppend::new(stream("b"), exact(0), all)]).unwrap();

    let error = fixture.store.append(large).await.unwrap_err();

    assert!(matches!(error, AppendError::DuplicateEvent { id } if id == taken.id), "{error:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 1);
}
