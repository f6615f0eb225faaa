//! Destinations that are not where the progress is.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::fixture::*;

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

    let run = ledgers
        .run_into(Ledger::default(), bell.clone(), Start::Beginning, options.clone())
        .await
        .unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    run.stop().await;
    let run = node(&store, &kept)
        .run_into(Ledger::default(), bell.clone(), Start::Beginning, options)
        .await
        .unwrap();
    let token = enter(&store, "ada", [4]).await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(*bell.0.lock().unwrap(), [1, 2, 3, 4]);
    run.stop().await;
}

impl Bell {
    fn heard(&self) -> Vec<u64> {
        self.0.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn what_fails_elsewhere_waits_and_nothing_before_it_is_told_again() {
    let (store, _, ledgers) = service();
    let bell = Bell::default();
    let ledger = Ledger::failing_at([2]);
    let token = enter(&store, "ada", [1, 2, 3]).await;

    let options = RunOptions::default();
    let run = ledgers.run_into(ledger.clone(), bell.clone(), Start::Beginning, options);
    let run = run.await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    assert_eq!(bell.heard(), [1]);

    ledger.mend();
    until("all are told", || bell.heard().len() == 3).await;
    assert_eq!(bell.heard(), [1, 2, 3]);
    run.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_an_hour_parks_nothing_and_keeps_the_order() {
    let (store, _, ledgers) = service();
    let (bell, ledger) = (Bell::default(), Ledger::default());
    ledger.faults.lock().unwrap().every = Some(1);
    for account in ["ada", "bob", "eve"] {
        enter(&store, account, [1, 2]).await;
    }

    let options = RunOptions::default();
    let run = ledgers.run_into(ledger.clone(), bell.clone(), Start::Beginning, options);
    let run = run.await.unwrap();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let waiting = ledgers.of::<Ledger>().parked().await.unwrap();
    assert_eq!(waiting.len(), 3);
    assert!(waiting.iter().all(|key| key.next_attempt.is_some()), "{waiting:?}");
    assert_eq!(bell.heard(), [0_u64; 0]);

    ledger.mend();
    tokio::time::sleep(Duration::from_secs(2 * 60)).await;
    let mut heard = bell.heard();
    heard.sort_unstable();
    assert_eq!(heard, [1, 1, 1, 2, 2, 2]);
    assert!(ledgers.of::<Ledger>().parked().await.unwrap().is_empty());
    run.stop().await;
}

#[tokio::test(start_paused = true)]
async fn effects_are_parked_where_somebody_says_so() {
    let (store, _, ledgers) = service();
    let (bell, ledger) = (Bell::default(), Ledger::failing_at([1]));
    enter(&store, "ada", [1]).await;

    let options = RunOptions::default().with_on_failure(OnFailure::Park { attempts: 3 });
    let run = ledgers.run_into(ledger, bell, Start::Beginning, options).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5 * 60)).await;

    let parked = ledgers.of::<Ledger>().parked().await.unwrap();
    assert_eq!((parked[0].attempts, parked[0].next_attempt), (3, None));
    run.stop().await;
}

#[tokio::test]
async fn a_new_one_begins_where_it_is_told_and_a_known_one_goes_on() {
    let (store, _, ledgers) = service();
    let bell = Bell::default();
    enter(&store, "ada", [1, 2]).await;

    let run = async |start| {
        let options = RunOptions::default();
        ledgers.run_into(Ledger::default(), bell.clone(), start, options).await.unwrap()
    };
    let running = run(Start::Now).await;
    let token = enter(&store, "ada", [3]).await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    running.stop().await;
    enter(&store, "ada", [4]).await;
    let running = run(Start::Now).await;

    until("what came meanwhile is told", || bell.heard() == [3, 4]).await;
    running.stop().await;
}

/// Rings, and dies at the number that it is told.
#[derive(Clone, Debug, Default)]
struct Fragile {
    bell: Bell,
    dies_at: Option<u64>,
}

impl Projects<Fragile> for Ledger {
    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        to: &mut Fragile,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        to.bell.0.lock().unwrap().push(number);
        if to.dies_at == Some(number) {
            // Rung, and never noted: the node is broken off before.
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

impl ReadModel<Fragile> for Ledger {}

#[tokio::test]
async fn a_crash_repeats_the_event_in_hand_and_no_other() {
    let (store, _, ledgers) = service();
    let bell = Bell::default();
    enter(&store, "ada", 0..40).await;
    let fragile = Fragile { bell: bell.clone(), dies_at: Some(30) };

    let run = ledgers.run_into(Ledger::default(), fragile, Start::Beginning, brisk());
    let run = run.await.unwrap();
    until("it is about to die", || bell.heard().len() == 31).await;
    run.stop().await;
    let whole = Fragile { bell: bell.clone(), dies_at: None };
    let run = ledgers.run_into(Ledger::default(), whole, Start::Beginning, brisk());
    let run = run.await.unwrap();

    until("all are told", || bell.heard().len() >= 41).await;
    let expected: Vec<_> = (0..=30).chain(30..40).collect();
    assert_eq!(bell.heard(), expected);
    run.stop().await;
}

/// A ledger whose mailer says whose fault a failure is.
struct Blaming;

impl Projection for Blaming {
    const NAME: &'static str = "ledger";
    const VERSION: u32 = 1;
    type Event = LedgerEvent;
}

impl Projects<Books> for Blaming {
    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        _: &mut Books,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        match number {
            1 => Err(ProjectError::rejected("there is no such address")),
            2 => Err(ProjectError::unavailable("the mailer is away")),
            _ => Ok(()),
        }
    }
}

impl ReadModel<Books> for Blaming {}

#[tokio::test(start_paused = true)]
async fn a_rejected_event_is_parked_at_once_and_an_outage_never() {
    let (store, _, ledgers) = service();
    enter(&store, "ada", [1]).await;
    enter(&store, "bob", [2]).await;

    let run = ledgers.run(Blaming).await.unwrap();
    tokio::time::sleep(Duration::from_secs(10 * 60)).await;

    let parked = ledgers.of::<Blaming>().parked().await.unwrap();
    let [ada, bob] = &parked[..] else { panic!("two keys wait: {parked:?}") };
    assert_eq!((ada.attempts, ada.next_attempt), (1, None));
    assert!(bob.attempts > 5 && bob.next_attempt.is_some(), "{bob:?}");
    run.stop().await;
}
