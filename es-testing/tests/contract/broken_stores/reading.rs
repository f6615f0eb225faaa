//! Stores that read what is not there, or not what is.

use std::sync::Arc;

use es_core::{Cursor, Incarnation, Position, Timestamp};
use es_testing::contract::{checkpoint, kept, log, order, paging, streams};

use super::broken::Broken;
use super::check;
use super::faults::{inclusive_position, inclusive_version, stream};
use super::writing::finds;

finds! {
    a_clock_that_goes_back: order::time_never_goes_back_along_a_stream, "time does not go back", {
        events: |events| for event in events {
            let version = i64::try_from(event.version.0).expect("a small version");
            event.recorded_at = Timestamp::from_unix_micros(-version);
        }
    }
    positions_that_fall: order::positions_rise_and_are_never_given_twice, "positions rise along", {
        events: |events| for event in events {
            event.position = Position(1000 - event.position.0);
        }
    }
    a_version_read_twice_upwards: paging::a_stream_is_read_upwards_after_a_version,
    "after 3 comes 4", {
        versions: inclusive_version
    }
    a_version_read_twice_downwards: paging::a_stream_is_read_downwards_before_a_version,
    "before 3 is 2", {
        versions: inclusive_version
    }
    a_position_read_twice_upwards: paging::the_log_is_read_upwards_after_a_position,
    "after the third is the fourth", {
        positions: inclusive_position
    }
    a_position_read_twice_downwards: paging::the_log_is_read_downwards_before_a_position,
    "before the third is the second", {
        positions: inclusive_position
    }
    a_limit_that_is_never_zero: paging::a_limit_cuts_a_page, "a limit of 0", {
        limit: |limit| limit.max(1)
    }
    another_event_for_a_fold: paging::a_fold_reads_the_events_of_the_stream,
    "a fold has what the stream has", {
        folded: |events| for event in events { event.position.0 += 1; }
    }
    a_page_of_a_stream_cut_short: paging::a_long_stream_is_read_as_a_whole, "upwards", {
        limit: |limit| if limit == 500 { 499 } else { limit }
    }
    a_page_of_the_log_cut_short: paging::a_long_log_is_read_as_a_whole, "upwards", {
        limit: |limit| if limit == 500 { 499 } else { limit }
    }
    an_event_lost_in_the_log: log::the_log_holds_every_event_once,
    "each stored event is in the log once", {
        log: |page, _| drop(page.events.pop())
    }
    an_event_twice_in_the_log: log::the_log_holds_every_event_once,
    "positions rise along the log", {
        log: |page, _| page.events.extend(page.events.last().cloned())
    }
    another_event_in_the_log: log::the_log_holds_events_as_their_streams_do,
    "the log has `one` as it is", {
        log: |page, _| page.events.iter_mut().for_each(|event| event.version.0 += 1)
    }
    an_event_that_comes_late: log::a_follower_loses_nothing_while_writers_append,
    "a follower loses no event", {
        log: |page, asked| if asked % 2 == 0 { page.events.pop(); }
    }
    a_read_that_has_the_store_for_itself: kept::a_kept_read_holds_nobody_up,
    "holds others up", check_at_once {
        alone: Some(Arc::default())
    }
    an_end_that_is_never_safe: log::the_log_holds_every_event_once,
    "is acknowledged but never becomes safe", check_at_once {
        log: |page, _| page.safe = Position::START
    }
    a_safe_end_that_goes_back: log::safe_never_goes_back_and_nothing_is_beyond_it,
    "`safe` goes back", {
        log: |page, asked| if asked % 2 == 1 { page.safe = Position::START; }
    }
    events_beyond_the_safe_end: log::safe_never_goes_back_and_nothing_is_beyond_it,
    "no event is beyond `safe`", {
        log: |page, _| page.safe = Position::START
    }
    a_checkpoint_that_is_read_again: checkpoint::a_checkpoint_goes_on_where_it_was_left,
    "after the third comes the fourth", {
        positions: |cursor| cursor.moved_to(match cursor {
            Cursor::After(place) => Position(place.0.saturating_sub(1)),
            Cursor::Before(place) => place,
        })
    }
    a_log_that_lost_its_end_and_goes_on: checkpoint::a_checkpoint_ahead_of_the_log_is_refused,
    "expected a checkpoint that is ahead of the log", {
        log: |page, asked| if asked > 3 { page.head = Position::MAX; }
    }
    a_log_that_is_another_one_each_time: checkpoint::a_checkpoint_of_another_log_is_refused,
    "what is told", {
        log: |page, asked| if asked > 2 { page.incarnation = Incarnation::generate(); }
    }
    a_page_that_is_a_log_of_its_own: checkpoint::all_pages_are_of_one_incarnation,
    "a clone reads the same log", {
        log: |page, _| page.incarnation = Incarnation::generate()
    }
    an_unknown_stream_with_events: streams::an_unknown_stream_is_empty,
    "an unknown stream has no events", {
        stream: |id| stream("known", id)
    }
    streams_in_one: streams::streams_do_not_mix, "one has its own events", {
        parts: |mut parts| {
            for part in &mut parts {
                part.stream = stream("one", &part.stream);
            }
            parts
        },
        stream: |id| stream("one", id)
    }
    a_clone_that_is_another_store: streams::clones_share_their_events,
    "the store sees what its clone stored", {
        forks: true
    }
}
