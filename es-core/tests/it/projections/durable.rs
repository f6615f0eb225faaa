//! Named subscriptions: those that run one of a name compete for its events.

use std::time::Duration;

use es_core::projection::EventHandler;
use es_core::{RecordedEvent, Selection, Start, Timestamp, Transformation};

use super::fixture::*;
use super::handing_over::correct;

fn mails() -> ProjectionName {
    ProjectionName::new("mails").unwrap()
}

/// As the projection of the same rows does.
impl EventHandler<Books> for Ledger {
    async fn handle(&self, event: RecordedEvent, db: &mut Books) -> Result<(), ProjectError> {
        for event in event.decode::<LedgerEvent>()? {
            self.project(event, db).await?;
        }
        Ok(())
    }
}

async fn subscribe(ledgers: &Ledgers, start: Start, handler: Ledger) -> Running {
    let (log, name) = (Selection::log(), mails());
    ledgers.subscribe_with(name, log, start, handler, brisk()).await.unwrap()
}

async fn until_total(kept: &Kept, total: usize) {
    let books = async || kept.read(&mails(), Books::total) == Some(total);
    until_it("everything is handled", books).await;
}

/// Three consumers, of which one is stopped, dropped or begun anew at each turn.
#[tokio::test(flavor = "multi_thread")]
async fn each_event_is_had_once_and_in_order_by_consumers_that_come_and_go() {
    const ACCOUNTS: u64 = 20;
    const TURNS: u64 = 30;
    let (store, kept, ledgers) = service();
    let run = async || subscribe(&ledgers, Start::Beginning, Ledger::default()).await;
    let mut consumers = vec![run().await, run().await, run().await];

    for turn in 0..TURNS {
        for account in 0..ACCOUNTS {
            enter(&store, &format!("a-{account}"), turn * 10..(turn + 1) * 10).await;
        }
        let leaving = consumers.remove(0);
        if turn % 2 == 0 {
            leaving.stop().await;
        } else {
            drop(leaving);
        }
        consumers.push(run().await);
    }
    let all = usize::try_from(ACCOUNTS * TURNS * 10).unwrap();
    until_total(&kept, all).await;

    let books = kept.read(&mails(), Books::clone).unwrap();
    assert_eq!(books.entries.len(), usize::try_from(ACCOUNTS).unwrap());
    assert!(books.entries.values().all(|entries| entries.iter().copied().eq(0..TURNS * 10)));
    for consumer in consumers {
        consumer.stop().await;
    }
}

#[tokio::test]
async fn it_goes_on_where_it_was_whatever_the_start_says() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", [1, 2]).await;
    let first = subscribe(&ledgers, Start::Beginning, Ledger::default()).await;
    until_total(&kept, 2).await;
    first.stop().await;
    enter(&store, "ada", [3]).await;

    let again = Ledger::default();
    let running = subscribe(&node(&store, &kept), Start::Now, again.clone()).await;
    until_total(&kept, 3).await;

    assert_eq!(again.calls(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_new_one_begins_where_it_is_told() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", [1, 2]).await;

    let running = subscribe(&ledgers, Start::Now, Ledger::default()).await;
    enter(&store, "ada", [3]).await;
    until_total(&kept, 1).await;

    assert_eq!(kept.read(&mails(), Books::clone).unwrap().entries["ada"], [3]);
    running.stop().await;
}

#[tokio::test]
async fn a_new_one_begins_with_what_was_recorded_at_an_instant() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", [1, 2]).await;
    tokio::time::sleep(Duration::from_millis(2)).await;
    let then = Timestamp::now();
    enter(&store, "ada", [3, 4]).await;

    let running = subscribe(&ledgers, Start::At(then), Ledger::default()).await;
    until_total(&kept, 2).await;

    assert_eq!(kept.read(&mails(), Books::clone).unwrap().entries["ada"], [3, 4]);
    running.stop().await;
}

/// As for a projection.
#[tokio::test]
async fn what_fails_is_parked_with_its_stream_and_the_others_go_on() {
    let (store, kept, ledgers) = service();
    let running = subscribe(&ledgers, Start::Beginning, Ledger::failing_at([2])).await;

    enter(&store, "ada", [1, 2, 3]).await;
    enter(&store, "bob", [4, 5]).await;
    until_total(&kept, 3).await;

    let books = kept.read(&mails(), Books::clone).unwrap();
    assert_eq!((&books.entries["ada"][..], &books.entries["bob"][..]), (&[1][..], &[4, 5][..]));
    running.stop().await;
}

/// What it does with records is its own: also with those from before it began.
#[tokio::test]
async fn the_record_of_an_old_correction_is_handed_over() {
    struct Records;

    impl EventHandler<Books> for Records {
        async fn handle(&self, event: RecordedEvent, db: &mut Books) -> Result<(), ProjectError> {
            if let Some(transformation) = Transformation::of(&event) {
                db.entries.entry(transformation.stream.to_string()).or_default().push(0);
            }
            Ok(())
        }
    }

    let (store, kept, ledgers) = service();
    enter(&store, "ada", 1..4).await;
    let token = correct(&store, "ada").await;

    let subscribed = ledgers.subscribe(mails(), Selection::log(), Start::Beginning, Records).await;
    ledgers.named("mails").unwrap().wait_for(token, LONG).await.unwrap();

    assert_eq!(kept.read(&mails(), Books::clone).unwrap().entries["account/ada"], [0]);
    subscribed.unwrap().stop().await;
}
