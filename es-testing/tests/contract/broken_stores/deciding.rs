//! Stores that let a decision rest on what is not so, or show it what is not there.

use es_core::{AppendError, ConditionFailed, ExpectedVersion, Position, QueryItem};
use es_testing::contract::{condition, condition_order, query};

use super::broken::Broken;
use super::check;
use super::faults::{each_event, expect_instead, no_items, of_their_tags_alone};
use super::writing::finds;

finds! {
    a_condition_on_a_tag_that_is_ignored: condition::an_event_with_the_tag_refuses_an_append,
    "its tag", {
        items: no_items
    }
    a_condition_on_a_type_that_is_ignored: condition::an_event_of_the_type_refuses_an_append,
    "the type of an untagged event", {
        items: of_their_tags_alone
    }
    types_that_are_ignored_beside_tags:
    condition::an_item_is_broken_by_an_event_that_has_all_it_asks_for, "another's type", {
        items: of_their_tags_alone
    }
    tags_of_which_one_is_enough:
    condition::an_item_is_broken_by_an_event_that_has_all_it_asks_for, "tags of two events", {
        items: |items| items.iter().map(with_one_tag).collect()
    }
    the_first_item_only: condition::any_item_refuses_an_append, "the second item", {
        items: |mut items| { items.truncate(1); items }
    }
    an_event_that_is_known_and_refuses: condition::a_known_event_refuses_nothing,
    "an event that the decision has seen", {
        condition: |condition| condition.known.clear()
    }
    all_known_as_soon_as_one_is: condition::a_known_event_refuses_nothing,
    "expected a broken condition", {
        condition: |condition| if let Some(last) = condition.known.last() {
            condition.after = Position(last.0 + 100);
        }
    }
    an_event_at_after_that_refuses: condition::an_event_up_to_after_refuses_nothing,
    "an event at `after`", {
        condition: |condition| condition.after.0 -= 1
    }
    an_append_that_forbids_itself: condition::the_events_of_the_append_itself_do_not_count,
    "its own events", {
        refuse: |append| {
            let query = &append.condition()?.query;
            let mut new = append.parts().iter().flat_map(|part| &part.events);
            let own = new.any(|event| query.matches(&event.event.name, &event.tags));
            own.then(|| ConditionFailed::new(Position(1)).into())
        }
    }
    another_event_that_is_said_to_refuse: condition::a_broken_condition_names_an_event_that_matches,
    "the event that refuses", {
        answer: |answer| answer.map_err(|error| match error {
            AppendError::Condition(failed) => {
                ConditionFailed::new(Position(failed.position.0 + 1)).into()
            }
            other => other,
        })
    }
    half_an_append_before_a_broken_condition: condition::a_broken_condition_stores_nothing,
    "a broken condition stores nothing", {
        one_by_one: true
    }
    a_condition_of_nothing_that_is_ignored:
    condition::an_append_without_events_requires_its_condition_too,
    "expected a broken condition", {
        parts: |mut parts| { parts.retain(|part| !part.events.is_empty()); parts }
    }
    a_condition_instead_of_versions: condition::a_condition_that_holds_leaves_versions_in_force,
    "expected a conflict", {
        parts: |parts| expect_instead(
            parts, |expected| expected == ExpectedVersion::NoStream, ExpectedVersion::Any,
        )
    }
    several_first_ones: condition_order::of_those_that_rest_on_one_condition_one_wins,
    "of 8 that rest on one condition one wins", {
        items: no_items
    }
    a_skew: condition_order::two_that_write_what_the_other_forbids_never_both_succeed,
    "of two that write what the other forbids one succeeds", {
        items: no_items
    }
    a_plain_append_that_slips_in:
    condition_order::a_condition_on_types_holds_against_plain_appends,
    "a condition is broken in the order of the log", {
        items: of_their_tags_alone
    }
    conditions_that_are_ignored: condition_order::no_condition_is_broken_in_the_order_of_the_log,
    "a condition is broken in the order of the log", {
        items: no_items
    }
    conditions_that_are_broken_by_anything:
    condition_order::no_condition_is_broken_in_the_order_of_the_log,
    "an append is refused for an event that matches and was not seen", {
        condition: |condition| { condition.after = Position::START; condition.known.clear(); }
    }
    a_query_that_ignores_types: query::an_item_finds_any_of_its_types_with_all_of_its_tags,
    "a type", {
        items: of_their_tags_alone
    }
    a_query_for_one_tag: query::an_item_finds_any_of_its_types_with_all_of_its_tags, "two tags", {
        items: |items| items.iter().map(with_one_tag).collect()
    }
    items_that_are_not_numbered: query::an_event_comes_with_the_items_that_it_matches,
    "the places of the items, rising", {
        found: |page| page.events.iter_mut().for_each(|found| found.items.truncate(1))
    }
    events_found_in_another_order: query::events_are_found_as_they_stand_in_the_log,
    "what a query finds is what the log has", {
        found: |page| page.events.sort_by_key(|found| found.event.stream.clone())
    }
    an_event_found_twice_at_the_end_of_a_page: query::a_query_is_read_page_by_page,
    "after the fourth", {
        after: |position| Position(position.0.saturating_sub(1))
    }
    a_query_that_knows_no_limit: query::a_query_is_read_page_by_page, "the first four", {
        limit: |_| u32::MAX
    }
    a_query_that_lags_behind: query::a_query_sees_what_was_acknowledged,
    "what was acknowledged is found", {
        found: |page| drop(page.events.pop())
    }
    an_end_that_is_called_safe_too_early: query::nothing_appears_at_or_below_safe_afterwards,
    "nothing appears at or below `safe` afterwards", {
        found: |page| page.safe = Position(page.safe.0 + 10)
    }
    a_row_for_each_tag: query::a_tag_that_is_there_twice_counts_once,
    "an event that has its tag twice is found once", {
        found: |page| page.events.extend(page.events.last().cloned())
    }
    tags_without_case: query::tags_are_compared_byte_by_byte, "the tag \"Course:c1\"", {
        parts: |parts| each_event(parts, |event| for tag in &mut event.tags {
            *tag = tag.as_str().to_lowercase().parse().expect("a tag");
        })
    }
}

fn with_one_tag(item: &QueryItem) -> QueryItem {
    let tags = item.tags().iter().take(1).cloned().collect();
    QueryItem::new(item.types().to_vec(), tags).expect("a type or a tag")
}
