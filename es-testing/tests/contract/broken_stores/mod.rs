//! Each test of the contract finds the store that breaks just its guarantee.

mod answering;
mod broken;
mod deciding;
mod faults;
mod locking;
mod reading;
mod repeating;
mod retagging;
mod selecting;
mod snapshots;
mod transforming;
mod writing;

use broken::Broken;
use es_testing::contract;
use tokio::runtime::Builder;

fn check(store: Broken, test: impl AsyncFnOnce(&Broken)) {
    contract::run(async move || (store, ()), test);
}

/// For tests that wait until they lose patience: time passes when nothing else is left to do.
fn check_at_once(store: Broken, test: impl AsyncFnOnce(&Broken)) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime starts").block_on(async move { test(&store).await });
}

#[test]
fn every_test_of_the_contract_finds_a_broken_store() {
    let found = [
        reading::FOUND,
        writing::FOUND,
        repeating::FOUND,
        deciding::FOUND,
        locking::FOUND,
        answering::FOUND,
        selecting::FOUND,
        snapshots::FOUND,
        transforming::FOUND,
        retagging::FOUND,
    ]
    .concat();
    let tests = [contract::TESTS, contract::TRANSFORM_TESTS, contract::RETAG_TESTS].concat();

    let finds_none: Vec<_> = tests.iter().filter(|test| !found.contains(test)).collect();
    assert!(finds_none.is_empty(), "no broken store makes these fail: {finds_none:?}");
    let unknown = found.iter().filter(|test| !tests.contains(test));
    assert_eq!(unknown.count(), 0, "every broken store breaks a test of the contract");
}
