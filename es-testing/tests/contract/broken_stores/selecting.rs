//! Stores that lose what a reader of a part of the log asks for.

use es_core::{Position, Selection};
use es_testing::contract::select;

use super::broken::Broken;
use super::check;
use super::writing::finds;

finds! {
    types_that_are_ignored: select::a_selection_has_what_it_asks_for, "a type", {
        selection: |selection| selection.with_types([])
    }
    a_place_that_is_ignored: select::a_selection_has_what_it_asks_for, "a category", {
        selection: |selection| Selection::log().with_types(selection.types().to_vec())
    }
    a_page_that_is_never_empty: select::a_selection_is_read_page_by_page, "a limit of 0", {
        limit: |limit| limit.max(1)
    }
    a_page_that_begins_with_its_place: select::a_selection_is_read_page_by_page,
    "after the first", {
        after: |after| Position(after.0.saturating_sub(1))
    }
    a_page_that_says_it_was_the_last: select::what_is_rare_is_found_in_a_long_log,
    "all of a type", {
        selected: |page| page.through = page.safe
    }
    a_page_that_comes_to_nothing: select::what_is_rare_is_found_in_a_long_log,
    "a page goes on, or is the last", {
        selected: |page| if page.events.is_empty() { page.through = Position(1); }
    }
    an_event_that_is_passed_over: select::a_selection_misses_nothing_while_writers_append,
    "nothing is missed", {
        selected: |page| if page.events.len() > 1 { page.events.remove(0); }
    }
    growth_that_nobody_tells: select::a_reader_at_the_end_is_told_that_the_log_has_grown,
    "nobody said that the log has grown", check_at_once {
        is_deaf: true
    }
}
