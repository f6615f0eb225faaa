//! All tests of the contract as one macro.

use tokio::runtime::Builder;

/// Runs one test of the contract on a store of its own.
///
/// The test has a runtime with several threads, so that its writers do meet. What `make_store`
/// answers beside the store is kept until the test is over: a temporary database, for example.
///
/// # Panics
///
/// If the store breaks the guarantee.
pub fn run<S, G>(make_store: impl AsyncFnOnce() -> (S, G), test: impl AsyncFnOnce(&S)) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let (store, guard) = make_store().await;
        test(&store).await;
        drop(store);
        drop(guard);
    });
}

/// Writes one `#[test]` for each test of the [contract](mod@crate::contract) of event stores.
///
/// `make_store` is an `async fn` that answers a fresh, empty store and a guard, `(S, G)`. The guard
/// is kept until the test ends; a store that needs none answers `(store, ())`. No macro of tokio is
/// needed beside it.
///
/// ```
/// use es_core::MemoryStore;
///
/// async fn make_store() -> (MemoryStore, ()) {
///     (MemoryStore::new(), ())
/// }
///
/// es_testing::contract!(make_store);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! contract {
    ($make_store:expr) => {
        $crate::contract! { @every tests $make_store }
    };
    (@every $what:ident $($make_store:expr)?) => {
        $crate::contract! { @$what $($make_store)?;
            append {
                all_parts_are_stored
                versions_count_from_one_without_gaps
                the_answer_is_what_is_read_back
                an_event_comes_back_as_it_went_in
                metadata_comes_back_as_it_went_in
                keys_are_compared_byte_by_byte
                a_part_without_events_stores_nothing
            }
            expected_version {
                any_version_is_met_by_every_stream
                no_stream_is_met_by_a_missing_stream_only
                an_existing_stream_is_not_met_by_a_missing_one
                an_exact_version_is_met_by_itself_only
                exact_zero_is_no_stream
                a_part_without_events_requires_its_version_too
            }
            conflict {
                a_conflict_names_stream_expected_and_actual_version
                a_conflict_stores_nothing
                one_conflicting_part_refuses_the_whole_append
                two_writers_one_winner
                two_appends_that_rely_on_each_other_never_both_succeed
            }
            order {
                positions_rise_and_are_never_given_twice
                time_never_goes_back_along_a_stream
                appends_that_cross_all_succeed
            }
            paging {
                a_stream_is_read_upwards_after_a_version
                a_stream_is_read_downwards_before_a_version
                the_log_is_read_upwards_after_a_position
                the_log_is_read_downwards_before_a_position
                a_limit_cuts_a_page
                a_long_stream_is_read_as_a_whole
                a_long_log_is_read_as_a_whole
            }
            log {
                the_log_holds_every_event_once
                the_log_holds_events_as_their_streams_do
                a_follower_loses_nothing_while_writers_append
                safe_never_goes_back_and_nothing_is_beyond_it
            }
            event_ids {
                an_event_id_is_taken_once_in_the_store
                a_taken_event_id_refuses_the_whole_append
            }
            snapshots {
                a_snapshot_is_answered_with_the_events_after_it
                a_snapshot_comes_back_as_it_was_kept
                only_the_snapshot_that_was_asked_for_is_answered
                the_newest_snapshot_is_answered
                a_snapshot_of_another_history_is_not_answered
                so_many_snapshots_are_kept
                a_snapshot_replaces_that_of_its_version
            }
            streams {
                an_unknown_stream_is_empty
                streams_do_not_mix
                clones_share_their_events
            }
            dropping {
                a_dropped_append_is_stored_whole_or_not_at_all
            }
        }
    };
    (@tests $make_store:expr; $($guarantee:ident { $($test:ident)* })*) => {
        $($(
            #[test]
            fn $test() {
                $crate::contract::run($make_store, $crate::contract::$guarantee::$test);
            }
        )*)*
    };
    (@names; $($guarantee:ident { $($test:ident)* })*) => {
        &[$($(concat!(stringify!($guarantee), "::", stringify!($test))),*),*]
    };
}

/// The tests that [`contract!`](crate::contract!) writes, each after its guarantee:
/// `append::all_parts_are_stored`.
pub const TESTS: &[&str] = crate::contract!(@every names);
