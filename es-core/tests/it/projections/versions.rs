//! A new version is built beside the one that serves.

use es_core::projection::{
    Ended, Progress, ProjectionBatch, ProjectionStore, Registration, Swap, VersionState,
};
use es_core::{EventStore, ProjectionId};

use super::fixture::*;

/// The second version of the ledger: it keeps twice the number.
#[derive(Clone, Debug)]
pub(crate) struct Doubled;

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
    let old = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    let one = ledgers.run_with(Doubled, brisk()).await.unwrap();
    let two = node(&store, &kept).run_with(Doubled, brisk()).await.unwrap();
    until("the new rows are read", || books(&kept).entries["ada"][1] == 2).await;

    assert_eq!(books(&kept).entries["ada"].len(), 2000);
    until("it is run as retired", || old.state() == VersionState::Retired).await;
    let token = enter(&store, "ada", [2000]).await;
    ledgers.of::<Doubled>().wait_for(token, LONG).await.unwrap();
    assert_eq!(books(&kept).entries["ada"][2000], 4000);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn it_takes_the_place_of_one_that_nobody_runs_any_more() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", 0..10).await;
    let old = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    old.stop().await;
    enter(&store, "ada", 10..20).await;

    let new = ledgers.run(Doubled).await.unwrap();
    until("the new rows are read", || books(&kept).entries["ada"][1] == 2).await;

    until("all entries are there", || books(&kept).total() == 20).await;
    let older = ledgers.run(Ledger::default()).await.unwrap();
    assert_eq!(older.state(), VersionState::Retired);
    older.stop().await;
    new.stop().await;
}

/// A rollback: the old program starts, is told that it is retired, and takes over again with one call,
/// while events come and somebody reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_way_back_to_the_version_before_is_one_call() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", 0..500).await;
    let old = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    let new = ledgers.run_with(Doubled, brisk()).await.unwrap();
    until("the new rows are read", || {
        books(&kept).entries.contains_key("ada") && books(&kept).entries["ada"][1] == 2
    })
    .await;
    until("the old version is retired", || old.state() == VersionState::Retired).await;
    old.stop().await;
    let rolled_back = node(&store, &kept).run_with(Ledger::default(), brisk()).await.unwrap();
    assert_eq!(rolled_back.state(), VersionState::Retired);
    let load = tokio::spawn({
        let store = store.clone();
        async move {
            for number in 500..1000 {
                enter(&store, "ada", [number]).await;
            }
        }
    });

    let state = ledgers.of::<Ledger>().reinstate().await.unwrap();

    assert_eq!(state, VersionState::Building);
    until("the old rows are read again", || books(&kept).entries["ada"][1] == 1).await;
    load.await.unwrap();
    until("all entries are there", || books(&kept).entries["ada"].len() == 1000).await;
    assert!(books(&kept).entries["ada"].iter().copied().eq(0..1000), "each once, in order");
    until("both have heard of it", || {
        (rolled_back.state(), new.state()) == (VersionState::Serving, VersionState::Retired)
    })
    .await;
    rolled_back.stop().await;
    new.stop().await;
}

/// A retired version is run until somebody drops it.
#[tokio::test(start_paused = true)]
async fn a_retired_version_that_is_dropped_ends() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", 0..10).await;
    let mut old = ledgers.run(Ledger::default()).await.unwrap();
    let new = ledgers.run(Doubled).await.unwrap();
    until("it is run as retired", || old.state() == VersionState::Retired).await;

    assert!(kept.drop_version(&ProjectionId::of::<Ledger>()).await.unwrap());

    assert_eq!(old.ended().await, Ended::Retired);
    new.stop().await;
}

/// The version that was to take over is given up, and the old one, which has stopped for it, goes on.
#[tokio::test]
async fn a_version_that_stopped_for_another_goes_on_where_that_is_dropped() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", 0..10).await;
    let old = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    until("all entries are there", || books(&kept).total() == 10).await;
    let incarnation = store.log_page(Cursor::<Position>::START, 1).await.unwrap().incarnation;
    let registration = Registration::new(ProjectionId::of::<Doubled>(), incarnation);
    kept.register(&registration).await.unwrap();
    let tables = kept.prepare(&registration.id).await.unwrap().expect("nobody has made them");
    tables.commit(Progress::default()).await.unwrap();
    assert_eq!(kept.swap(&registration.id).await.unwrap(), Swap::NotYet);
    until("it has stopped for the other one", || old.state() == VersionState::Retired).await;

    kept.drop_version(&registration.id).await.unwrap();
    enter(&store, "ada", 10..20).await;

    until("it goes on", || books(&kept).total() == 20).await;
    old.stop().await;
}
