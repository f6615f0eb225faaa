//! What goes in comes out: versions, positions, times, texts.

use es_core::prelude::*;
use es_core::{Actor, AppendError, StoreErrorKind, Timestamp};
use es_postgres::sqlx;
use es_postgres::{PgStore, PgStoreOptions};
use futures_util::TryStreamExt;

use crate::support::{append, event, events, exact, fixture, part, stream};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_comes_back_as_it_went_in() {
    let fixture = fixture().await;
    let metadata = Metadata::default()
        .with_actor(Actor::new("ada").unwrap())
        .with_header("größe", "\u{10348} '\"\\")
        .unwrap();
    let mut new = event(r#"{"b":  1, "a":[null,1e400,"\u0000\ud800 ä"]}"#);
    new.metadata = metadata.clone();

    let appended = fixture
        .store
        .append(Append::to(stream("ö/1"), exact(0), vec![new.clone()]).unwrap())
        .await
        .unwrap();
    let page =
        fixture.store.stream_page(&stream("ö/1"), Cursor::<Version>::START, 10).await.unwrap();

    assert_eq!(page.len(), 1);
    assert_eq!(page[0].id, new.id);
    assert_eq!(page[0].event, new.event);
    assert_eq!(page[0].metadata, metadata);
    assert_eq!(page[0].stream, stream("ö/1"));
    assert_eq!(page[0].version, Version(1));
    assert_eq!(vec![page[0].position], appended.streams[0].positions);
    assert_eq!(page[0].recorded_at, appended.streams[0].recorded_at);
    let log = fixture.store.log_page(Cursor::<Position>::START, 10).await.unwrap();
    assert_eq!(log.events, page);
    assert_eq!(log.safe, page[0].position);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_append_fills_several_streams() {
    let fixture = fixture().await;
    fixture.put("b", exact(0), 2).await.unwrap();

    let appended = fixture
        .store
        .append(
            Append::new(vec![
                part("c", ExpectedVersion::NoStream, 2),
                part("b", exact(2), 1),
                part("a", ExpectedVersion::Any, 3),
            ])
            .unwrap(),
        )
        .await
        .unwrap();

    let versions: Vec<u64> = appended.streams.iter().map(|s| s.version.0).collect();
    assert_eq!(versions, [2, 3, 3]);
    let positions: Vec<Position> =
        appended.streams.iter().flat_map(|s| s.positions.clone()).collect();
    assert!(positions.is_sorted(), "{positions:?}");
    assert_eq!(fixture.versions("a").await, [1, 2, 3]);
    assert_eq!(fixture.versions("b").await, [1, 2, 3]);
    assert_eq!(fixture.versions("c").await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_of_many_streams_needs_no_lock_each() {
    let fixture = fixture().await;
    let parts = |expected| {
        Append::new((0..700).map(|nth| part(&nth.to_string(), expected, 2)).collect()).unwrap()
    };

    let first = fixture.store.append(parts(exact(0))).await.unwrap();
    let second = fixture.store.append(parts(exact(2))).await.unwrap();
    let third = fixture.store.append(parts(exact(2))).await.unwrap_err();

    assert_eq!(first.streams.len(), 700);
    assert!(second.streams.iter().all(|s| s.version == Version(4)));
    assert!(matches!(third, AppendError::Conflict(_)), "{third:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 2800);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_the_cursor_in_both_directions() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 5).await.unwrap();
    let versions = |cursor, limit| {
        let store = fixture.store.clone();
        async move {
            let page = store.stream_page(&stream("a"), cursor, limit).await.unwrap();
            page.iter().map(|e| e.version.0).collect::<Vec<_>>()
        }
    };
    let positions = |cursor, limit| {
        let store = fixture.store.clone();
        async move {
            let page = store.log_page(cursor, limit).await.unwrap();
            page.events.iter().map(|e| e.position.0).collect::<Vec<_>>()
        }
    };

    assert_eq!(versions(Cursor::<Version>::START, 2).await, [1, 2]);
    assert_eq!(versions(Cursor::After(Version(3)), 10).await, [4, 5]);
    assert_eq!(versions(Cursor::<Version>::END, 2).await, [5, 4]);
    assert_eq!(versions(Cursor::Before(Version(3)), 10).await, [2, 1]);
    assert!(versions(Cursor::After(Version::MAX), 10).await.is_empty());
    assert!(versions(Cursor::Before(Version::NONE), 10).await.is_empty());
    assert_eq!(positions(Cursor::<Position>::START, 2).await, [1, 2]);
    assert_eq!(positions(Cursor::<Position>::END, 2).await, [5, 4]);
    assert_eq!(positions(Cursor::Before(Position(3)), 9).await, [2, 1]);
    assert!(positions(Cursor::After(Position::MAX), 9).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_read_across_pages() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 1201).await.unwrap();

    let read: Vec<_> =
        fixture.store.read_log(Cursor::<Position>::START).try_collect().await.unwrap();

    assert_eq!(read.len(), 1201);
    assert!(read.is_sorted_by(|a, b| a.position < b.position && a.version < b.version));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_compared_byte_by_byte() {
    let fixture = fixture().await;
    for key in ["ada", "Ada", "ada ", "a\u{308}", "ä"] {
        fixture.put(key, ExpectedVersion::NoStream, 1).await.unwrap();
    }

    assert_eq!(fixture.number("SELECT count(*) FROM es.streams").await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_never_goes_back_along_a_stream() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 1).await.unwrap();
    sqlx::query("UPDATE es.events SET recorded_at = now() + interval '3 days'")
        .execute(&fixture.pool)
        .await
        .unwrap();

    let appended = fixture.put("a", exact(1), 1).await.unwrap();
    let other = fixture.put("b", exact(0), 1).await.unwrap();

    let page = fixture.store.stream_page(&stream("a"), Cursor::<Version>::START, 9).await.unwrap();
    assert_eq!(page[0].recorded_at, page[1].recorded_at);
    assert_eq!(page[1].recorded_at, appended.streams[0].recorded_at);
    assert!(other.streams[0].recorded_at <= Timestamp::now());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_stored_once() {
    let fixture = fixture().await;
    let mut twice = events(3);
    let taken = twice[1].id;
    let first = event("{}").with_id(taken);
    fixture.store.append(Append::to(stream("a"), exact(0), vec![first]).unwrap()).await.unwrap();

    twice.rotate_left(1);
    let error =
        fixture.store.append(Append::to(stream("b"), exact(0), twice).unwrap()).await.unwrap_err();

    assert!(matches!(error, AppendError::DuplicateEvent { id } if id == taken), "{error:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 1);
    assert_eq!(fixture.number("SELECT count(*) FROM es.streams").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_named_by_its_position() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 2).await.unwrap();
    sqlx::query("UPDATE es.events SET metadata = '[7]' WHERE position = 2")
        .execute(&fixture.pool)
        .await
        .unwrap();

    let page = fixture.store.log_page(Cursor::<Position>::START, 9).await.unwrap();
    let error = fixture.store.stream_page(&stream("a"), Cursor::<Version>::START, 9).await;
    let error = error.unwrap_err();

    assert_eq!(page.events.len(), 2, "a reader of the log gets by it");
    let damage = page.events[1].damage().unwrap();
    assert!(damage.starts_with("the event at position 2 cannot be read: its metadata"), "{damage}");
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    let why = std::error::Error::source(&error).unwrap();
    assert_eq!(why.to_string(), "the event at position 2 cannot be read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_version_beyond_the_column_is_refused() {
    let fixture = fixture().await;
    let mut new = event("{}");
    new.event.version = SchemaVersion(u32::MAX);

    let error = fixture
        .store
        .append(Append::to(stream("a"), exact(0), vec![new]).unwrap())
        .await
        .unwrap_err();

    assert!(
        matches!(&error, AppendError::Store(e) if e.kind() == StoreErrorKind::Unsupported),
        "{error:?}"
    );
    let why = std::error::Error::source(&error).unwrap();
    assert_eq!(
        why.to_string(),
        "the schema version 4294967295 of an event is greater than 2147483647"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_prepared_statements_the_server_keeps_none() {
    let fixture = fixture().await;
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .connect(fixture.database.url())
        .await
        .unwrap();
    let store =
        PgStore::with_options(pool.clone(), PgStoreOptions::new().without_prepared_statements());

    store.append(append("a", exact(0), 1)).await.unwrap();
    store
        .append(Append::new(vec![part("a", exact(1), 1), part("b", exact(0), 0)]).unwrap())
        .await
        .unwrap();
    let page = store.log_page(Cursor::<Position>::START, 10).await.unwrap();

    assert_eq!(page.events.len(), 2);
    let kept: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%es.events%'",
    )
    .persistent(false)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(kept, 0);
}
