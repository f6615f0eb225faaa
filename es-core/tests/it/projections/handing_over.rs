//! From the stored event to the handler.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use es_core::projection::{KeyError, ProjectionStore, declared_key};
use es_core::{Actor, Reason, RecordedEvent, Rewrite, Transform, TransformStore};

use super::fixture::*;

/// A ledger that is handed many entries at once.
#[derive(Clone, Debug, Default)]
struct Bulk {
    ledger: Ledger,
    sizes: Arc<Mutex<Vec<usize>>>,
}

impl Projection for Bulk {
    const NAME: &'static str = "ledger";
    const VERSION: u32 = 1;
    type Event = LedgerEvent;
}

impl Projects<Books> for Bulk {
    const IS_BULK: bool = true;

    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        db: &mut Books,
    ) -> Result<(), ProjectError> {
        self.project_all(vec![event], db).await
    }

    async fn project_all(
        &self,
        events: Vec<Recorded<LedgerEvent>>,
        db: &mut Books,
    ) -> Result<(), ProjectError> {
        self.sizes.lock().unwrap().push(events.len());
        for event in events {
            self.ledger.project(event, db).await?;
        }
        Ok(())
    }
}

impl ReadModel<Books> for Bulk {
    async fn forget(&self, stream: &StreamId, db: &mut Books) -> Result<(), ProjectError> {
        db.entries.remove(stream.key().as_str());
        Ok(())
    }
}

#[tokio::test]
async fn a_page_is_handed_over_at_once() {
    let (store, kept, ledgers) = service();
    let bulk = Bulk::default();
    let token = enter(&store, "ada", 0..700).await;

    let running = ledgers.run(bulk.clone()).await.unwrap();
    ledgers.of::<Bulk>().wait_for(token, LONG).await.unwrap();

    assert_eq!(*bulk.sizes.lock().unwrap(), [500, 200]);
    assert!(books(&kept).entries["ada"].iter().copied().eq(0..700));
    running.stop().await;
}

#[tokio::test]
async fn of_a_page_that_failed_all_but_the_bad_one_is_handled() {
    let (store, kept, ledgers) = service();
    let bulk = Bulk { ledger: Ledger::failing_at([3]), ..Bulk::default() };
    enter(&store, "ada", 0..4).await;
    let token = enter(&store, "bob", 4..8).await;

    let running = ledgers.run(bulk.clone()).await.unwrap();
    ledgers.of::<Bulk>().wait_for(token, LONG).await.unwrap();

    assert_eq!(bulk.sizes.lock().unwrap()[..9], [8, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(books(&kept).total(), 7);
    running.stop().await;
}

/// Every entry is ten times as much as it was.
pub(crate) async fn correct(store: &MemoryStore, account: &str) -> Token {
    let (mia, reason) = (Actor::new("mia").unwrap(), Reason::new("wrong unit").unwrap());
    let tenfold = |event: RecordedEvent| {
        let parts = event.clone().decode::<LedgerEvent>().unwrap();
        let LedgerEvent::EntryMade(EntryMade { number }) = parts.into_iter().next().unwrap().event;
        let tenfold = LedgerEvent::from(EntryMade { number: 10 * number });
        Ok::<_, Infallible>(Rewrite::from(NewEvent::of(&tenfold, event.metadata).unwrap()))
    };
    store.transform(Transform::new(stream(account), mia, reason), tenfold).await.unwrap();
    enter(store, "zoe", [0]).await
}

#[tokio::test]
async fn a_stream_that_was_corrected_is_forgotten_and_its_copies_are_handled() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", 1..4).await;
    let token = enter(&store, "bob", 4..8).await;
    let running = ledgers.run(Bulk::default()).await.unwrap();
    ledgers.of::<Bulk>().wait_for(token, LONG).await.unwrap();

    let token = correct(&store, "ada").await;
    ledgers.of::<Bulk>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries["ada"], [10, 20, 30]);
    assert_eq!(books(&kept).entries["bob"], [4, 5, 6, 7]);
    running.stop().await;
}

#[tokio::test]
async fn who_cannot_forget_counts_nothing_twice() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", 1..4).await;
    let running = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    let token = correct(&store, "ada").await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries["ada"], [1, 2, 3]);
    let parked = ledgers.of::<Ledger>().parked().await.unwrap();
    assert_eq!((&parked[0].key, parked[0].behind), (&key("ada"), 3));
    assert!(parked[0].error.contains("write `ReadModel::forget`"), "{}", parked[0].error);
    running.stop().await;
}

