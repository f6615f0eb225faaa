//! What a repository owes, the same with and without what makes it faster.
#![allow(clippy::duplicate_mod, reason = "the same tests for every kind of repository")]

use es_core::prelude::*;

use crate::fixture::Account;

macro_rules! every_test_with {
    ($kind:ident, $made:expr) => {
        #[path = "."]
        mod $kind {
            use super::*;

            fn accounts<S: EventStore>(store: &S) -> Repository<Account, S> {
                let made: fn(S) -> Repository<Account, S> = $made;
                made(store.clone())
            }

            mod at_a_version;
            mod commands;
            mod contention;
            mod resend;
            mod time_travel;
        }
    };
}

every_test_with!(plain, Repository::new);
every_test_with!(with_cache, |store| Repository::new(store).with_cache(10));
every_test_with!(unbatched, Repository::without_command_batching);
every_test_with!(unbatched_with_cache, |store| {
    Repository::without_command_batching(store).with_cache(10)
});
