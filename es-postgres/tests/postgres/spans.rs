//! What the service's own tracing sees of the database.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use es_core::prelude::*;
use es_core::{Actor, Reason, Rewrite, Transform, TransformStore};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{append, exact, fixture, stream};

#[derive(Debug, Default)]
pub(crate) struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

/// Keeps the spans of target `es` with their names. It knows of no current span, as a service that
/// switched the target off: what is recorded on the current one is not here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watcher(Arc<Mutex<Vec<(&'static str, Fields)>>>);

impl Watcher {
    /// How many spans of that name there were.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|span| span.0 == name).count()
    }
}

impl Subscriber for Watcher {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "es"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let mut spans = self.0.lock().unwrap();
        spans.push((attributes.metadata().name(), fields));
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let nth = usize::try_from(span.into_u64() - 1).unwrap();
        values.record(&mut self.0.lock().unwrap()[nth].1);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn each_call_is_a_span_with_its_outcome() {
    let fixture = fixture().await;
    let watcher = Watcher::default();
    let guard = tracing::subscriber::set_default(watcher.clone());
    fixture.store.append(append("a", exact(0), 2)).await.unwrap();
    fixture.store.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
    fixture.store.log_page(Cursor::START, 1).await.unwrap();
    drop(guard);

    let spans = watcher.0.lock().unwrap();
    let seen = |nth: usize, field: &str| spans[nth].1.0.get(field).map(String::as_str);
    let names: Vec<_> = spans.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["es.append", "es.stream_page", "es.log_page"]);
    for nth in 0..3 {
        assert_eq!(seen(nth, "otel.kind"), Some("client"));
        assert_eq!(seen(nth, "db.system.name"), Some("postgresql"));
    }
    assert_eq!(seen(0, "es.stream.id"), Some("account/a"));
    assert_eq!(seen(0, "es.expected_version"), Some("version 0"));
    assert_eq!((seen(0, "es.events.count"), seen(0, "es.global_position")), (Some("2"), Some("2")));
    assert_eq!(seen(1, "es.events.count"), Some("2"));
    assert_eq!((seen(2, "es.events.count"), seen(2, "es.global_position")), (Some("1"), Some("2")));
}

#[tokio::test]
async fn a_transformation_is_a_span_with_the_stream_and_what_was_copied() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 2).await.unwrap();
    let why = Reason::new("numbers were counted twice").unwrap();
    let transform = Transform::new(stream("a"), Actor::new("mia").unwrap(), why);
    let watcher = Watcher::default();
    let guard = tracing::subscriber::set_default(watcher.clone());
    let keep = |_| Ok::<_, Infallible>(Rewrite::Keep);
    fixture.store.transform(transform, keep).await.unwrap();
    drop(guard);

    let spans = watcher.0.lock().unwrap();
    let (_, fields) = spans.iter().find(|(name, _)| *name == "es.replace").unwrap();
    let seen = |field: &str| fields.0.get(field).map(String::as_str);
    assert_eq!((seen("otel.kind"), seen("db.system.name")), (Some("client"), Some("postgresql")));
    assert_eq!(seen("es.stream.id"), Some("account/a"));
    // After the two events comes the record.
    assert_eq!((seen("es.events.count"), seen("es.global_position")), (Some("2"), Some("5")));
}
