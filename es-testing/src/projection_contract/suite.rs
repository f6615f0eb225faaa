//! All tests of the contract as one macro.

use es_core::ProjectionStore;
use tokio::runtime::Builder;

use super::Kept;
use super::probe::Probe;

/// Runs one test of the contract on a store of its own.
///
/// The test has a runtime with several threads, so that its nodes do meet. What `make` answers beside
/// the store and its [`Probe`] is kept until the test is over: a temporary database, for example.
///
/// # Panics
///
/// If the store breaks the guarantee.
pub fn run<S: ProjectionStore, P: Probe<S::Db>, G>(
    make: impl AsyncFnOnce() -> (S, P, G),
    test: impl AsyncFnOnce(&Kept<S, P>),
) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let (store, probe, guard) = make().await;
        let kept = Kept { store, probe };
        test(&kept).await;
        drop(kept);
        drop(guard);
    });
}

/// Writes one `#[test]` for each test of the [contract](mod@crate::projection_contract) of projection
/// stores.
///
/// `make` is an `async fn` that answers a fresh store without projections, a
/// [`Probe`](crate::projection_contract::Probe) and a guard, `(S, P, G)`. The guard is kept until the test
/// ends; a store that needs none answers `()`.
#[macro_export]
macro_rules! projection_contract {
    ($make:expr) => {
        $crate::projection_contract! { @every tests $make }
    };
    (@every $what:ident $($make:expr)?) => {
        $crate::projection_contract! { @$what $($make)?;
            batch {
                rows_and_checkpoint_are_there_together
                each_slot_comes_to_its_own_checkpoint
                what_is_undone_was_never_there
                a_batch_sees_the_rows_before_it
                a_dropped_batch_is_undone
                a_dropped_commit_is_whole_or_not_there
                what_was_written_since_the_mark_is_undone
                a_batch_goes_back_to_its_last_mark
                clones_share_their_progress
            }
            chained {
                what_comes_next_is_a_batch_by_itself
                what_is_refused_begins_nothing
                the_next_batch_is_lost_with_its_slots
                the_next_batch_is_lost_with_its_version
            }
            handlers {
                a_check_changes_nothing
                what_cannot_be_kept_is_told_before_the_commit
                a_handler_that_ends_its_batch_keeps_nothing
            }
            fence {
                every_claim_has_an_epoch_of_its_own
                an_older_epoch_commits_nothing
                an_epoch_that_was_not_given_commits_nothing
                a_slot_of_another_node_commits_nothing
                a_slot_that_was_let_go_commits_nothing
                one_lost_slot_loses_the_whole_batch
                after_a_takeover_the_old_node_commits_nothing
                what_was_begun_before_a_stop_is_lost
                what_is_begun_while_a_version_is_stopped_is_lost
                a_node_that_has_not_heard_of_a_swap_commits_nothing
                a_rebuild_that_was_begun_before_a_stop_is_not_kept_after_it
            }
            lease {
                nodes_that_claim_at_once_share_the_slots
                no_more_slots_are_given_than_asked_for
                a_claim_says_how_far_the_slot_has_come
                released_slots_are_free_at_once
                nobody_releases_the_slots_of_another
                who_leaves_frees_all_slots
                a_slot_is_free_when_its_lease_is_over
                a_beat_renews_the_lease
                a_beat_renews_no_slot_of_another
                a_paused_batch_holds_nobody_up
                nodes_write_beside_each_other
            }
            nodes {
                shares_are_fair_and_add_up
                a_silent_node_does_not_count
                each_version_has_nodes_of_its_own
                a_beat_tells_what_is_held_and_free
                a_pulse_is_shown
                what_is_in_hand_is_shown
                a_stopped_version_says_why_and_goes_on
            }
            parked {
                what_is_parked_comes_back_as_it_was
                events_of_a_key_come_in_order
                blocked_are_the_keys_of_the_slots
                what_is_settled_is_gone
                another_failure_is_counted
                keys_are_listed_in_the_order_of_their_bytes
                what_is_parked_is_counted
                what_is_dropped_is_kept_with_its_reason
            }
            due {
                an_event_is_due_when_its_time_has_come
                what_waits_for_somebody_is_not_due
                what_comes_to_the_front_is_due
                the_most_overdue_of_the_slots_comes_first
                another_failure_puts_it_off
                what_is_replayed_is_due
                what_is_replayed_beside_a_try_stays_due
                what_is_dropped_is_due_with_its_reason
                ten_thousand_keys_take_a_few_calls
            }
            rollout {
                an_event_that_is_too_new_counts_no_try
                it_is_due_for_who_can_read_it
                nodes_that_read_less_leave_the_slots
                a_name_that_is_added_is_owed
            }
            versions {
                the_first_version_serves_and_later_ones_are_built
                registering_again_changes_nothing
                effects_begin_where_they_are_told_to
                slots_begin_where_they_are_told_to
                another_key_is_refused
                another_log_is_refused
                an_older_version_is_retired
                names_that_differ_only_in_case_are_refused
                a_version_with_effects_keeps_the_key
                where_the_log_ended_at_the_beginning_is_told
                one_node_makes_the_tables
                tables_that_were_given_up_are_made_by_another
                each_version_has_rows_of_its_own
                visible_is_what_every_slot_has_done
                versions_are_listed_by_name
                a_version_that_nobody_has_run_is_an_error
            }
            swap {
                a_version_that_has_come_as_far_takes_over
                a_version_that_is_behind_comes_as_far_first
                readers_see_one_version_or_the_other
                nobody_adds_to_a_retired_version
                what_is_begun_during_a_swap_is_lost
                effects_go_on_after_those_of_the_version_before
                effects_that_wait_keep_a_version_in_its_place
                limits_are_where_the_version_before_has_come
                the_old_version_is_kept_until_it_is_dropped
                a_dropped_version_begins_anew
                the_old_version_goes_on_where_the_new_one_is_dropped
                the_old_version_goes_on_where_the_new_one_is_stopped
                what_is_read_is_not_dropped
                a_reinstated_version_takes_its_place_again
                a_version_that_waits_for_another_is_reinstated_at_once
            }
            kept {
                a_kept_call_holds_nobody_up
                a_kept_batch_holds_nobody_up
            }
            rebuild {
                a_rebuild_is_seen_when_it_is_done
                a_rebuild_takes_all_slots
                a_batch_across_a_rebuild_is_lost
                a_rebuild_parks_anew
                a_rebuild_repeats_no_effects
                a_rebuild_that_is_dropped_changes_nothing
                what_is_folded_separately_leaves_nothing
                a_look_changes_nothing
            }
        }
    };
    (@tests $make:expr; $($guarantee:ident { $($test:ident)* })*) => {
        $($(
            #[test]
            fn $test() {
                $crate::projection_contract::run(
                    $make,
                    $crate::projection_contract::$guarantee::$test,
                );
            }
        )*)*
    };
    (@names; $($guarantee:ident { $($test:ident)* })*) => {
        &[$($(concat!(stringify!($guarantee), "::", stringify!($test))),*),*]
    };
}

/// The tests that [`projection_contract!`](crate::projection_contract!) writes, each after its guarantee.
pub const TESTS: &[&str] = crate::projection_contract!(@every names);
