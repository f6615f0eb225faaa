//! Stores that forget what they have stored, or know too much of it.

use es_core::{AppendError, Appended, ConditionFailed, EventId, Position, Version};
use es_testing::contract::event_ids;

use super::broken::Broken;
use super::check;
use super::faults::{each_event, with_fresh_ids};
use super::writing::finds;

finds! {
    an_append_that_conflicts_with_itself:
    event_ids::an_append_that_is_sent_again_has_its_first_answer, "it is answered", {
        parts: with_fresh_ids
    }
    a_first_answer_in_another_order:
    event_ids::an_append_over_several_streams_has_its_first_answers,
    "the first answer of the first part", {
        answer: |answer| answer.map(|mut appended| {
            if appended.already { appended.streams.reverse(); }
            appended
        })
    }
    a_precondition_that_is_not_asked_again:
    event_ids::an_append_over_several_streams_has_its_first_answers,
    "a part without events is told the version now", {
        answer: |answer| answer.map(|mut appended| {
            for part in &mut appended.streams {
                if part.positions.is_empty() { part.version = Version::NONE; }
            }
            appended
        })
    }
    an_append_that_breaks_its_own_condition:
    event_ids::an_append_that_is_sent_again_does_not_break_its_condition,
    "what it stored does not refuse it", {
        answer: |answer| match answer {
            Ok(appended) if appended.already => Err(ConditionFailed::new(Position(1)).into()),
            other => other,
        }
    }
    an_append_that_is_compared: event_ids::an_append_that_is_sent_again_is_not_compared,
    "it is answered", {
        parts: |parts| each_event(parts, |event| if event.event.payload.as_str().contains('2') {
            event.id = EventId::generate();
        })
    }
    an_event_id_taken_twice_in_the_store: event_ids::an_event_id_is_taken_once_in_the_store,
    "expected a duplicate event", {
        parts: with_fresh_ids
    }
    half_an_append_before_a_taken_id: event_ids::a_taken_event_id_refuses_the_whole_append,
    "a neighbour of a taken id is not stored", {
        one_by_one: true
    }
    the_rest_of_an_append: event_ids::an_append_that_is_there_in_part_is_refused,
    "expected a duplicate event", {
        parts: |mut parts| {
            for part in &mut parts {
                part.events.retain(|event| event.event.payload.as_str().contains('3'));
            }
            parts
        }
    }
    a_duplicate_of_another_id: event_ids::an_append_that_is_there_in_part_is_refused,
    "an id that is taken is named", {
        answer: |answer| answer.map_err(|error| match error {
            AppendError::DuplicateEvent { .. } => {
                AppendError::DuplicateEvent { id: EventId::generate() }
            }
            other => other,
        })
    }
    an_id_that_is_known_anywhere: event_ids::the_same_events_elsewhere_are_refused,
    "expected a duplicate event", {
        answer: |answer| match answer {
            Err(AppendError::DuplicateEvent { .. }) => Ok(Appended::already(Vec::new())),
            other => other,
        }
    }
    twins_that_are_both_stored: event_ids::of_twins_that_race_one_is_stored,
    "each twin is answered", {
        parts: with_fresh_ids
    }
    a_twin_that_believes_it_was_first: event_ids::of_twins_that_race_one_is_stored,
    "of 6 twins one is stored", {
        answer: |answer| answer.map(|appended| Appended::new(appended.streams))
    }
    a_dropped_append_that_is_forgotten: event_ids::a_dropped_append_is_sent_again_and_stored_once,
    "a dropped append is sent again", {
        parts: with_fresh_ids
    }
}
