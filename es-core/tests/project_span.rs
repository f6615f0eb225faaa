//! What the service's own tracing sees of a projection. Alone in its process: whether a span is wanted is
//! remembered for all threads of one.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};

use es_core::MemoryProjections;
use es_core::prelude::*;
use es_core::projection::Projections;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "entry-made")]
struct EntryMade {
    number: u64,
}

/// The first entry is too much for it.
#[derive(Projection)]
#[projection(name = "ledger", version = 1, events(EntryMade))]
struct Ledger;

impl ReadModel<u64> for Ledger {}

impl Project<EntryMade, u64> for Ledger {
    async fn project(&self, event: Recorded<EntryMade>, sum: &mut u64) -> Result<(), ProjectError> {
        if event.event.number == 1 {
            return Err(ProjectError::new("the first entry"));
        }
        *sum += event.event.number;
        Ok(())
    }
}

async fn enter(store: &MemoryStore, account: &str, numbers: &[u64]) -> es_core::Token {
    let stream = StreamId::new(Category::new("account").unwrap(), StreamKey::new(account).unwrap());
    let new = |number: &u64| {
        let event = LedgerEvent::from(EntryMade { number: *number });
        NewEvent::of(&event, Metadata::default()).unwrap()
    };
    let events = numbers.iter().map(new).collect();
    let append = Append::to(stream, ExpectedVersion::NoStream, events).unwrap();
    store.append(append).await.unwrap().token().unwrap()
}

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
    let store = MemoryStore::new();
    let ledgers = Projections::new(store.clone(), MemoryProjections::<u64>::new());
    enter(&store, "ada", &[1, 2]).await;
    let token = enter(&store, "bob", &[3]).await;

    let running = ledgers.run(Ledger).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, Duration::from_secs(30)).await.unwrap();

    // The first one failed as a whole.
    let careful = watcher.0.lock().unwrap()[1].clone();
    let expected = [
        ("es.events.count", "2"),
        ("es.global_position", "3"),
        ("es.parked.count", "2"),
        ("es.projection", "ledger v1"),
    ];
    assert!(
        careful.iter().map(|(name, value)| (*name, value.as_str())).eq(expected),
        "{careful:?}"
    );
    running.stop().await;
}
