//! A projection follows the log.

use super::faulty::{FaultyKept, Weather};
use super::fixture::*;

#[tokio::test]
async fn what_is_appended_shows_in_the_rows() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", [1, 2]).await;
    let running = ledgers.run(Ledger::default()).await.unwrap();

    let token = enter(&store, "ada", [3]).await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries["ada"], [1, 2, 3]);
    running.stop().await;
}

#[tokio::test]
async fn ten_thousand_events_are_handled_once_each() {
    let (store, kept, ledgers) = service();
    let mut token = Token::from(Position(0));
    for account in 0..100 {
        token = enter(&store, &format!("a-{account}"), 0..100).await;
    }

    let running = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    let books = books(&kept);
    assert_eq!(books.total(), 10_000);
    assert!(books.entries.values().all(|entries| entries.iter().copied().eq(0..100)));
    running.stop().await;
}

#[tokio::test]
async fn it_goes_on_where_it_stopped() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", [1]).await;
    let running = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    running.stop().await;

    let token = enter(&store, "ada", [2]).await;
    let again = Ledger::default();
    let running = node(&store, &kept).run(again.clone()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries["ada"], [1, 2]);
    assert_eq!(again.calls(), 1);
    running.stop().await;
}

/// What a version lacks, who runs it and what is parked is much to read, and a deployment starts every process
/// at once.
#[tokio::test]
async fn a_version_that_is_read_starts_without_a_list_of_nodes_and_parked_events() {
    let (store, kept, weather) = (MemoryStore::new(), Kept::new(), Weather::default());
    let ledgers = Projections::new(store.clone(), FaultyKept(kept.clone(), weather.clone()));
    ledgers.run(Ledger::default()).await.unwrap().stop().await;
    let before = weather.listed();

    let running = ledgers.run(Ledger::default()).await.unwrap();
    enter(&store, "ada", [1]).await;
    // Who waits for a projection looks at the list, now and then.
    until("the entry is there", || books(&kept).entries.contains_key("ada")).await;

    // The gauges of a node count what is parked, once in a while.
    let by_gauges = u32::from(cfg!(feature = "metrics"));
    assert_eq!(weather.listed() - before, by_gauges, "and holds its slots");
    running.stop().await;
}
