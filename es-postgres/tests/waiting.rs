//! What it costs to wait. A process of its own: spans are counted, and which of them there are is one
//! decision for all threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use std::time::Duration;

use es_core::prelude::*;
use es_postgres::PgStore;
use es_postgres::sqlx::PgPool;
use es_testing::postgres::TestDatabase;
use tokio::time::sleep;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The interval at which the log is polled.
const POLL: Duration = Duration::from_millis(100);

/// Counts looks at the end of the log.
#[derive(Clone, Debug, Default)]
struct Looks(Arc<AtomicUsize>);

impl Subscriber for Looks {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.name() == "es.log_end"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        self.0.fetch_add(1, Ordering::Relaxed);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_hundred_who_wait_cost_as_much_as_one() {
    let looks = Looks::default();
    tracing::subscriber::set_global_default(looks.clone()).unwrap();
    let looks = || looks.0.load(Ordering::Relaxed);
    let database = TestDatabase::create().await;
    let store = PgStore::new(PgPool::connect(database.url()).await.unwrap());
    store.migrate().await.unwrap();
    let end = store.log_page(Cursor::START, 0).await.unwrap().safe;

    let wait = |store: PgStore| async move {
        loop {
            store.log_grown(end).await;
        }
    };
    let waiting: Vec<_> = (0..100).map(|_| tokio::spawn(wait(store.clone()))).collect();
    sleep(10 * POLL).await;
    let meanwhile = looks();
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    sleep(2 * POLL).await;
    let before = looks();
    sleep(5 * POLL).await;

    assert!((1..=11).contains(&meanwhile), "{meanwhile} looks in ten intervals");
    assert_eq!(looks(), before, "nobody waits, nobody looks");
}
