//! The same scenarios without a store and through one: the same answers.

use es_core::{EventStore, Metadata, prelude::*};
use es_testing::prelude::*;

use crate::fixture::*;

fn left(cents: i64) -> Account {
    Account { cents, overdraft: 0, open: true }
}

#[tokio::test]
async fn events_are_the_same() {
    let scenario = || Account::given((opened(), deposited(1000))).when(withdraw(300));
    let expected = (FeeCharged { cents: 5 }, Withdrawn { cents: 300, balance: 695 });

    scenario().then(expected.clone()).and_state(left(695));
    scenario().through(&MemoryStore::new()).await.then(expected).and_state(left(695));
}

#[tokio::test]
async fn a_chain_from_nothing_is_the_same() {
    let scenario = || Account::given(()).when(open()).when(deposit(5));

    scenario().then((opened(), deposited(5)));
    scenario().through(&MemoryStore::new()).await.then((opened(), deposited(5)));
}

#[tokio::test]
async fn a_rejection_midway_is_the_same() {
    let scenario = || Account::given(opened()).when(deposit(5)).when(withdraw(6)).when(deposit(7));
    let rejection = AccountError::InsufficientFunds { missing: 1 };

    scenario().then_rejected(rejection.clone()).and_state(left(5));
    scenario().through(&MemoryStore::new()).await.then_rejected(rejection).and_state(left(5));
}

#[tokio::test]
async fn nothing_is_the_same() {
    let scenario = || Account::given(opened()).when(deposit(0));

    scenario().then_nothing();
    scenario().through(&MemoryStore::new()).await.then_nothing();
}

#[tokio::test]
async fn lifecycles_are_the_same() {
    Account::given(()).when(deposit(1)).then_not_found();
    Account::given(()).when(deposit(1)).through(&MemoryStore::new()).await.then_not_found();
    Account::given(opened()).when(open()).then_already_exists();
    Account::given(opened()).when(open()).through(&MemoryStore::new()).await.then_already_exists();
}

#[tokio::test]
async fn the_events_are_in_the_store_afterwards() {
    let store = MemoryStore::new();

    Account::given(opened()).when(deposit(7)).through(&store).await.then(deposited(7));

    let accounts = Repository::<Account, _>::new(store);
    assert_eq!(accounts.load(&ada()).await.unwrap().state, left(7));
}

#[tokio::test]
#[should_panic(expected = "stream `account/ada` has events already (version 1): \
                a scenario wants a stream of its own")]
async fn a_stream_with_events_is_refused() {
    let store = MemoryStore::new();
    let stream = StreamId::of::<Account>(&ada()).unwrap();
    let event = NewEvent::of(&AccountEvent::from(opened()), Metadata::default()).unwrap();
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![event]).unwrap();
    store.append(append).await.unwrap();

    let _ = Account::given(()).when(open()).through(&store).await;
}

#[tokio::test]
#[should_panic(expected = "this scenario asserts nothing")]
async fn a_scenario_through_a_store_needs_an_assertion_too() {
    let _ = Account::given(opened()).when(deposit(1)).through(&MemoryStore::new()).await;
}
