//! What a repository owes, the same with and without what makes it faster.
#![allow(clippy::duplicate_mod, reason = "the same tests for every kind of repository")]

#[path = "../fixture/mod.rs"]
mod fixture;
#[path = "../gated/mod.rs"]
mod gated;

use es_core::prelude::*;
use fixture::Account;

macro_rules! every_test_with {
    ($kind:ident, $made:expr) => {
        #[path = "."]
        mod $kind {
            use super::*;

            fn accounts<S: EventStore>(store: &S) -> Repository<Account, S> {
                let made: fn(Repository<Account, S>) -> Repository<Account, S> = $made;
                made(Repository::new(store.clone()))
            }

            mod commands;
            mod contention;
            mod resend;
            mod time_travel;
        }
    };
}

every_test_with!(plain, |accounts| accounts);
every_test_with!(with_cache, |accounts| accounts.with_cache(10));
every_test_with!(in_turn, |accounts| accounts.in_turn());
every_test_with!(in_turn_with_cache, |accounts| accounts.in_turn().with_cache(10));
