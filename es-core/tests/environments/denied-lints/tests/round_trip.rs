//! What one process writes, the next one reads.

use std::time::Duration;

use environment_denied_lints::forbidden::{self, Door, DoorEvent};
use environment_denied_lints::process::{Office, Opening, OpeningStart, Ordered};
use environment_denied_lints::{Account, AccountEvent, Audited, Deposited, LimitSet, Open};
use es_core::prelude::*;
use es_core::process::End;
use es_core::sagas::{MemorySagas, Outcome, Sagas};

#[tokio::test]
async fn an_account_opens_and_is_read_again() {
    let store = MemoryStore::new();
    let open = Open { account: 7, cents: 5 };

    let opened = Repository::<Account, _>::new(store.clone()).execute(open).await.unwrap();
    let read = Repository::<Account, _>::new(store).load(&7).await.unwrap();

    assert_eq!(opened.events.len(), 2);
    assert_eq!(read.state, Account { cents: 5, ..Account::default() });
}

#[test]
fn an_event_of_the_aggregate_is_read_by_another_set() {
    let raw = AccountEvent::from(Deposited(5)).to_raw().unwrap();

    assert_eq!(Audited::from_raw(&raw).unwrap().as_slice(), [Audited::Money(Deposited(5))]);
}

#[tokio::test]
async fn a_door_opens_and_is_read_again() {
    let doors = Repository::<Door, _>::new(MemoryStore::new());

    let opened = doors.execute(forbidden::Open { door: 1 }).await.unwrap();

    assert!(doors.load(&1).await.unwrap().state.open);
    assert_eq!(opened.events[0].event, DoorEvent::Opened(forbidden::Opened));
}

#[test]
fn an_event_of_three_versions_ago_is_read() {
    let stored = es_core::Payload::parse(r#"{"limit":5,"reason":"rich"}"#).unwrap();

    let read = LimitSet::decode(SchemaVersion(1), &stored).unwrap();

    assert_eq!(read, LimitSet { cents: 5 });
}

#[tokio::test]
async fn an_account_is_opened_by_the_office() {
    let store = MemoryStore::new();
    let sagas = Sagas::new(store.clone(), MemorySagas::new());
    let _running = sagas.run::<Opening, _>(Office).await.unwrap();

    let ordered = OpeningStart::from(Ordered { account: 7 });
    let ordered = NewEvent::of(&ordered, Metadata::default()).unwrap();
    let stream = "account/7".parse().unwrap();
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![ordered]).unwrap();
    store.append(append).await.unwrap();

    let outcome = sagas.wait_for_end::<Opening>(&7, Duration::from_secs(20)).await.unwrap();
    assert_eq!(outcome, Outcome::Ended(End::Completed));
    let opened = sagas.load::<Opening>(&7).await.unwrap();
    assert_eq!(opened.instance.state(), &Opening { account: 7, card: Some(7) });
}
