//! Stores that keep parked events wrongly.

use std::time::Duration;

use es_core::projection::version::VersionChange;
use es_core::projection::{Failure, ParkedSelector, Progress, Slot};
use es_testing::projection_contract::{due, parked, rollout};

use super::broken::Broken;
use super::finds;

finds! {
    another_event_parked: parked::what_is_parked_comes_back_as_it_was, "the same events", {
        parked: |parked| for one in parked { one.event.version.0 += 1; }
    }
    events_of_a_key_backwards: parked::events_of_a_key_come_in_order, "the first page", {
        parked: |parked| parked.reverse()
    }
    blocked_keys_of_all_slots: parked::blocked_are_the_keys_of_the_slots, "and of its slot", {
        slots: |_| Slot::all().collect()
    }
    events_that_are_never_settled: parked::what_is_settled_is_gone,
    "the one behind it is the first one now", {
        progress: |progress| progress.settled.clear()
    }
    a_failure_that_is_not_counted: parked::another_failure_is_counted, "the second failure", {
        progress: |progress| progress.failed_again.clear()
    }
    the_first_page_of_keys_again: parked::keys_are_listed_in_the_order_of_their_bytes,
    "the page after it", {
        turns_pages: false
    }
    keys_backwards: parked::keys_are_listed_in_the_order_of_their_bytes, "the first page", {
        parked_keys: |keys| keys.reverse()
    }
    keys_that_do_not_count: parked::what_is_parked_is_counted, "two keys, three events", {
        versions: |versions| for version in versions { version.parked_keys = 0; }
    }
    an_event_that_is_never_due: due::an_event_is_due_when_its_time_has_come,
    "waited in vain until an event is due", check_at_once {
        progress: |progress| retry(progress, |_| None)
    }
    an_event_that_is_due_too_early: due::an_event_is_due_when_its_time_has_come,
    "it is not due before its time", {
        progress: |progress| retry(progress, |_| Some(Duration::ZERO))
    }
    a_parked_event_that_is_due: due::what_waits_for_somebody_is_not_due, "nothing is due", {
        progress: |progress| retry(progress, |after| after.or(Some(Duration::ZERO)))
    }
    an_event_that_waits_for_nothing: due::what_comes_to_the_front_is_due,
    "the next one is due", {
        due: |due| due.retain(|one| one.error.is_some())
    }
    the_least_overdue_first: due::the_most_overdue_of_the_slots_comes_first,
    "the most overdue first", {
        due: |due| due.reverse()
    }
    a_failure_that_puts_nothing_off: due::another_failure_puts_it_off,
    "it is to be tried much later", {
        progress: |progress| progress.failed_again.clear()
    }
    a_replay_of_everything: due::what_is_replayed_is_due, "no such key", {
        change: |change| if let VersionChange::Replay { keys, .. } = change {
            *keys = ParkedSelector::All;
        }
    }
    a_replay_that_counts_the_tries_before: due::what_is_replayed_is_due,
    "all its tries are before it", {
        due: |due| for one in due { one.attempts += 1; }
    }
    a_try_that_puts_a_replay_off: due::what_is_replayed_beside_a_try_stays_due,
    "it stays due beside a try, replayed 1 times", {
        due: |due| due.retain(|one| one.attempts > 0)
    }
    a_reason_that_is_lost: due::what_is_dropped_is_due_with_its_reason, "with the reason", {
        due: |due| for one in due { one.dropped = None; }
    }
    a_drop_of_any_event: due::what_is_dropped_is_due_with_its_reason,
    "only the first event of a key", {
        concerned: |_| 1
    }
    reasons_that_are_forgotten: parked::what_is_dropped_is_kept_with_its_reason,
    "what was dropped, and why", {
        dropped: Vec::clear
    }
    too_old_a_node_as_a_failure: rollout::an_event_that_is_too_new_counts_no_try,
    "it was not tried", {
        progress: |progress| for failure in failures(progress) { failure.is_unreadable = false; }
    }
    events_that_nobody_is_too_old_for: rollout::it_is_due_for_who_can_read_it,
    "it is not due for a node that cannot", {
        unreadable: |_| Vec::new()
    }
    nodes_that_are_all_alike: rollout::nodes_that_read_less_leave_the_slots,
    "those of the nodes that can read the most", {
        heartbeat: |heartbeat| heartbeat.unreadable = 0
    }
    names_that_are_not_owed: rollout::a_name_that_is_added_is_owed, "both names are owed", {
        change: |change| if let VersionChange::Types { types, .. } = change { types.truncate(1); }
    }
    a_thousand_at_most: due::ten_thousand_keys_take_a_few_calls, "every key is due", {
        due_limit: |limit| limit.min(1000)
    }
}

fn retry(progress: &mut Progress, when: fn(Option<Duration>) -> Option<Duration>) {
    for failure in failures(progress) {
        failure.retry_in = when(failure.retry_in);
    }
}

fn failures(progress: &mut Progress) -> impl Iterator<Item = &mut Failure> {
    progress.parked.iter_mut().filter_map(|parked| parked.failure.as_mut())
}
