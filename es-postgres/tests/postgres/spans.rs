//! What the service's own tracing sees of the database.

use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{Actor, Reason, Rewrite, Transform, TransformStore};

use crate::support::{append, exact, fixture, stream};
use crate::watched::{Fields, Watcher};

fn seen<'a>(span: &'a Fields, field: &str) -> Option<&'a str> {
    span.get(field).map(String::as_str)
}

fn is_of_a_client(span: &Fields) -> bool {
    (seen(span, "otel.kind"), seen(span, "db.system.name")) == (Some("client"), Some("postgresql"))
}

#[tokio::test]
async fn each_call_is_a_span_with_its_outcome() {
    let fixture = fixture().await;
    let watcher = Watcher::default();
    let guard = watcher.watch();
    fixture.store.append(append("a", exact(0), 2)).await.unwrap();
    fixture.store.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
    fixture.store.log_page(Cursor::START, 1).await.unwrap();
    drop(guard);

    assert_eq!(watcher.names(), ["es.append", "es.stream_page", "es.log_page"]);
    let [append, stream, log] =
        ["es.append", "es.stream_page", "es.log_page"].map(|name| watcher.span(name));
    assert!([&append, &stream, &log].into_iter().all(is_of_a_client));
    assert_eq!(seen(&append, "es.stream.id"), Some("account/a"));
    assert_eq!(seen(&append, "es.expected_version"), Some("version 0"));
    assert_eq!(seen(&append, "es.events.count"), Some("2"));
    assert_eq!(seen(&append, "es.global_position"), Some("2"));
    assert_eq!(seen(&stream, "es.events.count"), Some("2"));
    assert_eq!(seen(&log, "es.events.count"), Some("1"));
    assert_eq!(seen(&log, "es.global_position"), Some("2"));
}

#[tokio::test]
async fn a_transformation_is_a_span_with_the_stream_and_what_was_copied() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 2).await.unwrap();
    let why = Reason::new("numbers were counted twice").unwrap();
    let transform = Transform::new(stream("a"), Actor::new("mia").unwrap(), why);
    let watcher = Watcher::default();
    let guard = watcher.watch();
    let keep = |_| Ok::<_, Infallible>(Rewrite::Keep);
    fixture.store.transform(transform, keep).await.unwrap();
    drop(guard);

    let span = watcher.span("es.replace");
    assert!(is_of_a_client(&span));
    assert_eq!(seen(&span, "es.stream.id"), Some("account/a"));
    // After the two events comes the record.
    assert_eq!(seen(&span, "es.events.count"), Some("2"));
    assert_eq!(seen(&span, "es.global_position"), Some("5"));
}
