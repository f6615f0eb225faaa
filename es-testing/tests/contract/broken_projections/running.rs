//! Stores that keep batches, leases or nodes wrongly.

use std::sync::Arc;
use std::time::Duration;

use es_core::Position;
use es_core::projection::version::VersionChange;
use es_core::projection::{Claim, Epoch, Slot};
use es_testing::projection_contract::{batch, chained, fence, handlers, kept, lease, nodes};

use super::broken::{Beginning, Broken, Chaining, Checking, Committing, Marking, Releasing};
use super::finds;

finds! {
    checkpoints_that_are_forgotten: batch::rows_and_checkpoint_are_there_together,
    "every slot has come to the checkpoint", {
        progress: |progress| progress.slots.clear()
    }
    nothing_that_is_parked: batch::rows_and_checkpoint_are_there_together,
    "the parked event is there", {
        progress: |progress| progress.parked.clear()
    }
    one_checkpoint_for_all_slots: batch::each_slot_comes_to_its_own_checkpoint,
    "each slot has its own checkpoint", {
        progress: |progress| for slot in &mut progress.slots { slot.checkpoint = Position(9); }
    }
    an_undone_batch_that_is_kept: batch::what_is_undone_was_never_there, "what is undone is gone", {
        keeps_undone: true
    }
    a_batch_without_the_rows_before: batch::a_batch_sees_the_rows_before_it,
    "rows of the batch before", {
        beginning: Beginning::WithoutRows
    }
    a_dropped_batch_that_is_kept: batch::a_dropped_batch_is_undone,
    "what is dropped was never there", {
        keeps_dropped: true
    }
    a_commit_in_two_steps: batch::a_dropped_commit_is_whole_or_not_there,
    "rows and checkpoint are one", {
        committing: Committing::InTwoSteps
    }
    marks_that_are_not_set: batch::what_was_written_since_the_mark_is_undone,
    "what was written since the mark is gone", {
        marking: Marking::Never
    }
    the_first_mark_alone: batch::a_batch_goes_back_to_its_last_mark,
    "it goes back to the last mark", {
        marking: Marking::Once
    }
    clones_that_know_nothing: batch::clones_share_their_progress, "tables can be made", {
        forks: true
    }
    a_commit_that_is_put_off: chained::what_comes_next_is_a_batch_by_itself,
    "readers see what was committed", {
        chaining: Chaining::Later
    }
    a_refusal_that_is_not_told: chained::what_is_refused_begins_nothing, "the batch is lost", {
        chaining: Chaining::Anyway
    }
    a_next_batch_that_is_not_fenced: chained::the_next_batch_is_lost_with_its_slots,
    "the batch is lost", {
        chaining: Chaining::Anyway
    }
    a_next_batch_of_a_version_that_is_gone: chained::the_next_batch_is_lost_with_its_version,
    "the batch is lost", {
        chaining: Chaining::Anyway
    }
    a_check_that_undoes: handlers::a_check_changes_nothing, "a check changes nothing", {
        checking: Checking::WithALoss
    }
    a_rule_that_speaks_at_the_commit: handlers::what_cannot_be_kept_is_told_before_the_commit,
    "what cannot be kept is told by the check", {
        checking: Checking::AtTheCommit
    }
    a_handler_that_ends_its_batch: handlers::a_handler_that_ends_its_batch_keeps_nothing,
    "a handler that ended its batch is told", {
        checking: Checking::Never
    }
    one_epoch_for_ever: fence::every_claim_has_an_epoch_of_its_own,
    "epochs rise from claim to claim", {
        claims: |claims| for claim in claims { claim.epoch = Epoch(1); }
    }
    an_old_epoch_that_commits: fence::an_older_epoch_commits_nothing, "the batch is lost", {
        committing: Committing::Anyway
    }
    a_made_up_epoch_that_commits: fence::an_epoch_that_was_not_given_commits_nothing,
    "the batch is lost", {
        committing: Committing::Anyway
    }
    another_node_that_commits: fence::a_slot_of_another_node_commits_nothing,
    "the batch is lost", {
        committing: Committing::Anyway
    }
    a_slot_that_is_let_go_and_commits: fence::a_slot_that_was_let_go_commits_nothing,
    "the batch is lost", {
        committing: Committing::Anyway
    }
    a_batch_that_commits_in_part: fence::one_lost_slot_loses_the_whole_batch,
    "the batch is lost", {
        committing: Committing::InPart
    }
    a_zombie_that_commits: fence::after_a_takeover_the_old_node_commits_nothing,
    "a zombie commits nothing", {
        committing: Committing::Anyway
    }
    a_stop_that_takes_no_slots: fence::what_was_begun_before_a_stop_is_lost, "the batch is lost", {
        makes: |change| !matches!(change, VersionChange::Revoke { .. })
    }
    a_stop_that_some_batches_outlive: fence::what_was_begun_before_a_stop_is_lost,
    "the batch is lost", {
        committing: Committing::Anyway
    }
    a_batch_of_a_stopped_version: fence::what_is_begun_while_a_version_is_stopped_is_lost,
    "the batch is lost", {
        committing: Committing::Anyway
    }
    a_batch_of_a_version_that_was_built: fence::a_node_that_has_not_heard_of_a_swap_commits_nothing,
    "it is lost", {
        committing: Committing::Anyway
    }
    a_rebuild_that_outlives_a_stop:
        fence::a_rebuild_that_was_begun_before_a_stop_is_not_kept_after_it, "the batch is lost", {
        committing: Committing::Anyway
    }
    slots_for_everybody: lease::nodes_that_claim_at_once_share_the_slots,
    "no slot is given twice", {
        claims: |claims| *claims = everything()
    }
    a_slot_too_many: lease::no_more_slots_are_given_than_asked_for, "at most so many", {
        at_most: |number| number + 1
    }
    slots_that_begin_anew: lease::a_claim_says_how_far_the_slot_has_come, "a slot goes on", {
        claims: |claims| for claim in claims { claim.checkpoint = Position::START; }
    }
    slots_that_are_not_released: lease::released_slots_are_free_at_once,
    "what was released is free", {
        releasing: Releasing::Nothing
    }
    slots_that_anybody_releases: lease::nobody_releases_the_slots_of_another,
    "a slot is released by who holds it", {
        releasing: Releasing::WhoeverHasThem
    }
    a_node_that_stays: lease::who_leaves_frees_all_slots, "who has left has nothing", {
        leaves: false
    }
    a_lease_that_never_ends: lease::a_slot_is_free_when_its_lease_is_over,
    "waited in vain until the others are told", check_at_once {
        lease: |lease| lease * 1000
    }
    a_lease_that_ends_at_once: lease::a_slot_is_free_when_its_lease_is_over,
    "a slot is not taken while its lease lasts", {
        lease: |_| Duration::ZERO
    }
    a_beat_that_renews_nothing: lease::a_beat_renews_the_lease, "a reply renews the lease", {
        beat_lease: |_| Duration::ZERO
    }
    slots_that_are_two_nodes: lease::a_beat_renews_no_slot_of_another,
    "what was taken over is not held", {
        reply: |reply| reply.held = Slot::all().map(|slot| (slot, Epoch(1))).collect()
    }
    a_batch_that_holds_on: lease::a_paused_batch_holds_nobody_up,
    "waited in vain until a paused batch", check_at_once {
        batch_lease: |lease| lease * 1000
    }
    nodes_that_overwrite_each_other: lease::nodes_write_beside_each_other,
    "every batch of every node counts once", {
        beginning: Beginning::WithoutRows
    }
    nodes_in_one_place: nodes::shares_are_fair_and_add_up, "each node has its own place", {
        reply: |reply| reply.rank = 0
    }
    nodes_that_live_for_ever: nodes::a_silent_node_does_not_count,
    "waited in vain until a silent node", check_at_once {
        beat_lease: |lease| lease * 1000
    }
    nodes_of_all_versions: nodes::each_version_has_nodes_of_its_own,
    "who runs another version does not count", {
        reply: |reply| reply.nodes = 2
    }
    a_beat_that_tells_nothing: nodes::a_beat_tells_what_is_held_and_free,
    "what is held is what was given", {
        reply: |reply| reply.held.clear()
    }
    a_hand_that_is_not_shown: nodes::what_is_in_hand_is_shown, "what is in hand is shown", {
        heartbeat: |heartbeat| heartbeat.in_hand = None
    }
    a_pulse_that_is_lost: nodes::a_pulse_is_shown, "what it told is shown", {
        heartbeat: |heartbeat| heartbeat.error = None
    }
    a_beat_that_has_the_store_for_itself: kept::a_kept_call_holds_nobody_up,
    "holds others up", check_at_once {
        alone: Some(Arc::default())
    }
    a_mark_that_has_the_store_for_itself: kept::a_kept_batch_holds_nobody_up,
    "holds others up", check_at_once {
        alone: Some(Arc::default())
    }
    a_version_that_does_not_stop: nodes::a_stopped_version_says_why_and_goes_on,
    "its nodes are told", {
        makes: |change| !matches!(change, VersionChange::Stop { .. })
    }
}

fn everything() -> Vec<Claim> {
    let claim = |slot| Claim::new(slot, Epoch(1), Position::START, Position::START);
    Slot::all().map(claim).collect()
}
