//! Limits on the size of expansions: the compiler reads every token again at each keystroke.

use proc_macro2::TokenStream;

use super::expansion;
use crate::{activity, aggregate, command, decision_model, event, projection, saga};

/// The maximum size of the code for one listed event, in bytes.
const BYTES_PER_EVENT: usize = 1024;

/// The maximum size, in bytes, of the derives' code for an event of two fields in a domain, its
/// command of two fields included, when pretty-printed.
const PRINTED_PER_EVENT: usize = 2550;

/// The same without the whitespace that only makes it readable.
const COMPACT_PER_EVENT: usize = 1950;

/// The code of all derives for an aggregate with this number of events and a command for each.
fn domain_of(events: usize) -> TokenStream {
    let events_and_commands = (0..events).flat_map(|nth| {
        let event = format!(
            r#"#[event(name = "deposit-{nth:03}")]
               pub struct Deposit{nth:03} {{ pub cents: i64, pub note: String }}"#
        );
        let command = format!(
            "#[command(aggregate = Account, any)]
             pub struct Do{nth:03} {{ #[command(id)] pub id: String, pub cents: i64 }}"
        );
        [expansion(event::derive, &event), expansion(command::derive, &command)]
    });
    let aggregate = format!(
        r#"#[aggregate(name = "account", id = String, events({}))]
           pub struct Account {{ pub cents: i64 }}"#,
        list(events)
    );
    events_and_commands.chain([expansion(aggregate::derive, &aggregate)]).collect()
}

fn printed(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).expect("items"))
}

