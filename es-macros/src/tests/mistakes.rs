//! Each mistake with its error message.

use super::mistakes;
use crate::underived::{AGGREGATE, COMMAND};
use crate::{aggregate, command, decision_model, event, event_set, shape};

fn of_event(item: &str) -> Vec<String> {
    mistakes(event::derive, item)
}

fn of_aggregate(item: &str) -> Vec<String> {
    mistakes(aggregate::derive, item)
}

fn of_event_set(item: &str) -> Vec<String> {
    mistakes(event_set::derive, item)
}

fn of_command(item: &str) -> Vec<String> {
    mistakes(command::derive, item)
}

fn of_decision_model(item: &str) -> Vec<String> {
    mistakes(decision_model::derive, item)
}

#[test]
fn a_sound_annotation_has_no_mistake() {
    let aggregate = r#"
        #[aggregate(name = "account", id = AccountId, events(Opened, m::Paid as P, Put<T>))]
        struct Account<T> { last: T }
    "#;

    assert_eq!(of_aggregate(aggregate), [""; 0]);
    assert_eq!(of_event(r#"#[event(name = "closed")] struct Closed;"#), [""; 0]);
    assert_eq!(of_event_set("enum Activity { Opened(Opened) }"), [""; 0]);
    assert_eq!(
        of_command("#[command(aggregate = Account)] struct Close(#[command(id)] AccountId);"),
        [""; 0]
    );
}

#[test]
fn an_event_without_annotation_is_told_the_name_it_could_have() {
    assert_eq!(
        of_event("struct MoneyDeposited;"),
        ["the event `MoneyDeposited` has no name to be stored under; \
             write `#[event(name = \"money-deposited\")]` on it"],
    );
}

#[test]
fn an_event_without_a_name_is_told_why_it_needs_one() {
    assert_eq!(
        of_event("#[event(version = 1)] struct Closed;"),
        ["`name` is missing; write `#[event(name = \"closed\")]`: \
             it is what is stored, so that the struct may be renamed"],
    );
}

#[test]
fn a_name_that_cannot_be_stored_is_answered_as_at_run_time() {
    assert_eq!(
        of_event(r#"#[event(name = "account opened")] struct Opened;"#),
        ["the event name \"account opened\" holds ' ' at byte 7; \
             allowed are 1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first"],
    );
}

#[test]
fn an_aggregate_has_a_shorter_name() {
    let name = "a".repeat(65);
    let item =
        format!(r#"#[aggregate(name = "{name}", id = String, events(Opened))] struct Account;"#);

    assert_eq!(
        of_aggregate(&item),
        ["the aggregate name \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"… \
             is 65 bytes long; \
             allowed are 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter first"],
    );
}

#[test]
fn versions_begin_at_one() {
    assert_eq!(
        of_event(r#"#[event(name = "closed", version = 0)] struct Closed;"#),
        ["`0` is not a version; versions are whole numbers from 1 to 4294967295, \
             write `version = 1` or leave it out"],
    );
}

#[test]
fn an_event_owns_its_data() {
    assert_eq!(
        of_event(r#"#[event(name = "opened")] struct Opened<'a> { owner: &'a str }"#),
        ["an event owns its data and takes no lifetime; \
             hold a `String`, a `Vec` or another owned type in place of what `'a` borrows"],
    );
}

#[test]
fn a_field_of_an_event_owns_its_data() {
    let item = r#"
        #[event(name = "opened")]
        struct Opened {
            branch: Option<&'static str>,
            bytes: (u8, &'static [u8]),
            kind: PhantomData<&'static str>,
            #[serde(skip)]
            cache: &'static str,
        }
    "#;

    assert_eq!(
        of_event(item),
        [
            "a field of an event owns its data, since it is read from a store; \
                 write `String` in place of `&'static str`",
            "a field of an event owns its data, since it is read from a store; \
                 write `Vec<u8>` in place of `&'static [u8]`",
        ],
    );
}

#[test]
fn a_type_is_named_without_a_reference() {
    assert_eq!(
        of_command("#[command(aggregate = &Account)] struct Close(#[command(id)] AccountId);"),
        ["an aggregate is named by its own type; write it without `&`"],
    );
    assert_eq!(
        of_aggregate(r#"#[aggregate(name = "a", id = Id, events(&'static Opened))] struct A;"#),
        ["an event is listed by its own type; write it without `&`"],
    );
}

#[test]
fn the_error_of_an_aggregate_is_no_box() {
    assert_eq!(
        of_aggregate(
            r#"#[aggregate(name = "a", id = Id, events(Opened), error = Box<dyn Error>)] struct A;"#
        ),
        ["the error of an aggregate says why a decision refuses, which a box hides; \
             write an enum of the refusals with `#[derive(Debug, thiserror::Error)]`"],
    );
}

#[test]
fn a_key_behind_a_missing_comma_is_not_missing() {
    assert_eq!(
        of_aggregate(r#"#[aggregate(name = "account"; id = Id, events(Opened))] struct Account;"#),
        ["a comma is missing here; write `,` between two keys"],
    );
}

#[test]
fn a_misspelt_key_is_the_only_mistake() {
    assert_eq!(
        of_aggregate(r#"#[aggregate(name = "account", id = Id, evnts(Opened))] struct Account;"#),
        ["unknown key `evnts`; did you mean `events`?"],
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    assert_eq!(
        of_aggregate(
            r#"
                #[aggregate(name = "a", id = Id, event(Opened), events(Opened, Opened), frob = 3)]
                struct Account;
            "#
        ),
        [
            "`event` names one enum; write `events(…)` for a list, or `event = AccountEvent`",
            "`Opened` is listed twice; remove one of the two",
            "unknown key `frob`; known keys of `aggregate` are \
             `name`, `id`, `events`, `superseded`, `event`, `error`, `snapshot` and `crate`",
        ],
    );
}

#[test]
fn a_key_counts_once() {
    assert_eq!(
        of_event(r#"#[event(name = "a")] #[event(name = "b")] struct Closed;"#),
        ["`name` is given twice; keep one of them"],
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_told_what_to_write() {
    assert_eq!(
        of_event("#[event(name = closed, version)] struct Closed;"),
        [
            "this is no value for `name`; write `name = \"account-opened\"`",
            "`version` needs a value; write `version = 2`",
        ],
    );
}

#[test]
fn the_crate_is_the_same_in_every_module() {
    assert_eq!(
        of_event(r#"#[event(name = "closed", crate = vendor::es)] struct Closed;"#),
        ["`vendor::es` would mean something else in every module; write `::vendor::es` for a \
             dependency, `crate::vendor::es` for a module of this crate"],
    );
}

#[test]
fn a_keyword_is_no_key() {
    assert_eq!(
        of_event(r#"#[event(name = "closed", type = "x")] struct Closed;"#),
        ["unknown key `type`; known keys of `event` are \
             `name`, `version`, `previous`, `aliases`, `removed`, `unchecked` and `crate`"],
    );
}

#[test]
fn a_path_of_keywords_leads_to_no_crate() {
    assert_eq!(
        of_event(r#"#[event(name = "closed", crate = ::Self)] struct Closed;"#),
        ["`::Self` does not mean es-core in every module; write `::es_core` for a dependency, \
             `crate::es_core` for a module of this crate"],
    );
}

#[test]
fn a_path_of_keywords_leads_to_no_event() {
    let list = |list: &str| {
        of_aggregate(&format!(r#"#[aggregate(name = "a", id = Id, events({list}))] struct A;"#))
    };
    let told = |path: &str| {
        format!(
            "`{path}` is not the path of an event; \
             write for example `events(Opened, billing::Paid as BillingPaid)`"
        )
    };

    assert_eq!(list("Self"), [told("Self")]);
    assert_eq!(list("crate"), [told("crate")]);
    assert_eq!(list("super::self::Paid"), [told("super::self::Paid")]);
    assert_eq!(list("self::super::super::Paid, crate::Closed"), [""; 0]);
    assert_eq!(
        list("Put<Self>"),
        ["`Self` would be another type in the enum of events; write the name of the type"],
    );
}

#[test]
fn two_events_of_one_name_need_a_second_name() {
    assert_eq!(
        of_aggregate(
            r#"#[aggregate(name = "a", id = Id, events(Paid, billing::Paid))] struct Account;"#
        ),
        ["two events are called `Paid`, `Paid` and `billing::Paid`; \
             write `billing::Paid as BillingPaid`"],
    );
}

#[test]
fn a_bad_entry_costs_that_entry_only() {
    assert_eq!(
        of_aggregate(
            r#"#[aggregate(name = "a", id = Id, events("Paid", Opened Closed, Put as))] struct A;"#
        ),
        [
            "an event is written without quotes; \
             write for example `events(Opened, billing::Paid as BillingPaid)`",
            "a comma is missing here; write `,` between two events",
            "`as` needs a name for the variant; \
             write for example `events(Opened, billing::Paid as BillingPaid)`",
        ],
    );
}

#[test]
fn an_aggregate_without_annotation_is_told_the_whole_of_it() {
    assert_eq!(
        of_aggregate("struct Account;"),
        ["the aggregate `Account` does not say what it is made of; \
             write on it `#[aggregate(name = \"…\", id = …, events(…))]`"],
    );
}

#[test]
fn an_aggregate_without_events_is_told_both_ways_to_have_some() {
    assert_eq!(
        of_aggregate(r#"#[aggregate(name = "a", id = Id)] struct Account;"#),
        ["`events` is missing; list what can happen, `events(Opened, Closed)`, \
             or name an enum of your own, `event = …`"],
    );
}

#[test]
fn the_events_are_listed_or_an_enum() {
    assert_eq!(
        of_aggregate(
            r#"#[aggregate(name = "a", id = Id, events(Opened), event = AccountEvent)] struct A;"#
        ),
        ["both `events` and `event` are given; list the events or name an enum, not both"],
    );
}

#[test]
fn an_aggregate_is_a_struct() {
    assert_eq!(
        of_aggregate("enum Account { Open, Closed }"),
        ["`Aggregate` goes on the struct that holds the state; \
             put a state that is an enum into a field of one; \
             for a hand-written event enum use `#[derive(EventSet)]`"],
    );
}

#[test]
fn a_parameter_that_no_event_mentions_is_named() {
    assert_eq!(
        of_aggregate(
            r#"#[aggregate(name = "a", id = Id, events(Put<T>))] struct Cache<T, U>(T, U);"#
        ),
        ["no event mentions the parameter `U`, so that nothing stored could bring it back; \
             list an event that does, like `Put<U>`, or remove it"],
    );
}

#[test]
fn a_variant_holds_one_event() {
    assert_eq!(
        of_event_set("enum Activity { Opened { owner: String }, Closed(Closed), Other }"),
        [
            "the variant `Opened` does not hold exactly one event; \
             write `Opened(Opened)` and put the fields on the struct `Opened`",
            "the variant `Other` does not hold exactly one event; \
             write `Other(Other)` and put the fields on the struct `Other`",
        ],
    );
}

#[test]
fn an_event_has_one_variant() {
    assert_eq!(
        of_event_set("enum Activity { Opened(account::Opened), Again(account::Opened) }"),
        ["`account::Opened` is in the variant `Opened` already; \
             an event has one variant, remove this one"],
    );
}

#[test]
fn a_variant_does_not_hold_just_anything() {
    assert_eq!(
        of_event_set("enum Activity<E> { Any(E) }"),
        ["`E` could be anything; name the event, \
             its own parameters may be generic like in `Put<E>`"],
    );
}

#[test]
fn a_list_does_not_hold_just_anything() {
    assert_eq!(
        of_aggregate(r#"#[aggregate(name = "a", id = Id, events(T))] struct Cell<T: Event>(T);"#),
        ["`T` could be anything; name the event, \
             its own parameters may be generic like in `Put<T>`"],
    );
}

#[test]
fn a_bound_names_the_type_that_it_is_for() {
    let told = |this: &str| {
        format!(
            "a bound on `Self` cannot be shared with the conversions of the events; \
             write `{this}` or remove it"
        )
    };

    assert_eq!(
        of_aggregate(
            r#"
                #[aggregate(name = "a", id = Id, events(Put<T>))]
                struct Cell<T>(T) where Self: Sized;
            "#
        ),
        [told("Cell<T>")],
    );
    assert_eq!(of_event_set("enum Activity<T: Into<Self>> { Put(Put<T>) }"), [told("Activity<T>")]);
    assert_eq!(
        of_aggregate(
            r#"#[aggregate(name = "a", id = Id, event = E)] struct Own(u8) where Self: Sized;"#
        ),
        [""; 0],
    );
}

#[test]
fn a_set_is_an_enum() {
    assert_eq!(
        of_event_set("struct Activity;"),
        ["`EventSet` goes on an enum with one event struct in each variant; \
             for an event use `#[derive(Event)]`, for a state `#[derive(Aggregate)]`"],
    );
}

#[test]
fn a_command_says_who_decides_it() {
    assert_eq!(
        of_command("struct Close(AccountId);"),
        ["the command `Close` does not say who decides it; \
             write `#[command(aggregate = …)]` on it"],
    );
}

#[test]
fn a_command_says_which_aggregate_it_is_for() {
    assert_eq!(
        of_command("#[command(aggregate = Account)] struct Close { account: AccountId }"),
        ["no field of `Close` says which aggregate it is for; \
             write `#[command(id)]` on the field that holds the id"],
    );
}

#[test]
fn one_field_names_the_stream() {
    assert_eq!(
        of_command(
            "#[command(aggregate = Account)] struct Move(#[command(id)] Id, #[command(id)] Id);"
        ),
        ["a second `#[command(id)]`; one field names the stream, remove one of the two"],
    );
}

#[test]
fn a_command_has_one_lifecycle() {
    assert_eq!(
        of_command(
            "#[command(aggregate = Account, creates, any = 1)] struct Open(#[command(id)] Id);"
        ),
        ["`any` takes no value; write `any` alone"],
    );
    assert_eq!(
        of_command("#[command(aggregate = Account, creates, any)] struct Open(#[command(id)] Id);"),
        ["a command has one lifecycle; keep one of `creates`, `needs` and `any`"],
    );
}

#[test]
fn a_tag_is_named_as_its_field_unless_told_otherwise() {
    let tags = r#"
        #[event(name = "moved")]
        struct Moved { #[event(tag = "account", home)] from: Id, #[event(tag = "account")] to: Id, #[event(tag)] r#type: T }
    "#;

    assert_eq!(of_event(tags), [""; 0]);
}

#[test]
fn an_event_of_several_tags_names_its_home() {
    let event =
        |fields: &str| of_event(&format!(r#"#[event(name = "e")] struct E {{ {fields} }}"#));
    let none = [""; 0];

    assert_eq!(event("#[event(tag)] course: Id"), none);
    assert_eq!(event("#[event(tag)] course: Id, #[event(tag, home)] student: Id"), none);
    assert_eq!(event(r#"#[event(tag)] room: Id, #[event(tags = "night")] nights: Vec<Id>"#), none);
    assert_eq!(event(r#"#[event(tags = "night")] nights: Vec<Id>"#), none);
    assert_eq!(
        event("#[event(tag)] course: Id, #[event(tag)] student: Id"),
        ["`E` has 2 tags, and none of them is its home, the stream that a decision stores it in; \
          write `tag, home` here, where it was until now, or on another tag"],
    );
    assert_eq!(
        event("#[event(tag, home)] course: Id, #[event(tag, home)] student: Id"),
        ["an event has one home, and it is named before; keep one of them"],
    );
    assert_eq!(
        event(r#"#[event(tag)] room: Id, #[event(tags = "night", home)] nights: Vec<Id>"#),
        ["the home is one stream, and this field may be none or several tags; \
          put `home` on a field with `tag`"],
    );
    assert_eq!(
        event("#[event(tag)] course: Id, #[event(home)] student: Id"),
        ["the home of an event is one of its tags, and this field is none; \
          write `#[event(tag, home)]`"],
    );
    assert_eq!(
        event(r#"#[event(tag, home = "course")] course: Id"#),
        ["`home` takes no value; write `home` alone"],
    );
    // The word that was not understood may be the missing one.
    assert_eq!(event("#[event(tag, nest)] course: Id, #[event(tag)] student: Id").len(), 1,);
}

#[test]
fn the_tags_of_a_field_with_many_values_have_a_name() {
    let event = |field: &str| of_event(&format!(r#"#[event(name = "e")] struct E {{ {field} }}"#));

    assert_eq!(
        event("#[event(tags)] nights: Vec<Id>"),
        ["`tags` needs a value; write `tags = \"night\"`"],
    );
    assert_eq!(
        event(r#"#[event(tag, tags = "night")] nights: Vec<Id>"#),
        ["a field is one tag or one for each of its values; keep `tag` or `tags`, whichever it is"],
    );
    assert_eq!(
        event(r#"#[event(tags = "a", tags = "b")] nights: Vec<Id>"#),
        ["`tags` is given twice; keep one of them"],
    );
}

#[test]
fn a_tag_is_named_by_the_rule_of_tags() {
    let allowed = "allowed are 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter first";
    let event = |field: &str| of_event(&format!(r#"#[event(name = "e")] struct E({field});"#));

    assert_eq!(
        event(r#"#[event(tag = "a:b")] Id"#),
        [format!("the tag name \"a:b\" holds ':' at byte 1; {allowed}")],
    );
    assert_eq!(
        event("#[event(tag)] Id"),
        ["this field has no name for the tag; write `#[event(tag = \"…\")]`"],
    );
    assert_eq!(
        of_event(r#"#[event(name = "e")] struct E { #[event(tag)] _id: Id }"#),
        ["the field's name cannot be that of the tag, since it does not begin with a letter; \
             write `#[event(tag = \"…\")]`"],
    );
}

#[test]
fn an_attribute_on_a_field_says_something() {
    let event = |field: &str| of_event(&format!(r#"#[event(name = "e")] struct E {{ {field} }}"#));

    assert_eq!(
        event("#[event] a: Id, #[event()] b: Id"),
        ["a key is missing here; known keys of `event` are \
         `tag`, `tags`, `home`, `added`, `renamed` and `changed`"; 2],
    );
    assert_eq!(event("#[event(tag, tag)] a: Id"), ["`tag` is given twice; keep one of them"],);
    assert_eq!(event("#[event(tagg)] a: Id"), ["unknown key `tagg`; did you mean `tag`?"],);
}

#[test]
fn a_decision_model_says_what_it_knows_of() {
    assert_eq!(
        of_decision_model("struct Seats { taken: u32 }"),
        ["the decision model `Seats` does not say what it knows of; \
             write on it `#[decision_model(events(…))]`"],
    );
    assert_eq!(
        of_decision_model("#[decision_model(crate = ::es_core)] struct Seats { taken: u32 }"),
        ["`events` is missing; list what the decision must know of, `events(Opened, Closed)`"],
    );
}

#[test]
fn what_a_decision_model_tolerates_is_some_of_what_it_knows_of() {
    let model = of_tagged_model;

    assert_eq!(model("events(a::Opened, Closed), tolerates(Closed)"), [""; 0]);
    assert_eq!(
        model("events(a::Opened, Closed), tolerates(Opened)"),
        ["`Opened` is not among the model's events; add it to `events(…)`"],
    );
    assert_eq!(
        model("events(Opened, Closed), tolerates(Closed, Opened)"),
        ["a model that tolerates all of its events guards nothing; \
             leave out those that a decision must not miss"],
    );
    assert_eq!(
        model("events(Opened, Closed), tolerates()"),
        ["no events are listed; write for example `tolerates(Opened, Closed)`"],
    );
}

/// The messages for a decision model about one course, with these keys.
fn of_tagged_model(keys: &str) -> Vec<String> {
    of_decision_model(&format!(
        "#[decision_model({keys})] struct Seats(#[decision_model(tag = \"course\")] Id);"
    ))
}

#[test]
fn a_decision_model_is_about_something() {
    assert_eq!(
        of_decision_model("#[decision_model(events(Opened))] struct Seats { course: Id }"),
        [
            "no field of the model is a tag, so that it would know of every such event in the store; \
             put `#[decision_model(tag)]` on the field that says what it is about, or write \
             `impl DecisionModel` by hand if it is about all of them"
        ],
    );
    assert_eq!(
        of_decision_model(
            "#[decision_model(events(Opened))] struct Seats { #[decision_model(tagg)] course: Id }"
        ),
        ["unknown key `tagg`; did you mean `tag`?"],
    );
}

#[test]
fn a_superseded_event_is_listed_once_and_has_no_variant() {
    let superseded = |list: &str| of_tagged_model(&format!("events(Moved), superseded({list})"));

    assert_eq!(superseded("old::Changed, older::Changed"), [""; 0]);
    assert_eq!(
        superseded("Changed, Changed"),
        ["`Changed` is listed twice; remove one of the two"],
    );
    assert_eq!(
        superseded("Moved"),
        [
            "`Moved` is among the current events as well; an event that is superseded is read and no \
             longer written, take it off one of the two lists"
        ],
    );
    assert_eq!(
        superseded("Changed as Old"),
        ["a superseded event has no variant of its own; write `Changed` alone"],
    );
    assert_eq!(
        superseded(""),
        ["no events are listed; write for example `superseded(Changed, Pinged)`"],
    );
    assert_eq!(
        of_tagged_model("events(Moved), superseded = Changed"),
        ["`superseded` needs a list in parentheses; \
             write `superseded(Changed, billing::Pinged)`"],
    );
}

#[test]
fn the_enum_of_an_aggregate_says_what_is_superseded() {
    let aggregate = r#"
        #[aggregate(name = "a", id = Id, event = m::AccountEvent, superseded(Changed))]
        struct Account;
    "#;

    assert_eq!(
        of_aggregate(aggregate),
        ["the enum `m::AccountEvent` reads the events; \
             write `#[event_set(superseded(…))]` on `m::AccountEvent`"],
    );
}

/// The messages for an aggregate with `key` among its keys.
fn of_snapshot(key: &str) -> Vec<String> {
    of_aggregate(&format!(r#"#[aggregate(name = "a", id = Id, events(Paid), {key})] struct A;"#))
}

#[test]
fn a_sound_snapshot_has_no_mistake() {
    assert_eq!(of_snapshot("snapshot(every = 100)"), [""; 0]);
    assert_eq!(of_snapshot("snapshot(version = 3, keep = 1, every = 20,)"), [""; 0]);
}

#[test]
fn a_snapshot_is_told_how_often() {
    let needs = "`snapshot` needs to know how often, in parentheses; write `snapshot(every = 100)`";
    assert_eq!(of_snapshot("snapshot"), [needs]);
    assert_eq!(of_snapshot("snapshot = 100"), [needs]);
    let missing = "`every` is missing; write `snapshot(every = 100)`: \
                   a snapshot for every so many events";
    assert_eq!(of_snapshot("snapshot()"), [missing]);
    assert_eq!(of_snapshot("snapshot(keep = 2)"), [missing]);
}

#[test]
fn a_snapshot_has_three_keys_once_each() {
    assert_eq!(
        of_snapshot("snapshot(evry = 5, every = 6, keep = 1, keep = 2, often = 3)"),
        [
            "unknown key `evry`; did you mean `every`?",
            "`every` is given twice; keep one of them",
            "`keep` is given twice; keep one of them",
            "unknown key `often`; known keys of `snapshot` are `every`, `keep` and `version`",
        ],
    );
    assert_eq!(
        of_snapshot("snapshot(every = 5), snapshot(every = 6)"),
        ["`snapshot` is given twice; keep one of them"],
    );
}

#[test]
fn the_numbers_of_a_snapshot_are_whole_and_from_one() {
    let no_value = |literal: &str, key: &str, example: &str| {
        format!(
            "`{literal}` is no value for `{key}`, which is a whole number from 1 to 4294967295; \
             write `{example}`"
        )
    };
    assert_eq!(
        of_snapshot("snapshot(every = 0, keep = 0, version = 5000000000)"),
        [
            no_value("0", "every", "every = 100"),
            no_value("0", "keep", "keep = 2"),
            no_value("5000000000", "version", "version = 2"),
        ],
    );
    assert_eq!(of_snapshot("snapshot(every = 5u64)"), [no_value("5u64", "every", "every = 100")]);
    assert_eq!(
        of_snapshot(r#"snapshot(every = "5")"#),
        ["this is no value for `every`; write `every = 100`"],
    );
}

#[test]
fn a_shape_is_of_a_struct_or_an_enum() {
    assert_eq!(
        mistakes(shape::derive, "union Bits { one: u32, other: f32 }"),
        ["`Shape` goes on a struct or an enum; serde knows no union"],
    );
    assert_eq!(
        mistakes(shape::derive, "struct Line<'a> { article: &'a str }"),
        ["a state owns its data and takes no lifetime; \
             hold a `String`, a `Vec` or another owned type in place of what `'a` borrows"],
    );
}

#[test]
fn a_field_has_one_key_for_its_shape() {
    assert_eq!(
        mistakes(
            shape::derive,
            "struct Line { #[shape(opaqe)] day: Day, #[shape(opaque = 1)] hour: Hour }",
        ),
        [
            "unknown key `opaqe`; did you mean `opaque`?",
            "`opaque` takes no value; write `opaque` alone"
        ],
    );
}

#[test]
fn an_annotation_on_a_variant_is_told_where_it_goes() {
    assert_eq!(
        mistakes(shape::derive, "enum Day { #[shape(opaque)] Known(Date), Open }"),
        ["`shape` goes on the enum or on a field, not on a variant; move it there"],
    );
    assert_eq!(
        of_event_set("enum Happened { #[event_set(superseded(Paid))] Opened(Opened) }"),
        ["`event_set` goes on the enum, not on a variant; move it there"],
    );
}

#[test]
fn an_empty_list_in_place_of_an_enum_is_told_with_one_advice() {
    assert_eq!(
        mistakes(
            aggregate::derive,
            r#"#[aggregate(name = "door", id = Id, event())] struct Door;"#
        ),
        [
            "`event` names one enum; write `events(…)` for a list, or `event = AccountEvent`",
            "no events are listed; write for example `events(Opened, Closed)`",
        ],
    );
}

#[test]
fn a_missing_derive_is_told_beside_what_it_would_write() {
    let keys = r#"name = "account", id = String, events(Opened)"#.parse().unwrap();
    let item = "struct Account { #[aggregate(name)] open: bool }".parse().unwrap();

    let written = AGGREGATE.expand(&keys, &item).to_string();

    assert!(written.contains("write `#[derive(Aggregate)]` above it"), "{written}");
    assert!(written.starts_with("struct Account { open : bool }"), "{written}");
    assert!(written.contains("impl :: es_core :: Aggregate for Account"), "{written}");
}

#[test]
fn an_annotation_on_what_derives_nothing_leaves_it_as_it_is() {
    let written = COMMAND.expand(&"any".parse().unwrap(), &"fn pay () { }".parse().unwrap());

    let written = written.to_string();
    assert!(written.starts_with("fn pay () { }"), "{written}");
    assert_eq!(written.matches("compile_error").count(), 1, "{written}");
}

#[test]
fn an_unknown_key_may_be_the_one_that_is_missing() {
    assert_eq!(
        of_aggregate(r#"#[aggregate(name = "a", key = u8, events(Opened))] struct Account;"#).len(),
        1
    );
}

#[test]
fn a_field_that_is_renamed_from_its_own_key_is_told_so() {
    let same = "the field is still stored as `amount` after that; \
                write the key that it had before, or remove `renamed`";

    assert_eq!(
        of_event(
            r#"#[event(name = "paid", version = 2)]
            struct Paid { #[event(renamed(from = "amount", in = 2))] amount: i64 }"#
        ),
        [same],
    );
    assert_eq!(
        of_event(
            r#"#[event(name = "paid", version = 3)]
            struct Paid {
                #[event(renamed(from = "amount", in = 2), renamed(from = "amount", in = 3))]
                cents: i64,
            }"#
        ),
        [same],
    );
}

#[test]
fn a_key_that_serde_gives_is_what_a_field_was_renamed_to() {
    assert_eq!(
        of_event(
            r#"#[event(name = "paid", version = 2)]
            #[serde(rename_all = "camelCase")]
            struct Paid { #[event(renamed(from = "amountPaid", in = 2))] amount_paid: i64 }"#
        ),
        ["the field is still stored as `amountPaid` after that; \
          write the key that it had before, or remove `renamed`"],
    );
    assert_eq!(
        of_event(
            r#"#[event(name = "paid", version = 2)]
            #[serde(rename_all = "camelCase")]
            struct Paid { #[event(renamed(from = "amount_paid", in = 2))] amount_paid: i64 }"#
        ),
        [""; 0],
    );
}

#[test]
fn a_lifetime_on_a_command_or_an_event_is_all_that_is_told() {
    let told = |what| {
        format!(
            "{what} owns its data and takes no lifetime; hold a `String`, a `Vec` or another owned \
             type in place of what `'a` borrows"
        )
    };

    assert_eq!(
        of_command("#[command(aggregate = A)] struct Open<'a> { #[command(id)] id: &'a str }"),
        [told("a command")],
    );
    assert_eq!(
        of_event(r#"#[event(name = "opened")] struct Opened<'a> { by: &'a str }"#),
        [told("an event")],
    );
}
