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
                an_append_without_events_is_answered
                one_append_may_hold_ten_thousand_streams
                a_payload_at_the_limit_is_stored
            }
            expected_version {
                any_version_is_met_by_every_stream
                no_stream_is_met_by_a_missing_stream_only
                an_existing_stream_is_not_met_by_a_missing_one
                an_exact_version_is_met_by_itself_only
                a_version_that_no_stream_reaches_is_a_conflict
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
                a_fold_reads_the_events_of_the_stream
                a_long_stream_is_read_as_a_whole
                a_long_log_is_read_as_a_whole
            }
            imported {
                an_imported_event_keeps_its_instant
                an_instant_that_goes_back_along_a_stream_is_refused
                an_instant_that_is_yet_to_come_is_refused
            }
            log {
                the_log_holds_every_event_once
                the_log_holds_events_as_their_streams_do
                a_follower_loses_nothing_while_writers_append
                safe_never_goes_back_and_nothing_is_beyond_it
            }
            event_ids {
                an_append_that_is_sent_again_has_its_first_answer
                an_append_over_several_streams_has_its_first_answers
                an_append_that_is_sent_again_does_not_break_its_condition
                an_append_that_is_sent_again_is_not_compared
                an_event_id_is_taken_once_in_the_store
                a_taken_event_id_refuses_the_whole_append
                an_append_that_is_there_in_part_is_refused
                the_same_events_elsewhere_are_refused
                of_twins_that_race_one_is_stored
                a_dropped_append_is_sent_again_and_stored_once
            }
            crowd {
                each_append_has_its_own_answer
                a_refusal_harms_no_neighbour
                all_that_meet_on_one_stream_are_stored
                an_append_to_several_streams_is_whole
            }
            condition {
                an_event_with_the_tag_refuses_an_append
                an_event_of_the_type_refuses_an_append
                an_item_is_broken_by_an_event_that_has_all_it_asks_for
                any_item_refuses_an_append
                a_known_event_refuses_nothing
                an_event_up_to_after_refuses_nothing
                the_events_of_the_append_itself_do_not_count
                a_broken_condition_names_an_event_that_matches
                a_broken_condition_stores_nothing
                an_append_without_events_requires_its_condition_too
                a_condition_that_holds_leaves_versions_in_force
            }
            requests {
                an_answer_is_found_as_it_was_kept
                the_answer_of_an_append_is_found_with_its_versions
                a_second_append_of_a_request_is_refused_with_the_first_answer
                an_append_of_a_request_that_is_sent_again_has_its_own_answer
                an_append_that_is_refused_answers_no_request
                an_answer_without_events_stays
                of_appends_that_race_for_a_request_one_is_stored
                appends_and_answers_that_race_have_one_answer
            }
            lock {
                an_append_under_the_lock_of_its_stream_finds_no_conflict
                an_append_under_the_lock_of_its_condition_finds_it_unbroken
                a_lock_keeps_nobody_out_of_other_streams
                a_lock_that_is_dropped_is_over
                a_lock_that_is_kept_comes_to_its_end
            }
            condition_order {
                of_those_that_rest_on_one_condition_one_wins
                two_that_write_what_the_other_forbids_never_both_succeed
                a_condition_on_types_holds_against_plain_appends
                no_condition_is_broken_in_the_order_of_the_log
            }
            query {
                an_item_finds_any_of_its_types_with_all_of_its_tags
                an_event_comes_with_the_items_that_it_matches
                events_are_found_as_they_stand_in_the_log
                a_query_is_read_page_by_page
                a_query_sees_what_was_acknowledged
                nothing_appears_at_or_below_safe_afterwards
                a_tag_that_is_there_twice_counts_once
                tags_are_compared_byte_by_byte
            }
            select {
                a_selection_has_what_it_asks_for
                a_selection_is_read_page_by_page
                what_is_rare_is_found_in_a_long_log
                a_selection_misses_nothing_while_writers_append
                a_reader_at_the_end_is_told_that_the_log_has_grown
            }
            checkpoint {
                a_checkpoint_goes_on_where_it_was_left
                a_checkpoint_ahead_of_the_log_is_refused
                a_checkpoint_of_another_log_is_refused
                all_pages_are_of_one_incarnation
            }
            snapshots {
                a_snapshot_is_answered_with_the_events_after_it
                a_snapshot_comes_back_as_it_was_kept
                only_the_snapshot_that_was_asked_for_is_answered
                the_newest_snapshot_is_answered
                a_snapshot_of_another_history_is_not_answered
                a_snapshot_from_ahead_is_never_believed
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
            kept {
                a_kept_append_holds_nobody_up
                a_kept_read_holds_nobody_up
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

/// Writes one `#[test]` for each test of [`transform`](mod@crate::contract::transform),
/// [`transform_readers`](mod@crate::contract::transform_readers),
/// [`transform_races`](mod@crate::contract::transform_races) and
/// the test of transformations in [`kept`](mod@crate::contract::kept), for a store that is a
/// [`TransformStore`](es_core::TransformStore) as well.
///
/// `make_store` is that of [`contract!`](crate::contract!).
///
/// ```
/// use es_core::MemoryStore;
///
/// async fn make_store() -> (MemoryStore, ()) {
///     (MemoryStore::new(), ())
/// }
///
/// es_testing::transform_contract!(make_store);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! transform_contract {
    ($make_store:expr) => {
        $crate::transform_contract! { @every tests $make_store }
    };
    (@every $what:ident $($make_store:expr)?) => {
        $crate::contract! { @$what $($make_store)?;
            transform {
                the_copy_has_the_name_and_the_archive_has_the_events
                versions_go_on_from_the_record
                no_version_of_the_old_stream_fits_the_new_one
                each_transformation_leaves_its_record
                copies_are_as_what_they_stand_for
                what_cannot_be_transformed_stays_as_it_is
            }
            transform_readers {
                the_log_has_the_record_before_the_copies
                a_query_finds_the_copies_alone
                a_selection_has_the_record_and_the_copies
                a_copy_breaks_the_condition_of_who_read_before
                an_archive_breaks_no_condition
                a_snapshot_of_the_old_stream_is_not_answered
            }
            transform_races {
                an_append_since_it_was_read_refuses
                a_transformation_since_it_was_read_refuses
                an_append_that_is_sent_again_has_its_answer
                nothing_is_lost_while_writers_append
                a_dropped_transformation_is_whole_or_not_there
            }
            kept {
                a_kept_transformation_holds_nobody_up
            }
        }
    };
}

/// Writes one `#[test]` for each test of [`retag`](mod@crate::contract::retag), for a store that is a
/// [`RetagStore`](es_core::RetagStore) as well.
///
/// `make_store` is that of [`contract!`](crate::contract!).
///
/// ```
/// use es_core::MemoryStore;
///
/// async fn make_store() -> (MemoryStore, ()) {
///     (MemoryStore::new(), ())
/// }
///
/// es_testing::retag_contract!(make_store);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! retag_contract {
    ($make_store:expr) => {
        $crate::retag_contract! { @every tests $make_store }
    };
    (@every $what:ident $($make_store:expr)?) => {
        $crate::contract! { @$what $($make_store)?;
            retag {
                a_tag_that_a_stored_event_lacks_is_missing
                a_complete_tag_is_asked_of_appends
                every_stored_event_is_found_under_its_tags
                a_retag_that_failed_goes_on_where_it_was
                no_event_slips_through_beside_a_retag
            }
        }
    };
}

/// The tests that [`contract!`](crate::contract!) writes, each after its guarantee:
/// `append::all_parts_are_stored`.
pub const TESTS: &[&str] = crate::contract!(@every names);

/// The tests that [`transform_contract!`](crate::transform_contract!) writes.
pub const TRANSFORM_TESTS: &[&str] = crate::transform_contract!(@every names);

/// The tests that [`retag_contract!`](crate::retag_contract!) writes.
pub const RETAG_TESTS: &[&str] = crate::retag_contract!(@every names);
