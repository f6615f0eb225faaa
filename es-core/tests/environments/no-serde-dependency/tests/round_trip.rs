//! What one process writes, the next one reads.

use environment_no_serde_dependency::{
    Account, AccountEvent, Audited, Deposited, Income, LimitSet, Open, Total,
};
use es_core::prelude::*;

#[tokio::test]
async fn an_account_opens_and_is_read_again() {
    let store = MemoryStore::new();
    let open = Open { account: 7, cents: 5 };

    let opened = Repository::<Account, _>::new(store.clone()).execute(open).await.unwrap();
    let read = Repository::<Account, _>::new(store).load(&7).await.unwrap();

    assert_eq!(opened.events.len(), 2);
    assert_eq!(read.state, Account { cents: 5 });
}

#[test]
fn an_event_of_the_aggregate_is_read_by_another_set() {
    let raw = AccountEvent::from(Deposited(5)).to_raw().unwrap();

    assert_eq!(Audited::from_raw(&raw).unwrap().as_slice(), [Audited::Money(Deposited(5))]);
}

#[test]
fn an_event_of_three_versions_ago_is_read() {
    let stored = es_core::Payload::parse(r#"{"limit":5,"reason":"rich"}"#).unwrap();

    let read = LimitSet::decode(SchemaVersion(1), &stored).unwrap();

    assert_eq!(read, LimitSet { cents: 5 });
}

#[tokio::test]
async fn a_projection_reads_what_an_account_wrote() {
    let store = MemoryStore::new();
    let open = Open { account: 7, cents: 5 };
    let opened = Repository::<Account, _>::new(store).execute(open).await.unwrap();
    let mut total = Total::default();

    for event in opened.events {
        let event = event.with_event(Deposited(2).into());
        es_core::Projects::project(&Income, event, &mut total).await.unwrap();
    }

    assert_eq!(total, Total(4));
}
