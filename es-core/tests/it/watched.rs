//! Spans with their fields, and warnings, as a service's own tracing sees them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

pub(crate) type Fields = BTreeMap<&'static str, String>;

/// Keeps every span and every warning of the target `es`; the id of a span is its place, from 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watcher {
    spans: Arc<Mutex<Vec<(&'static str, Fields)>>>,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Watcher {
    /// Watches this thread until the guard is dropped.
    ///
    /// Whether anybody wants a span is remembered for all threads by the first one that comes to it. While there
    /// is one subscriber in the process, that thread asks its own, which is none in a test beside this one.
    /// While there are two, it asks both.
    #[must_use]
    pub(crate) fn watch(&self) -> DefaultGuard {
        static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));
        LazyLock::force(&ANOTHER);
        tracing::subscriber::set_default(self.clone())
    }

    /// The fields of the only span of that name.
    pub(crate) fn span(&self, name: &str) -> Fields {
        let mut named = self.spans(name);
        assert_eq!(named.len(), 1, "spans `{name}` in {:?}", self.names());
        named.remove(0)
    }

    /// The name of each span, in their order.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.spans.lock().unwrap().iter().map(|(name, _)| *name).collect()
    }

    /// The fields of each span of that name.
    pub(crate) fn spans(&self, name: &str) -> Vec<Fields> {
        let spans = self.spans.lock().unwrap();
        spans.iter().filter(|(span, _)| *span == name).map(|(_, fields)| fields.clone()).collect()
    }

    /// The warnings so far.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap().clone()
    }
}

struct Seen<'a>(&'a mut Fields);

impl Visit for Seen<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Watcher {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "es"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        attributes.record(&mut Seen(&mut fields));
        let mut spans = self.spans.lock().unwrap();
        spans.push((attributes.metadata().name(), fields));
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let nth = usize::try_from(span.into_u64() - 1).unwrap();
        values.record(&mut Seen(&mut self.spans.lock().unwrap()[nth].1));
    }

    fn event(&self, event: &Event<'_>) {
        if *event.metadata().level() <= Level::WARN {
            let mut fields = Fields::new();
            event.record(&mut Seen(&mut fields));
            self.warnings.lock().unwrap().push(fields.remove("message").unwrap_or_default());
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn a_span_is_seen_although_a_thread_that_nobody_watches_came_to_it_first() {
    let enter = || drop(tracing::info_span!(target: "es", "es.first_elsewhere"));
    let watcher = Watcher::default();
    let _guard = watcher.watch();

    std::thread::spawn(enter).join().unwrap();
    enter();

    assert_eq!(watcher.span("es.first_elsewhere"), Fields::new());
}
