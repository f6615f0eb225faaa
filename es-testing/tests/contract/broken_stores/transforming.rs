//! Stores that lose, mix up or forget when a copy takes the name of a stream.

use std::sync::Arc;

use es_core::{
    AppendError, EventId, Fingerprint, NewEvent, Position, RecordedEvent, Snapshot, Version,
};
use es_testing::contract::{kept, transform, transform_races, transform_readers};

use super::broken::{Broken, Replacing};
use super::check;
use super::faults::any_instead_of_exact;
use super::writing::finds;

finds! {
    an_archive_that_loses_an_event: transform::the_copy_has_the_name_and_the_archive_has_the_events,
    "the archive has the old events and the record", {
        events: |events| if events.len() == 4 && is_archive(events) { events.remove(1); }
    }
    copies_in_another_order: transform::the_copy_has_the_name_and_the_archive_has_the_events,
    "what each event became, in order", {
        replacement: |replacement| replacement.copies.reverse()
    }
    versions_that_begin_anew: transform::versions_go_on_from_the_record,
    "copies count on from there", {
        events: |events| from_one(events)
    }
    a_version_that_fits_by_accident: transform::no_version_of_the_old_stream_fits_the_new_one,
    "expected a conflict, but the append was accepted", {
        parts: any_instead_of_exact
    }
    an_append_that_is_overlooked: transform_races::an_append_since_it_was_read_refuses,
    "the stream has moved on", {
        replacing: Replacing::WhateverIsThere
    }
    a_transformation_that_is_overlooked: transform_races::a_transformation_since_it_was_read_refuses,
    "the stream has been replaced", {
        replacing: Replacing::WhateverIsThere
    }
    a_record_without_a_reason: transform::each_transformation_leaves_its_record,
    "two transformations, two records", {
        replacement: |replacement| replacement.record.metadata.headers.clear()
    }
    copies_of_the_time_of_the_last: transform::copies_are_as_what_they_stand_for,
    "the time of what it stands for", {
        replacement: |replacement| {
            let last = replacement.copies.last().expect("a copy").original;
            replacement.copies.iter_mut().for_each(|copy| copy.original = last);
        }
    }
    tags_that_stay_behind: transform::copies_are_as_what_they_stand_for, "the tags", {
        replacement: |replacement| {
            for copy in &mut replacement.copies {
                copy.event = untagged(copy.event.clone());
            }
        }
    }
    a_stream_that_is_read_in_part:
    transform::what_cannot_be_transformed_stays_as_it_is, "expected a failure of the closure", {
        events: |events| events.truncate(1)
    }
    a_record_behind_the_copies: transform_readers::the_log_has_the_record_before_the_copies,
    "old events, the record, the copies", {
        log: |page, _| if page.events.len() == 10 { page.events.swap(4, 5); }
    }
    an_archive_that_is_found_by_its_tags: transform_readers::a_query_finds_the_copies_alone,
    "a tag that is kept", {
        replacing: Replacing::Beside
    }
    a_record_that_a_selection_lacks: transform_readers::a_selection_has_the_record_and_the_copies,
    "of the log", {
        selected: |page| page.events.retain(|event| !event.stream.is_archive())
    }
    a_copy_that_refuses_nothing:
    transform_readers::a_copy_breaks_the_condition_of_who_read_before, "expected a broken condition", {
        condition: |condition| condition.after = Position::MAX
    }
    an_archive_that_refuses: transform_readers::an_archive_breaks_no_condition,
    "an event of an archive refuses nothing", {
        replacing: Replacing::Beside
    }
    a_first_answer_that_is_forgotten: transform_races::an_append_that_is_sent_again_has_its_answer,
    "its first answer", {
        answer: |answer| match answer {
            Ok(appended) if appended.already => {
                Err(AppendError::DuplicateEvent { id: EventId::generate() })
            }
            other => other,
        }
    }
    a_snapshot_that_outlives_its_stream:
    transform_readers::a_snapshot_of_the_old_stream_is_not_answered, "a snapshot of the old stream", {
        snapshot_page: |page| if page.unusable.is_some() {
            let state = "3".to_owned();
            page.snapshot = Some(Snapshot::new(Fingerprint(7), Version(3), Position(3), state));
        }
    }
    a_copy_that_lacks_what_came_last: transform_races::nothing_is_lost_while_writers_append,
    "what was acknowledged is there", {
        replacement: |replacement| if replacement.copies.len() > 3 {
            replacement.copies.pop();
        }
    }
    a_transformation_that_has_the_store_for_itself: kept::a_kept_transformation_holds_nobody_up,
    "holds others up", check_at_once {
        alone: Some(Arc::default())
    }
    a_replacement_in_two_steps: transform_races::a_dropped_transformation_is_whole_or_not_there,
    "all events of either", {
        replacing: Replacing::InTwoSteps
    }
}

fn is_archive(events: &[RecordedEvent]) -> bool {
    events.first().is_some_and(|event| event.stream.is_archive())
}

fn from_one(events: &mut [RecordedEvent]) {
    let whole = events.first().is_some_and(|first| first.version == Version(5));
    for (event, version) in events.iter_mut().zip(1..).filter(|_| whole) {
        event.version = Version(version);
    }
}

fn untagged(event: NewEvent) -> NewEvent {
    event.with_tags(Vec::new())
}
