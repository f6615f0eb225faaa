//! Ten thousand keys that wait.

use std::time::Instant;

use es_core::projection::ParkedSelector;

use super::fixture::*;

/// Counts entries: a copy of it costs nothing.
impl Projects<u64> for Ledger {
    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        db: &mut u64,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        *db += 1;
        self.fail_at(number)
    }
}

impl ReadModel<u64> for Ledger {}

/// Parks that many keys with two events each, has new events come, and replays all. In seconds.
async fn spoil(keys: u64) -> f64 {
    let (store, kept) = (MemoryStore::new(), MemoryProjections::<u64>::new());
    let ledgers = Projections::new(store.clone(), kept.clone());
    let ledger = Ledger::failing_at([1]);
    for nth in 0..keys {
        enter(&store, &format!("a-{nth}"), [1, 2]).await;
    }
    let began = Instant::now();
    let once = RunOptions::default().with_on_failure(OnFailure::Park { attempts: 1 });
    let running = ledgers.run_with(ledger.clone(), once).await.unwrap();
    let token = enter(&store, "good", [2]).await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    assert_eq!(kept.read(&name(), |count| *count), Some(1));

    ledger.mend();
    assert_eq!(ledgers.of::<Ledger>().replay(&ParkedSelector::All).await.unwrap(), keys);
    until("all are done", || kept.read(&name(), |count| *count) == Some(2 * keys + 1)).await;
    let seconds = began.elapsed().as_secs_f64();
    running.stop().await;
    seconds
}

#[tokio::test]
async fn ten_thousand_waiting_keys_cost_ten_times_as_much_as_a_thousand() {
    let thousand = spoil(1_000).await;
    let ten_thousand = spoil(10_000).await;

    // A hundred times as much would be quadratic.
    assert!(ten_thousand < 40.0 * thousand, "{thousand} s and {ten_thousand} s");
}