/// The printed text with a blank in place of each line end and indentation.
fn compact(printed: &str) -> String {
    printed.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_event_of_a_domain_with_its_command_stays_within_its_budget() {
    let (fifty, hundred) = (printed(domain_of(50)), printed(domain_of(100)));

    let each = (hundred.len() - fifty.len()) / 50;
    let compact = (compact(&hundred).len() - compact(&fifty).len()) / 50;

    assert!(each <= PRINTED_PER_EVENT, "{each} bytes for each event");
    assert!(compact <= COMPACT_PER_EVENT, "{compact} bytes for each event without indentation");
}

/// The count covers all that the compiler checks: a macro that is left in an expansion would be
/// short here and long there.
#[test]
fn a_domain_is_written_without_macros_of_the_runtime() {
    let text = domain_of(3).to_string().replace("module_path !", "");

    assert!(!text.contains("! {") && !text.contains("! (") && !text.contains("! ["), "{text}");
}

/// A list of `events` events.
fn list(events: usize) -> String {
    // Ten characters, as many as the names of real events have.
    let list: Vec<_> = (0..events).map(|nth| format!("Deposit{nth:03}")).collect();
    list.join(", ")
}

/// The length of the expansion for a decision model of `events` events.
fn decision_model_of(events: usize) -> usize {
    let list = list(events);
    let item = format!(
        r"
            #[decision_model(events({list}), tolerates(Deposit000))]
            pub struct Balance {{ #[decision_model(tag)] account: AccountId }}
        "
    );
    expansion(decision_model::derive, &item).to_string().len()
}

#[test]
fn a_decision_model_spends_at_most_a_kilobyte_on_each_event_and_grows_in_a_line() {
    let first_half = decision_model_of(300) - decision_model_of(200);
    let second_half = decision_model_of(400) - decision_model_of(300);

    assert_eq!(first_half, second_half);
    assert!(first_half / 100 <= BYTES_PER_EVENT, "{} bytes for each event", first_half / 100);
}

/// The length of the expansion for a projection of `events` events.
fn projection_of(events: usize, keys: &str) -> usize {
    let list = list(events);
    let item =
        format!(r#"#[projection(name = "balances", events({list}){keys})] pub struct Balances;"#);
    expansion(projection::derive, &item).to_string().len()
}

#[test]
fn a_projection_spends_at_most_a_kilobyte_on_each_event_and_grows_in_a_line() {
    let first_half = projection_of(300, "") - projection_of(200, "");
    let second_half = projection_of(400, "") - projection_of(300, "");

    assert_eq!(first_half, second_half);
    assert!(first_half / 100 <= BYTES_PER_EVENT, "{} bytes for each event", first_half / 100);
}

#[test]
fn another_type_to_write_into_costs_at_most_a_quarter_of_that() {
    let each =
        (projection_of(100, ", db(Totals, Pages)") - projection_of(100, ", db(Totals)")) / 100;

    assert!(each <= BYTES_PER_EVENT / 4, "{each} bytes for each event");
}

/// The length of the expansion for an aggregate with `events` events.
fn aggregate_of(events: usize) -> usize {
    let list = list(events);
    let item = format!(
        r#"#[aggregate(name = "account", id = AccountId, events({list}))] pub struct Account;"#
    );
    expansion(aggregate::derive, &item).to_string().len()
}

#[test]
fn an_aggregate_spends_at_most_a_kilobyte_on_each_event() {
    let each = (aggregate_of(100) - aggregate_of(50)) / 50;

    assert!(each <= BYTES_PER_EVENT, "{each} bytes for each event");
}

#[test]
fn an_aggregate_grows_in_a_line_with_its_events() {
    let first_half = aggregate_of(300) - aggregate_of(200);
    let second_half = aggregate_of(400) - aggregate_of(300);

    assert_eq!(first_half, second_half);
}

#[test]
fn a_superseded_event_takes_at_most_a_kilobyte_and_grows_in_a_line() {
    let aggregate = |superseded: usize| {
        let list = list(superseded);
        let item = format!(
            r#"#[aggregate(name = "account", id = AccountId, events(Opened), superseded({list}))]
               pub struct Account;"#
        );
        expansion(aggregate::derive, &item).to_string().len()
    };

    let first_half = aggregate(300) - aggregate(200);
    let second_half = aggregate(400) - aggregate(300);

    assert_eq!(first_half, second_half);
    assert!(first_half / 100 <= BYTES_PER_EVENT, "{} bytes for each event", first_half / 100);
}

#[test]
fn an_event_of_four_fields_takes_at_most_a_kilobyte() {
    let item = r#"
        #[event(name = "money-deposited")]
        pub struct Deposited { account: AccountId, cents: i64, channel: Channel, note: String }
    "#;

    let bytes = expansion(event::derive, item).to_string().len();

    assert!(bytes <= BYTES_PER_EVENT, "{bytes} bytes");
}

#[test]
fn three_versions_of_history_take_at_most_two_kilobytes() {
    let event = |version: &str, currency: &str, cents: &str, note: &str| {
        let item = format!(
            r#"
                #[event(name = "money-deposited"{version})]
                pub struct Deposited {{
                    account: AccountId, {currency} currency: Currency, {cents} cents: i64, {note} note: String
                }}
            "#
        );
        expansion(event::derive, &item).to_string().len()
    };

    let bytes = event(
        ", version = 4",
        "#[event(added(in = 2, default = Currency::EUR))]",
        r#"#[event(renamed(from = "amount", in = 3))]"#,
        "#[event(added(in = 4, default))]",
    ) - event("", "", "", "");

    assert!(bytes <= 2 * BYTES_PER_EVENT, "{bytes} bytes");
}

#[test]
fn what_snapshots_take_does_not_depend_on_the_events() {
    let aggregate = |keys: &str| {
        let item = format!(
            r#"#[aggregate(name = "account", id = AccountId, events(Deposited){keys})]
               pub struct Account {{ open: bool, cents: i64, owner: String, limits: Vec<Limit> }}"#
        );
        expansion(aggregate::derive, &item).to_string().len()
    };

    let bytes = aggregate(", snapshot(every = 100, keep = 3, version = 2)") - aggregate("");

    assert!(bytes <= BYTES_PER_EVENT, "{bytes} bytes");
}

#[test]
fn only_tagged_events_pay_for_tags() {
    let event = |field: &str| {
        let item = format!(r#"#[event(name = "subscribed")] pub struct Subscribed {{ {field} }}"#);
        expansion(event::derive, &item).to_string()
    };

    let plain = event("course: CourseId");
    let tagged = event("#[event(tag)] course: CourseId");
    let mentions = |expansion: &str| expansion.to_lowercase().matches("tag").count();
    assert_eq!(mentions(&plain), 0);
    assert!(tagged.len() - plain.len() <= BYTES_PER_EVENT / 2, "{} bytes", tagged.len());
}

#[test]
fn an_activity_takes_a_third_of_a_kilobyte() {
    let item = r#"
        #[activity(name = "take-payment", version = 2, output = PaymentTaken)]
        pub struct TakePayment { order: OrderId, cents: u64 }
    "#;

    let bytes = expansion(activity::derive, item).to_string().len();

    assert!(bytes <= BYTES_PER_EVENT / 3, "{bytes} bytes");
}

/// The length of the expansion for a saga of `steps` steps.
fn saga_of(steps: usize) -> usize {
    let list: Vec<_> =
        (0..steps).map(|nth| format!(r#"Deposit{nth:03}(timeout = "10s")"#)).collect();
    let item = format!(
        r#"#[saga(name = "s", id = Id, by = "of", starts(Placed), steps({}), deadline = "2h")]
           pub struct Fulfilment;"#,
        list.join(", ")
    );
    expansion(saga::derive, &item).to_string().len()
}

#[test]
fn a_saga_spends_at_most_a_kilobyte_on_each_step_and_grows_in_a_line() {
    let first_half = saga_of(300) - saga_of(200);
    let second_half = saga_of(400) - saga_of(300);

    assert_eq!(first_half, second_half);
    assert!(first_half / 100 <= BYTES_PER_EVENT, "{} bytes for each step", first_half / 100);
}
