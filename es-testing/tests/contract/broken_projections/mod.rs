//! Each test of the contract of projection stores finds the store that breaks just its guarantee.

mod batch;
mod broken;
mod parking;
mod running;
mod store;
mod versions;

use broken::Broken;
use es_testing::projection_contract::{self, Kept};

use crate::numbers::Numbers;
use tokio::runtime::Builder;

fn probe(store: &Broken) -> Numbers {
    Numbers { kept: store.inner.clone(), spoils: true }
}

fn check(store: Broken, test: impl AsyncFnOnce(&Kept<Broken, Numbers>)) {
    let probe = probe(&store);
    projection_contract::run(async move || (store, probe, ()), test);
}

/// For tests that wait until they lose patience: time passes when nothing else is left to do.
fn check_at_once(store: Broken, test: impl AsyncFnOnce(&Kept<Broken, Numbers>)) {
    let kept = Kept { probe: probe(&store), store };
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime starts").block_on(async move { test(&kept).await });
}

/// A test for each broken store, and in `FOUND` the tests of the contract that find them.
macro_rules! finds {
    ($($name:ident: $test:path, $message:literal, $($at_once:ident)? { $($fault:tt)* })*) => {
        $(#[test]
        #[should_panic(expected = $message)]
        fn $name() {
            finds!(@check $($at_once)?)(Broken { $($fault)*, ..Broken::store() }, $test);
        })*

        pub(crate) const FOUND: &[&str] = &[$(stringify!($test)),*];
    };
    (@check) => { super::check };
    (@check $at_once:ident) => { super::$at_once };
}
use finds;

#[test]
fn every_test_of_the_contract_finds_a_broken_store() {
    let found = [running::FOUND, parking::FOUND, versions::FOUND].concat();
    let tests = projection_contract::TESTS;

    let finds_none: Vec<_> = tests.iter().filter(|test| !found.contains(test)).collect();
    assert!(finds_none.is_empty(), "no broken store makes these fail: {finds_none:?}");
    let unknown = found.iter().filter(|test| !tests.contains(test));
    assert_eq!(unknown.count(), 0, "every broken store breaks a test of the contract");
}
