//! Destinations that are not where the progress is.

use std::sync::{Arc, Mutex};

use crate::fixture::*;

/// Somebody who is told things, and cannot be told to forget them.
#[derive(Clone, Debug, Default)]
struct Bell(Arc<Mutex<Vec<u64>>>);

impl Projects<Bell> for Ledger {
    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        bell: &mut Bell,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        self.fail_at(number)?;
        bell.0.lock().unwrap().push(number);
        Ok(())
    }
}

impl ReadModel<Bell> for Ledger {}

#[tokio::test]
async fn what_is_told_elsewhere_is_kept_track_of_here() {
    let (store, kept, ledgers) = service();
    let bell = Bell::default();
    let token = enter(&store, "ada", [1, 2, 3]).await;
    let options = RunOptions::default();

    let run = ledgers.run_into(Ledger::default(), bell.clone(), options.clone()).await.unwrap();
    ledgers.wait_for::<Ledger>(token, LONG).await.unwrap();
    run.stop().await;
    let run = node(&store, &kept).run_into(Ledger::default(), bell.clone(), options).await.unwrap();
    let token = enter(&store, "ada", [4]).await;
    ledgers.wait_for::<Ledger>(token, LONG).await.unwrap();

    assert_eq!(*bell.0.lock().unwrap(), [1, 2, 3, 4]);
    run.stop().await;
}

#[tokio::test]
async fn what_fails_elsewhere_waits_and_what_was_told_before_it_is_told_again() {
    let (store, _, ledgers) = service();
    let bell = Bell::default();
    let ledger = Ledger::failing_at([2]);
    let token = enter(&store, "ada", [1, 2, 3]).await;

    let run = ledgers.run_into(ledger.clone(), bell.clone(), RunOptions::default()).await.unwrap();
    ledgers.wait_for::<Ledger>(token, LONG).await.unwrap();
    assert_eq!(*bell.0.lock().unwrap(), [1, 1]);

    ledger.mend();
    until("all are told", || bell.0.lock().unwrap().len() == 4).await;
    assert_eq!(*bell.0.lock().unwrap(), [1, 1, 2, 3]);
    run.stop().await;
}
