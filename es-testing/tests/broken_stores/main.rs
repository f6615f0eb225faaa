//! Each test of the contract finds the store that breaks just its guarantee.

mod broken;
mod faults;
mod reading;
mod writing;

use broken::Broken;
use es_testing::contract;

fn check(store: Broken, test: impl AsyncFnOnce(&Broken)) {
    contract::run(async move || (store, ()), test);
}
