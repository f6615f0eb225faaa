//! Stores that overlook events which were stored without a tag.

use es_core::{EventName, EventTag, Position, StreamAppend};
use es_testing::contract::retag;

use super::broken::Broken;
use super::check;
use super::faults::each_event;
use super::writing::finds;

finds! {
    a_tag_that_is_never_missing: retag::a_tag_that_a_stored_event_lacks_is_missing,
    "bob is not found as a student", {
        missing: |_| None
    }
    a_tag_that_is_always_missing: retag::a_tag_that_a_stored_event_lacks_is_missing,
    "both are found by the course", {
        missing: |missing| missing.or_else(another)
    }
    an_append_that_nobody_checks: retag::a_complete_tag_is_asked_of_appends,
    "no tag, and stored", {
        parts: unchecked
    }
    a_page_without_its_first_event: retag::every_stored_event_is_found_under_its_tags,
    "`s0-0` is found", {
        tagged: |events| { events.remove(0); }
    }
    a_tag_instead_of_all: retag::every_stored_event_is_found_under_its_tags,
    "`s0-0` is found", {
        tagged: |events| events.iter_mut().for_each(|event| event.tags.truncate(1))
    }
    a_retag_from_the_start: retag::a_retag_that_failed_goes_on_where_it_was,
    "a page was written twice", {
        retag_from: |_| Position::START
    }
    writers_that_nobody_checks: retag::no_event_slips_through_beside_a_retag,
    "is stored and not found", {
        parts: unchecked
    }
}

/// Appends as if the release of every writer knew of all tags.
fn unchecked(parts: Vec<StreamAppend>) -> Vec<StreamAppend> {
    each_event(parts, |event| event.tag_names = &["course", "student"])
}

fn another() -> Option<EventTag> {
    Some(EventTag::new(EventName::new("enrolled").ok()?, "student"))
}
