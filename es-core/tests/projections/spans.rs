//! What the service's own tracing sees of a projection.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};

use crate::fixture::*;

type Fields = BTreeMap<&'static str, String>;

/// Keeps the fields of every span of a batch; the id of a span is its place, from 1.
#[derive(Clone, Debug, Default)]
struct Watcher(Arc<Mutex<Vec<Fields>>>);

struct Filling<'a>(&'a mut Fields);

impl Visit for Filling<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Watcher {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.name() == "es.project"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        attributes.record(&mut Filling(&mut fields));
        let mut spans = self.0.lock().unwrap();
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let nth = usize::try_from(span.into_u64() - 1).unwrap();
        values.record(&mut Filling(&mut self.0.lock().unwrap()[nth]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_batch_is_a_span_with_its_counts() {
    let watcher = Watcher::default();
    let _guard = tracing::subscriber::set_default(watcher.clone());
    let (store, _, ledgers) = service();
    enter(&store, "ada", [1, 2]).await;
    let token = enter(&store, "bob", [3]).await;

    let running = ledgers.run(Ledger::failing_at([1])).await.unwrap();
    ledgers.wait_for::<Ledger>(token, LONG).await.unwrap();

    // The first one failed as a whole.
    let careful = watcher.0.lock().unwrap()[1].clone();
    let expected = [
        ("es.events.count", "2"),
        ("es.global_position", "3"),
        ("es.projection", "ledger v1"),
        ("es.set_aside.count", "2"),
    ];
    assert!(
        careful.iter().map(|(name, value)| (*name, value.as_str())).eq(expected),
        "{careful:?}"
    );
    running.stop().await;
}
