//! A new version is built beside the one that serves.

use es_core::projection::{Ended, RunError};

use crate::fixture::*;

/// The second version of the ledger: it keeps twice the number.
#[derive(Clone, Debug)]
struct Doubled;

impl Projection for Doubled {
    const NAME: &'static str = "ledger";
    const VERSION: u32 = 2;
    type Event = LedgerEvent;
}

impl Projects<Books> for Doubled {
    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        db: &mut Books,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        db.entries.entry(event.stream.key().to_string()).or_default().push(2 * number);
        Ok(())
    }
}

impl ReadModel<Books> for Doubled {}

#[tokio::test]
async fn it_takes_the_place_of_the_old_one_when_it_has_come_as_far() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", 0..2000).await;
    let mut old = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    ledgers.wait_for::<Ledger>(token, LONG).await.unwrap();

    let one = ledgers.run_with(Doubled, brisk()).await.unwrap();
    let two = node(&store, &kept).run_with(Doubled, brisk()).await.unwrap();
    until("the new rows are read", || books(&kept).entries["ada"][1] == 2).await;

    assert_eq!(books(&kept).entries["ada"].len(), 2000);
    assert_eq!(old.ended().await, Ended::Retired);
    let token = enter(&store, "ada", [2000]).await;
    ledgers.wait_for::<Doubled>(token, LONG).await.unwrap();
    assert_eq!(books(&kept).entries["ada"][2000], 4000);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn it_takes_the_place_of_one_that_nobody_runs_any_more() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", 0..10).await;
    let old = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.wait_for::<Ledger>(token, LONG).await.unwrap();
    old.stop().await;
    enter(&store, "ada", 10..20).await;

    let new = ledgers.run(Doubled).await.unwrap();
    until("the new rows are read", || books(&kept).entries["ada"][1] == 2).await;

    until("all entries are there", || books(&kept).total() == 20).await;
    let older = ledgers.run(Ledger::default()).await;
    assert!(matches!(older, Err(RunError::Register(_))), "{older:?}");
    new.stop().await;
}
