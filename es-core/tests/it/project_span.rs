//! The span of a batch of a projection.

use std::time::Duration;

use es_core::MemoryProjections;
use es_core::prelude::*;
use es_core::projection::Projections;

use crate::watched::Watcher;

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

#[tokio::test]
async fn a_batch_is_a_span_with_its_counts() {
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    let store = MemoryStore::new();
    let ledgers = Projections::new(store.clone(), MemoryProjections::<u64>::new());
    enter(&store, "ada", &[1, 2]).await;
    let token = enter(&store, "bob", &[3]).await;

    let running = ledgers.run(Ledger).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, Duration::from_secs(30)).await.unwrap();

    // The first one failed as a whole.
    let careful = &watcher.spans("es.project")[1];
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
