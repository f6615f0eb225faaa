//! Administration of parked events.

use es_core::Reason;
use es_core::projection::ParkedSelector;

use super::fixture::*;

/// A ledger that failed at the first of three entries of two accounts, and gave up at once.
async fn parked() -> (Ledger, Kept, Ledgers, Running) {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::failing_at([1, 11]);
    enter(&store, "ada", [1, 2, 3]).await;
    let token = enter(&store, "bob", [11, 12]).await;
    let once = RunOptions::default().with_on_failure(OnFailure::Park { attempts: 1 });
    let running = ledgers.run_with(ledger.clone(), once).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    (ledger, kept, ledgers, running)
}

#[tokio::test]
async fn one_key_is_replayed_and_the_others_stay() {
    let (ledger, kept, ledgers, running) = parked().await;
    ledger.mend();

    let replayed = ledgers.of::<Ledger>().replay(&ParkedSelector::One(key("ada"))).await.unwrap();
    until("all of ada's entries are there", || books(&kept).total() == 3).await;

    assert_eq!(replayed, 1);
    assert_eq!(books(&kept).entries["ada"], [1, 2, 3]);
    let left = ledgers.of::<Ledger>().parked().await.unwrap();
    assert_eq!(left.iter().map(|parked| &parked.key).collect::<Vec<_>>(), [&key("bob")]);
    running.stop().await;
}

#[tokio::test]
async fn a_replay_that_fails_again_stays_parked() {
    let (_, _, ledgers, running) = parked().await;

    ledgers.of::<Ledger>().replay(&ParkedSelector::All).await.unwrap();
    until_it("both were tried once more", async || {
        let parked = ledgers.of::<Ledger>().parked().await.unwrap();
        parked.iter().all(|parked| parked.attempts == 1 && parked.next_attempt.is_none())
    })
    .await;

    assert_eq!(ledgers.of::<Ledger>().parked().await.unwrap().len(), 2);
    running.stop().await;
}

#[tokio::test]
async fn what_is_behind_a_dropped_event_is_handled_without_it() {
    let (_, kept, ledgers, running) = parked().await;
    let first = ledgers.of::<Ledger>().parked().await.unwrap()[0].position;
    let reason = Reason::new("a test account").unwrap();

    let was_first = ledgers.of::<Ledger>().drop_parked(&key("ada"), first, &reason).await.unwrap();
    until("the rest of ada's entries is there", || books(&kept).total() == 2).await;

    assert!(was_first);
    assert_eq!(books(&kept).entries["ada"], [2, 3]);
    running.stop().await;
}

#[tokio::test]
async fn what_is_behind_another_is_not_dropped() {
    let (_, _, ledgers, running) = parked().await;
    let reason = Reason::new("a test account").unwrap();

    let second = ledgers.of::<Ledger>().parked_events(&key("ada")).await.unwrap()[1].event.position;
    assert!(!ledgers.of::<Ledger>().drop_parked(&key("ada"), second, &reason).await.unwrap());
    running.stop().await;
}

#[tokio::test]
async fn who_takes_over_knows_what_waits() {
    let (ledger, kept, ledgers, running) = parked().await;
    running.stop().await;

    ledger.mend();
    let running = ledgers.run(ledger).await.unwrap();
    ledgers.of::<Ledger>().replay(&ParkedSelector::All).await.unwrap();
    until("all entries are there", || books(&kept).total() == 5).await;

    assert_eq!(books(&kept).entries["ada"], [1, 2, 3]);
    running.stop().await;
}

/// It comes in the moment in which the first of the key is done, and is later than those behind that. The
/// node may hear of it first, so there are many keys.
#[tokio::test]
async fn what_comes_while_a_key_is_worked_off_waits_for_all_of_it() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::failing_at([1]);
    let accounts: Vec<_> = (0..20).map(|nth| format!("a-{nth}")).collect();
    let mut token = None;
    for account in &accounts {
        token = Some(enter(&store, account, [1, 2, 3]).await);
    }
    let once = brisk().with_on_failure(OnFailure::Park { attempts: 1 });
    let running = ledgers.run_with(ledger.clone(), once).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token.unwrap(), LONG).await.unwrap();
    ledger.mend();

    for (nth, account) in accounts.iter().enumerate() {
        ledgers.of::<Ledger>().replay(&ParkedSelector::One(key(account))).await.unwrap();
        enter(&store, account, [4]).await;
        until("all entries are there", || books(&kept).total() == 4 * (nth + 1)).await;
    }

    let in_order = |entries: &Vec<u64>| *entries == [1, 2, 3, 4];
    assert!(books(&kept).entries.values().all(in_order), "{:?}", books(&kept));
    running.stop().await;
}
