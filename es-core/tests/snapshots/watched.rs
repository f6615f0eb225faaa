//! What a service's own tracing sees: spans with their fields, and warnings.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

type Fields = BTreeMap<&'static str, String>;

/// Keeps every span and every warning of the target `es`; the id of a span is its place, from 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watcher {
    spans: Arc<Mutex<Vec<(&'static str, Fields)>>>,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Watcher {
    /// Watches this thread until the guard is dropped.
    #[must_use]
    pub(crate) fn watch(&self) -> DefaultGuard {
        tracing::subscriber::set_default(self.clone())
    }

    /// The fields of the first span of that name.
    pub(crate) fn span(&self, name: &str) -> Fields {
        let spans = self.spans.lock().unwrap();
        let found = spans.iter().find(|(span, _)| *span == name);
        found.unwrap_or_else(|| panic!("no span `{name}` in {spans:?}")).1.clone()
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
