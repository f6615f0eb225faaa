//! Each mistake in a saga or an activity with its error message.

use super::mistakes;
use crate::{activity, saga};

fn of_saga(item: &str) -> Vec<String> {
    mistakes(saga::derive, item)
}

fn of_activity(item: &str) -> Vec<String> {
    mistakes(activity::derive, item)
}

/// The messages for a saga with these steps.
fn of_steps(steps: &str) -> Vec<String> {
    of_keys(&format!(r#"starts(Placed), steps({steps}), deadline = "2h""#))
}

/// The messages for these keys beside a name, an id and a tag.
fn of_keys(keys: &str) -> Vec<String> {
    of_saga(&format!(r#"#[saga(name = "s", id = u32, by = "order", {keys})] struct Fulfilment;"#))
}

#[test]
fn a_sound_saga_has_no_mistake() {
    let steps =
        r#"Pay, m::Put<u8>(timeout = "2h"), Mail(optional, no_compensation = "it is sent")"#;

    assert_eq!(of_steps(steps), [""; 0]);
    assert_eq!(of_steps(r#"Pay(first = "1m", at_most = "1m"), Ship(at_most = "1s")"#), [""; 0]);
    assert_eq!(of_activity(r#"#[activity(name = "pay", output = Paid)] struct Pay;"#), [""; 0]);
}

#[test]
fn a_saga_without_annotation_is_told_the_whole_of_it() {
    assert_eq!(
        of_saga("struct OrderFulfilment;"),
        ["the saga `OrderFulfilment` does not say what it does; write on it \
          `#[saga(name = \"order-fulfilment\", id = …, by = \"…\", starts(…), steps(…), \
          deadline = \"…\")]`"],
    );
}

#[test]
fn a_saga_is_told_each_key_that_it_lacks() {
    assert_eq!(
        of_saga("#[saga(version = 1)] struct Fulfilment;"),
        [
            "`name` is missing; write `name = \"fulfilment\"`: the category of its streams, which is stored",
            "`id` is missing; write `id = OrderId` with the type that tells one instance from the other",
            "`by` is missing; write `by = \"order\"`: the tag by which an event says which instance it is \
             about",
            "`starts` is missing; list the events that start an instance, `starts(OrderPlaced)`",
            "`steps` is missing; list what is asked for, in order, `steps(TakePayment, ReserveStock)`",
            "`deadline` is missing; write `deadline = \"2h\"`: the time after which all that was tried is \
             taken back",
        ],
    );
}

#[test]
fn a_saga_has_steps_and_starts() {
    assert_eq!(
        of_steps(""),
        ["no steps are listed; write for example `steps(TakePayment, ReserveStock)`"],
    );
    assert_eq!(
        of_keys(r#"starts(), steps(Pay), deadline = "2h""#),
        ["no events are listed; write for example `starts(OrderPlaced, OrderImported)`"],
    );
    assert_eq!(
        of_keys(r#"starts(Placed(retired)), steps(Pay), deadline = "2h""#),
        ["all of these events are retired, so that none starts an instance; list one that does"],
    );
}

#[test]
fn the_name_of_a_saga_is_a_short_category() {
    let long = "a".repeat(36);

    assert_eq!(
        of_saga(&format!(
            r#"#[saga(name = "{long}", id = u8, by = "a", starts(A), steps(B), deadline = "1h")] struct S;"#
        )),
        [format!(
            "the name of a saga \"{long}\" is 36 bytes long; \
             allowed are 1 to 35 ASCII letters, digits, `-`, `_` and `.`, a letter first"
        )],
    );
}

#[test]
fn a_step_is_listed_once() {
    assert_eq!(of_steps("Pay, Ship, Pay"), ["`Pay` is listed twice; remove one of the two"]);
    assert_eq!(
        of_keys(r#"starts(Placed), steps(Pay), retired(Pay), deadline = "2h""#),
        [
            "`Pay` is among the steps as well; a retired step is no longer asked for, take it off one of \
          the two lists"
        ],
    );
}

#[test]
fn two_starts_have_two_variants() {
    assert_eq!(
        of_keys(r#"starts(Placed, import::Placed), steps(Pay), deadline = "2h""#),
        ["two events are called `Placed`, `Placed` and `import::Placed`; \
          write `import::Placed as ImportPlaced`"],
    );
}

#[test]
fn a_step_has_no_variant_that_could_be_renamed() {
    assert_eq!(
        of_steps("billing::Pay as BillingPay"),
        ["a step has its own stored name and no variant; write `billing::Pay` alone"],
    );
}

#[test]
fn a_duration_is_a_number_and_its_unit() {
    let no_duration = |text: &str| {
        format!(
            "{text:?} is no duration, which is a whole number and one of `us`, `ms`, `s`, `m`, `h` and \
             `d`; write `timeout = \"30s\"`"
        )
    };
    for text in ["30", "30 s", "1.5s", "s", "", "30sec", "1h30m", "-1s", "٣s"] {
        assert_eq!(of_steps(&format!("Pay(timeout = {text:?})")), [no_duration(text)]);
    }

    assert_eq!(
        of_steps("Pay(timeout = 30)"),
        ["this is no value for `timeout`; write `timeout = \"30s\"`"],
    );
    assert_eq!(of_steps("Pay(timeout)"), ["`timeout` needs a value; write `timeout = \"30s\"`"]);
}

#[test]
fn a_duration_is_neither_nothing_nor_for_ever() {
    assert_eq!(
        of_steps(r#"Pay(timeout = "0s")"#),
        ["\"0s\" is no time at all; write `timeout = \"30s\"`, or at least `timeout = \"1us\"`"],
    );
    for text in ["36501d", "18446744073709551615d", "99999999999999999999999us"] {
        assert_eq!(
            of_keys(&format!("starts(Placed), steps(Pay), deadline = {text:?}")),
            [format!(
                "{text:?} is longer than a plan may wait; write `deadline = \"36500d\"` or less"
            )],
        );
    }
    assert_eq!(of_keys(r#"starts(Placed), steps(Pay), deadline = "36500d""#), [""; 0]);
}

#[test]
fn an_attempt_ends_before_the_saga_does() {
    assert_eq!(
        of_steps(r#"Pay(timeout = "121m")"#),
        [
            "one attempt may take 121m, longer than the whole saga, whose deadline is 2h; write a shorter \
          `timeout` or a longer `deadline`"
        ],
    );
    assert_eq!(
        of_keys(r#"starts(Placed), steps(Ship(timeout = "1s"), Pay, Mail), deadline = "10s""#),
        [
            "the deadline of 10s is shorter than one attempt of `Pay`, which may take 30s unless written; \
          write `Pay(timeout = \"10s\")` or less, or a longer deadline"
        ],
    );
}

#[test]
fn there_is_at_least_one_attempt() {
    let no_value = |key: &str, example: &str| {
        format!(
            "`0` is no value for `{key}`, which is a whole number from 1 to 4294967295; write `{example}`"
        )
    };

    assert_eq!(of_steps("Pay(attempts = 0)"), [no_value("attempts", "attempts = 3")]);
    assert_eq!(of_steps("Pay(factor = 0)"), [no_value("factor", "factor = 2")]);
    assert_eq!(
        of_keys(r#"starts(A), steps(B), compensation(attempts = 0), deadline = "1h""#),
        [no_value("attempts", "attempts = 6")],
    );
}

#[test]
fn the_first_delay_is_not_longer_than_the_longest() {
    assert_eq!(
        of_steps(r#"Pay(first = "2m", at_most = "1m")"#),
        ["the first delay of 2m is longer than the longest one of 1m; \
          write a shorter `first` or a longer `at_most`"],
    );
    assert_eq!(
        of_steps(r#"Pay(first = "31s")"#),
        ["the first delay of 31s is longer than the longest one, which is 30s unless written; \
          write `at_most = \"31s\"` or more beside it"],
    );
    assert_eq!(
        of_keys(r#"starts(A), steps(B), compensation(at_most = "999ms"), deadline = "1h""#),
        ["the longest delay of 999ms is shorter than the first one, which is 1s unless written; \
          write `first = \"999ms\"` or less beside it"],
    );
    assert_eq!(
        of_steps(r#"Pay(first = "31s", at_most = "long")"#).len(),
        1,
        "a longest delay that cannot be read may be long enough"
    );
}

#[test]
fn a_step_without_compensation_has_a_reason() {
    assert_eq!(
        of_steps(r#"Pay(no_compensation = " ")"#),
        ["the reason is empty; write why nothing takes `Pay` back, for those who read the plan"],
    );
    assert_eq!(
        of_steps("Pay(no_compensation)"),
        ["`no_compensation` needs a value; write `no_compensation = \"a mail is not unsent\"`"],
    );
}

#[test]
fn a_misspelt_key_is_the_only_mistake_of_a_saga() {
    assert_eq!(
        of_keys(r#"starts(A), steps(B), deadlne = "2h""#),
        ["unknown key `deadlne`; did you mean `deadline`?"],
    );
    assert_eq!(
        of_steps(r#"Pay(timeot = "1h")"#),
        ["unknown key `timeot`; did you mean `timeout`?"],
    );
    assert_eq!(
        of_keys(r#"starts(A), steps(B), deadline = "2h", signals(Cancel)"#),
        [
            "unknown key `signals`; known keys of `saga` are `name`, `version`, `id`, `by`, `starts`, \
          `steps`, `retired`, `compensation`, `deadline` and `crate`"
        ],
    );
    assert_eq!(
        of_steps("Pay(retries = 3)"),
        [
            "unknown key `retries`; known keys of `steps` are `timeout`, `attempts`, `first`, `factor`, \
          `at_most`, `optional`, `may_be_skipped` and `no_compensation`"
        ],
    );
    assert_eq!(
        of_keys(r#"starts(A), steps(B), deadline = "2h", compensation = 6"#),
        ["`compensation` has its values in parentheses; write `compensation(attempts = 6)`"],
    );
}

#[test]
fn a_step_is_the_path_of_a_type() {
    assert_eq!(
        of_steps(r#""Pay", Ship"#),
        [
            "a step is written without quotes; write for example `steps(TakePayment(timeout = \"30s\"), Ship)`"
        ],
    );
    assert_eq!(of_steps("&Pay"), ["a step is listed by its own type; write it without `&`"],);
    assert_eq!(of_steps("Pay Ship"), ["a comma is missing here; write `,` between two steps"],);
    assert_eq!(
        of_steps(r#"Pay, deadline = "2h""#),
        ["`deadline` is a key and no step; write it behind the list, `steps(…), deadline = …`"],
    );
    assert_eq!(
        of_steps(r#"Pay, timeout = "30s""#),
        ["`timeout` goes behind the step that it is of; write `Pay(timeout = \"30s\")`"],
    );
    assert_eq!(
        of_steps("Pay, 7"),
        [
            "this is not the path of a step; write for example `steps(TakePayment(timeout = \"30s\"), Ship)`"
        ],
    );
}

#[test]
fn a_saga_is_a_struct_without_parameters() {
    let keys = r#"#[saga(name = "s", id = u8, by = "a", starts(A), steps(B), deadline = "1h")]"#;

    assert_eq!(
        of_saga(&format!("{keys} enum Fulfilment {{ Paid }}")),
        [
            "`Saga` goes on the struct that holds the state; put a state that is an enum into a field of one"
        ],
    );
    for parameter in ["'a", "T", "const N: usize"] {
        assert_eq!(
            of_saga(&format!("{keys} struct Fulfilment<{parameter}>;")),
            [
                "a saga has one stored name, and so takes no parameters; name the types, or write `impl Saga` \
              by hand"
            ],
        );
    }
}

#[test]
fn a_field_says_nothing_of_a_saga_or_an_activity() {
    let keys = r#"#[saga(name = "s", id = u8, by = "a", starts(A), steps(B), deadline = "1h")]"#;

    assert_eq!(
        of_saga(&format!("{keys} struct Fulfilment {{ #[saga(id)] order: u8 }}")),
        ["`saga` goes on the struct, not on a field; move it there"],
    );
    assert_eq!(
        of_activity(r#"#[activity(name = "pay")] struct Pay { #[activity(id)] order: u8 }"#),
        ["`activity` goes on the struct, not on a field; move it there"],
    );
}

#[test]
fn an_activity_has_a_name() {
    assert_eq!(
        of_activity("struct TakePayment;"),
        ["the activity `TakePayment` has no name to be stored under; \
          write `#[activity(name = \"take-payment\")]` on it"],
    );
    assert_eq!(
        of_activity("#[activity(output = Paid)] struct TakePayment;"),
        ["`name` is missing; write `#[activity(name = \"take-payment\")]`: \
          it is what is stored, so that the struct may be renamed"],
    );
    assert_eq!(
        of_activity(r#"#[activity(name = "take payment", version = 0)] struct TakePayment;"#),
        [
            "the activity name \"take payment\" holds ' ' at byte 4; \
             allowed are 1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first",
            "`0` is not a version; versions are whole numbers from 1 to 4294967295, \
             write `version = 1` or leave it out",
        ],
    );
}

#[test]
fn an_activity_is_a_struct_that_owns_its_data() {
    assert_eq!(
        of_activity(r#"#[activity(name = "pay")] enum Pay { Card, Cash }"#),
        ["`Activity` goes on a struct, one for each thing that is asked for; \
          make every variant a struct of its own"],
    );
    assert_eq!(
        of_activity(r#"#[activity(name = "pay")] struct Pay<'a> { by: &'a str }"#),
        ["an activity owns its data and takes no lifetime; \
          hold a `String`, a `Vec` or another owned type in place of what `'a` borrows"],
    );
}
