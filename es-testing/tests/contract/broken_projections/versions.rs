//! Stores that keep versions wrongly.

use es_core::projection::VersionState;
use es_core::projection::version::VersionChange;
use es_core::{EventName, Incarnation, Position};
use es_testing::projection_contract::{rebuild, swap, versions};

use super::broken::{Beginning, Broken, Committing, Exchanging, Preparing};
use super::finds;

finds! {
    nothing_that_serves: versions::the_first_version_serves_and_later_ones_are_built,
    "both are listed so", {
        change: |change| if let VersionChange::Add { place, .. } = change {
            *place = VersionState::Building;
        }
    }
    everything_that_serves: versions::the_first_version_serves_and_later_ones_are_built,
    "a later one is built", {
        rows: Vec::clear
    }
    a_version_that_is_owed_more_each_time: versions::registering_again_changes_nothing,
    "its slots are whose they were", {
        versions: |versions| for version in versions { version.types = another_name(); },
        rows: |rows| for row in rows { row.types = another_name(); }
    }
    effects_of_the_whole_history: versions::effects_begin_where_they_are_told_to,
    "effects begin there", {
        registration: |registration| registration.effects_after = Position::START
    }
    a_start_that_is_forgotten: versions::slots_begin_where_they_are_told_to, "it begins there", {
        registration: |registration| registration.start = Position::START
    }
    a_key_that_is_not_looked_at: versions::another_key_is_refused, "another key is refused", {
        versions: |versions| for version in versions { version.keyed_by = "customer".into(); }
    }
    a_log_that_is_not_looked_at: versions::another_log_is_refused, "another log is refused", {
        versions: |versions| for version in versions { version.incarnation = another_log(); }
    }
    a_version_that_is_not_looked_at: versions::an_older_version_is_retired,
    "an older version is retired", {
        rows: |rows| for row in rows { row.is_read = false; }
    }
    a_name_that_is_not_looked_at: versions::names_that_differ_only_in_case_are_refused,
    "a name that differs only in case is refused", {
        rows: Vec::clear
    }
    effects_that_are_not_looked_at: versions::a_version_with_effects_keeps_the_key,
    "effects with another key are refused", {
        rows: |rows| for row in rows { row.keyed_by = "customer".into(); }
    }
    tables_that_everybody_makes: versions::one_node_makes_the_tables, "one node makes them", {
        preparing: Preparing::ByAll
    }
    tables_that_nobody_makes: versions::tables_that_were_given_up_are_made_by_another,
    "they are made by another", {
        preparing: Preparing::TooEarly
    }
    rows_of_all_versions_in_one_place: versions::each_version_has_rows_of_its_own,
    "readers see the version that serves", {
        beginning: Beginning::WithThoseThatAreRead,
        committing: Committing::Anyway
    }
    visible_ahead_of_the_rows: versions::visible_is_what_every_slot_has_done,
    "as far as every slot has come", {
        read: |slot| slot.checkpoint = Position(9)
    }
    a_list_of_everything: versions::versions_are_listed_by_name, "those of one name", {
        looks_at_names: false
    }
    a_version_that_is_there_for_everybody: versions::a_version_that_nobody_has_run_is_an_error,
    "a list of keys of an unknown version is an error", {
        knows_versions: false
    }
    a_beginning_that_moves: versions::where_the_log_ended_at_the_beginning_is_told,
    "as it was when the version became known", {
        reply: |reply| reply.log_end = Position(9)
    }
    a_swap_that_does_nothing: swap::a_version_that_has_come_as_far_takes_over,
    "readers see the new rows", {
        makes: |change| !matches!(change, VersionChange::Exchange { .. })
    }
    a_swap_that_does_not_wait: swap::a_version_that_is_behind_comes_as_far_first,
    "it is behind in a slot", {
        rows: |rows| for row in rows.iter_mut().filter(|row| !row.is_read) {
            for slot in &mut row.slots { slot.checkpoint = Position::MAX; }
        }
    }
    a_swap_through_nothing: swap::readers_see_one_version_or_the_other, "one or the other", {
        exchanging: Exchanging::ThroughNothing
    }
    a_retired_version_that_grows: swap::nobody_adds_to_a_retired_version,
    "nothing is added any more", {
        committing: Committing::Anyway
    }
    a_batch_across_a_swap: swap::what_is_begun_during_a_swap_is_lost,
    "it was begun before the swap", {
        committing: Committing::Anyway
    }
    effects_from_the_beginning: swap::effects_go_on_after_those_of_the_version_before,
    "effects up to there were had", {
        claims: |claims| for claim in claims { claim.effects_after = Position::START; }
    }
    a_swap_over_effects_that_wait: swap::effects_that_wait_keep_a_version_in_its_place,
    "an effect was not had", {
        rows: |rows| for row in rows { row.has_parked = false; }
    }
    limits_at_the_beginning: swap::limits_are_where_the_version_before_has_come,
    "as far as the version before has come", {
        read: |slot| slot.checkpoint = Position::START
    }
    a_swap_without_return: swap::the_old_version_is_kept_until_it_is_dropped,
    "rows can be looked at", {
        exchanging: Exchanging::WithoutReturn
    }
    a_version_that_is_not_dropped: swap::a_dropped_version_begins_anew, "from no rows", {
        makes: |change| !matches!(change, VersionChange::Remove { .. })
    }
    a_version_that_is_retired_for_nobody: swap::the_old_version_goes_on_where_the_new_one_is_dropped,
    "it serves again", {
        makes: |change| !is_into(change, VersionState::Serving)
    }
    a_version_that_is_retired_for_one_that_is_stopped:
        swap::the_old_version_goes_on_where_the_new_one_is_stopped, "it serves again", {
        makes: |change| !is_into(change, VersionState::Serving)
    }
    rows_that_are_dropped_while_they_are_read: swap::what_is_read_is_not_dropped,
    "the version that serves is read", {
        rows: |rows| if rows.len() == 2 {
            for row in rows { row.is_read = false; }
        }
    }
    a_way_back_that_leads_nowhere: swap::a_reinstated_version_takes_its_place_again,
    "its node is told", {
        makes: |change| !is_into(change, VersionState::Building)
    }
    a_swap_that_cannot_be_called_off:
        swap::a_version_that_waits_for_another_is_reinstated_at_once, "it serves again", {
        rows: |rows| for row in rows.iter_mut().filter(|row| row.place == VersionState::Retired) {
            row.is_read = false;
        }
    }
    a_rebuild_that_everybody_sees: rebuild::a_rebuild_is_seen_when_it_is_done,
    "the old rows are read meanwhile", {
        empties_first: true
    }
    a_rebuild_that_takes_nothing: rebuild::a_rebuild_takes_all_slots,
    "what rests on the old slots is lost", {
        committing: Committing::Anyway
    }
    a_batch_across_a_rebuild: rebuild::a_batch_across_a_rebuild_is_lost, "the batch is lost", {
        committing: Committing::Anyway
    }
    a_rebuild_that_forgets_nothing: rebuild::a_rebuild_parks_anew,
    "what could be handled is not parked", {
        parked_keys: |keys| keys.extend(keys.clone())
    }
    effects_that_are_repeated: rebuild::a_rebuild_repeats_no_effects,
    "effects up to there were had", {
        claims: |claims| for claim in claims { claim.effects_after = Position::START; }
    }
    a_dropped_rebuild_that_took_everything: rebuild::a_rebuild_that_is_dropped_changes_nothing,
    "the slots are the node's again", {
        empties_first: true
    }
    something_kept_that_was_folded_separately: rebuild::what_is_folded_separately_leaves_nothing,
    "it cannot be committed", {
        keeps_scratch: true
    }
    a_look_that_leaves_traces: rebuild::a_look_changes_nothing, "the rows are as they were", {
        keeps_undone: true
    }
}

fn another_name() -> Vec<EventName> {
    vec![EventName::new("another").expect("a name")]
}

fn another_log() -> Incarnation {
    Incarnation::from(uuid::Uuid::from_u128(6))
}

/// True if it puts a version into that place.
fn is_into(change: &VersionChange, to: VersionState) -> bool {
    matches!(change, VersionChange::Place { place, .. } if *place == to)
}