/// Kept in order by the number of the entry, whatever the account.
struct ByNumber(Ledger);

impl Projection for ByNumber {
    const NAME: &'static str = "ledger";
    const VERSION: u32 = 1;
    const KEYED_BY: &'static str = "number";
    type Event = LedgerEvent;

    fn key(event: &RecordedEvent) -> Result<ProjectionKey, KeyError> {
        declared_key::<LedgerEvent, _>(event, |event| match event.event {
            LedgerEvent::EntryMade(EntryMade { number: 13 }) => String::new(),
            LedgerEvent::EntryMade(EntryMade { number: 14 }) => panic!("not this one"),
            LedgerEvent::EntryMade(EntryMade { number }) => number.to_string(),
        })
    }
}

impl Projects<Books> for ByNumber {
    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        db: &mut Books,
    ) -> Result<(), ProjectError> {
        self.0.project(event, db).await
    }
}

impl ReadModel<Books> for ByNumber {}

#[tokio::test]
async fn an_event_without_a_key_fails_and_is_kept_with_its_stream() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", [12, 13, 15]).await;
    let token = enter(&store, "bob", [14, 16]).await;

    let running = ledgers.run(ByNumber(Ledger::default())).await.unwrap();
    ledgers.of::<ByNumber>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).total(), 3);
    let parked = ledgers.of::<ByNumber>().parked().await.unwrap();
    let parked: Vec<_> = parked.iter().map(|one| (one.key.as_str(), one.error.as_str())).collect();
    assert_eq!(parked[0].0, "account/ada");
    assert!(parked[0].1.starts_with("the event at position 2 has no key"), "{}", parked[0].1);
    assert_eq!(parked[1], ("account/bob", "the key panicked: not this one"));
    running.stop().await;
}

#[tokio::test]
async fn what_fails_is_in_order_by_the_declared_key() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", [1, 2]).await;
    let token = enter(&store, "bob", [1, 2]).await;

    let running = ledgers.run(ByNumber(Ledger::failing_at([1]))).await.unwrap();
    ledgers.of::<ByNumber>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).total(), 2);
    let parked = ledgers.of::<ByNumber>().parked().await.unwrap();
    assert_eq!((parked[0].key.as_str(), parked[0].behind), ("1", 1));
    running.stop().await;
}

#[tokio::test]
async fn a_batch_that_lingers_takes_what_comes_a_moment_later() {
    let (store, kept, ledgers) = service();
    let bulk = Bulk::default();
    let patient = RunOptions::default().with_linger(std::time::Duration::from_millis(400));
    let running = ledgers.run_with(bulk.clone(), patient).await.unwrap();

    for number in 0..5 {
        enter(&store, "ada", [number]).await;
    }
    until("all entries are there", || books(&kept).total() == 5).await;

    assert_eq!(*bulk.sizes.lock().unwrap(), [5]);
    running.stop().await;
}

#[tokio::test]
async fn of_a_stream_that_was_corrected_before_there_is_nothing_to_forget() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", 1..4).await;
    let token = correct(&store, "ada").await;

    let running = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries["ada"], [10, 20, 30]);
    assert!(ledgers.of::<Ledger>().parked().await.unwrap().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_projection_by_another_key_stops_before_a_correction_and_goes_on_when_it_is_rebuilt() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", 1..4).await;
    let running = ledgers.run(ByNumber(Ledger::default())).await.unwrap();
    ledgers.of::<ByNumber>().wait_for(token, LONG).await.unwrap();

    let token = correct(&store, "ada").await;
    until_it("it stops", async || {
        let versions = kept.versions(None).await.unwrap();
        versions[0].stopped.as_deref().is_some_and(|why| why.contains("stream `account/ada` was"))
    })
    .await;
    assert_eq!(books(&kept).entries["ada"], [1, 2, 3]);

    ledgers.rebuild_in_place(&ByNumber(Ledger::default())).await.unwrap();
    ledgers.of::<ByNumber>().resume().await.unwrap();
    ledgers.of::<ByNumber>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries["ada"], [10, 20, 30]);
    running.stop().await;
}
