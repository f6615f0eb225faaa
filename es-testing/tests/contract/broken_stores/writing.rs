//! Stores that write what they should not, or not what they should.

use std::sync::Arc;

use es_core::{
    Append, AppendError, Conflict, ExpectedVersion, Payload, StoreError, StoreErrorKind, Version,
};
use es_testing::contract::{
    append, conflict, crowd, dropping, expected_version, imported, kept, order,
};

use super::broken::Broken;
use super::check;
use super::faults::{
    any_instead_of_exact, each_event, expect_instead, stream, without_preconditions,
};

/// A test for each broken store, and in `FOUND` the tests of the contract that find them.
macro_rules! finds {
    ($($name:ident: $test:path, $message:literal, $($at_once:ident)? { $($fault:tt)* })*) => {
        $(#[test]
        #[should_panic(expected = $message)]
        fn $name() {
            finds!(@check $($at_once)?)(Broken { $($fault)*, ..Broken::store() }, $test);
        })*

        pub(crate) const FOUND: &[&str] = &[$(stringify!($test)),*];
    };
    (@check) => { check };
    (@check $at_once:ident) => { super::$at_once };
}
pub(super) use finds;

finds! {
    a_dropped_part: append::all_parts_are_stored, "the second part is stored", {
        parts: |mut parts| { parts.truncate(1); parts }
    }
    versions_that_count_from_zero: append::versions_count_from_one_without_gaps,
    "versions count from 1", {
        events: |events| events.iter_mut().for_each(|event| event.version.0 -= 1)
    }
    a_wrong_version_in_the_answer: append::the_answer_is_what_is_read_back,
    "the answered version", {
        answer: |answer| answer.map(|mut appended| {
            appended.streams.iter_mut().for_each(|part| part.version.0 += 1);
            appended
        })
    }
    a_payload_whose_blanks_are_gone: append::an_event_comes_back_as_it_went_in,
    "name, version and payload come back", {
        parts: |parts| each_event(parts, |event| {
            let compact = event.event.payload.as_str().replace(": ", ":");
            event.event.payload = Payload::parse(compact).expect("JSON");
        })
    }
    instants_of_its_own_clock: imported::an_imported_event_keeps_its_instant,
    "each event keeps its instant", {
        parts: |parts| each_event(parts, |event| event.recorded_at = None)
    }
    a_time_that_goes_back: imported::an_instant_that_goes_back_along_a_stream_is_refused,
    "an instant that goes back is refused by name", {
        parts: |parts| each_event(parts, |event| event.recorded_at = None)
    }
    a_time_to_come: imported::an_instant_that_is_yet_to_come_is_refused,
    "an instant that is yet to come is refused by name", {
        parts: |parts| each_event(parts, |event| event.recorded_at = None)
    }
    lost_headers: append::metadata_comes_back_as_it_went_in,
    "metadata comes back from the stream", {
        parts: |parts| each_event(parts, |event| event.metadata.headers.clear())
    }
    keys_without_case: append::keys_are_compared_byte_by_byte,
    "the key \"Ada\" is a stream of its own", {
        parts: |mut parts| {
            for part in &mut parts {
                part.stream = stream(&part.stream.key().as_str().to_lowercase(), &part.stream);
            }
            parts
        }
    }
    a_forgotten_version_of_a_precondition: append::a_part_without_events_stores_nothing,
    "the answered versions", {
        answer: |answer| answer.map(|mut appended| {
            for part in &mut appended.streams {
                part.version = Version(part.positions.len() as u64);
            }
            appended
        })
    }
    a_stream_made_by_nothing: append::an_append_without_events_is_answered,
    "the versions that the streams have", {
        answer: |answer| answer.map(|mut appended| {
            appended.streams.iter_mut().for_each(|part| part.version.0 = part.version.0.max(1));
            appended
        })
    }
    a_limit_of_streams: append::one_append_may_hold_ten_thousand_streams, "it is accepted", {
        refuse: |append: &Append| (append.parts().len() > 9_999).then(too_much)
    }
    a_limit_of_a_mebibyte: append::a_payload_at_the_limit_is_stored, "is accepted", {
        refuse: |append: &Append| {
            let events = append.parts().iter().flat_map(|part| &part.events);
            let bytes: usize = events.map(|event| event.event.payload.as_str().len()).sum();
            (bytes > 1 << 20).then(too_much)
        }
    }
    any_version_taken_for_none: expected_version::any_version_is_met_by_every_stream,
    "an existing stream", {
        parts: |parts| expect_instead(
            parts, |expected| expected == ExpectedVersion::Any, ExpectedVersion::NoStream,
        )
    }
    no_stream_taken_for_any: expected_version::no_stream_is_met_by_a_missing_stream_only,
    "expected a conflict", {
        parts: |parts| expect_instead(
            parts, |expected| expected == ExpectedVersion::NoStream, ExpectedVersion::Any,
        )
    }
    a_stream_that_need_not_exist:
    expected_version::an_existing_stream_is_not_met_by_a_missing_one, "expected a conflict", {
        parts: |parts| expect_instead(
            parts, |expected| expected == ExpectedVersion::StreamExists, ExpectedVersion::Any,
        )
    }
    an_exact_version_that_is_ignored:
    expected_version::an_exact_version_is_met_by_itself_only, "expected a conflict", {
        parts: any_instead_of_exact
    }
    a_version_that_is_cut_to_fewer_bits:
    expected_version::a_version_that_no_stream_reaches_is_a_conflict, "expected a conflict", {
        parts: |mut parts| {
            for part in &mut parts {
                if let ExpectedVersion::Exact(version) = &mut part.expected {
                    version.0 &= u64::from(u32::MAX >> 31);
                }
            }
            parts
        }
    }
    exact_zero_taken_for_any: expected_version::exact_zero_is_no_stream, "expected a conflict", {
        parts: any_instead_of_exact
    }
    a_precondition_that_is_ignored:
    expected_version::a_part_without_events_requires_its_version_too, "expected a conflict", {
        parts: without_preconditions
    }
    a_wrong_version_in_a_conflict:
    conflict::a_conflict_names_stream_expected_and_actual_version, "the actual version", {
        answer: |answer| match answer {
            Err(AppendError::Conflict(mut conflict)) => {
                conflict.actual = Version(2);
                Err(conflict.into())
            }
            other => other,
        }
    }
    a_conflict_that_is_stored: conflict::a_conflict_stores_nothing,
    "the refused events are not in the stream", {
        parts: any_instead_of_exact
    }
    half_an_append_before_a_conflict: conflict::one_conflicting_part_refuses_the_whole_append,
    "a neighbour of a conflict is not stored", {
        one_by_one: true
    }
    two_winners: conflict::two_writers_one_winner, "of 8 writers one wins", {
        parts: any_instead_of_exact,
        answer: |answer| answer
    }
    two_that_rely_on_each_other:
    conflict::two_appends_that_rely_on_each_other_never_both_succeed,
    "of two that rely on each other one succeeds", {
        parts: without_preconditions
    }
    a_position_given_twice: order::positions_rise_and_are_never_given_twice,
    "no position is given twice", {
        answer: |answer| answer.map(|mut appended| {
            for position in appended.streams.iter_mut().flat_map(|part| &mut part.positions) {
                position.0 /= 2;
            }
            appended
        })
    }
    streams_locked_in_the_order_of_the_caller: order::appends_that_cross_all_succeed,
    "an append that crosses others", {
        refuse: |append: &Append| {
            let in_order = append.parts().is_sorted_by_key(|part| part.stream.clone());
            (!in_order).then(|| StoreError::new(StoreErrorKind::Contention, "deadlock").into())
        }
    }
    an_answer_of_the_neighbour: crowd::each_append_has_its_own_answer, "the answer is its own", {
        answer: |answer| answer.map(|mut appended| {
            for position in appended.streams.iter_mut().flat_map(|part| &mut part.positions) {
                position.0 += 1;
            }
            appended
        })
    }
    a_neighbour_that_falls_with_a_conflict: crowd::a_refusal_harms_no_neighbour,
    "each append of a crowd has the verdict that it would have alone", {
        refuse: |append: &Append| {
            let neighbour = append.parts()[0].stream.key().as_str() == "own-9";
            neighbour.then(|| Conflict::new(append.parts()[0].stream.clone(), ExpectedVersion::Any, Version(1)).into())
        }
    }
    one_of_two_that_meet_on_a_stream: crowd::all_that_meet_on_one_stream_are_stored,
    "each is stored once", {
        parts: |mut parts| { parts[0].events.truncate(1); parts }
    }
    half_an_append_in_a_crowd: crowd::an_append_to_several_streams_is_whole,
    "nothing is stored beside a conflict", {
        one_by_one: true
    }
    an_append_that_has_the_store_for_itself: kept::a_kept_append_holds_nobody_up,
    "holds others up", check_at_once {
        alone: Some(Arc::default())
    }
    half_an_append_of_a_caller_that_left: dropping::a_dropped_append_is_stored_whole_or_not_at_all,
    "an append is stored whole", check_at_once {
        one_by_one: true
    }
}

fn too_much() -> AppendError {
    StoreError::new(StoreErrorKind::Other, "too much").into()
}
