//! Expansions as files, blessed with `UPDATE_EXPECT=1`. The docs of the derives show two of them.

use expect_test::{ExpectFile, expect_file};

use super::{Derive, expansion};
use crate::{
    activity, aggregate, command, decision_model, event, event_set, projection, saga, shape,
};

fn check(derive: Derive, item: &str, expected: &ExpectFile) {
    let file = syn::parse2(expansion(derive, item)).unwrap();

    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn an_event_with_named_fields() {
    check(
        event::derive,
        r#"
            #[event(name = "account-opened")]
            pub struct Opened { pub owner: String, pub overdraft: i64 }
        "#,
        &expect_file!["snapshots/event.rs"],
    );
}

#[test]
fn an_event_with_a_previous_struct() {
    check(
        event::derive,
        r#"
            #[event(name = "account-opened", version = 3, previous = past::OpenedV2, aliases("opened"))]
            pub struct Opened { pub owner: String }
        "#,
        &expect_file!["snapshots/event_with_previous.rs"],
    );
}

#[test]
fn an_event_with_a_history_of_its_fields() {
    check(
        event::derive,
        r#"
            #[event(name = "account-opened", version = 4)]
            #[event(removed(note: String, in = 2), removed(owner: String, in = 3))]
            #[serde(rename_all = "camelCase")]
            pub struct Opened {
                #[event(added(in = 3, with = first_name(owner)))]
                pub first_name: String,
                #[event(added(in = 2, default = Currency::EUR))]
                pub currency: Currency,
                #[event(renamed(from = "amount", in = 3), changed(from = u32, in = 4, with = i64::from))]
                #[serde(alias = "money")]
                pub cents: i64,
            }
        "#,
        &expect_file!["snapshots/event_with_history.rs"],
    );
}

#[test]
fn an_event_with_tags() {
    check(
        event::derive,
        r#"
            #[event(name = "subscribed")]
            pub struct Subscribed { #[event(tag, home)] course: CourseId, #[event(tag = "student")] who: u32 }
        "#,
        &expect_file!["snapshots/event_with_tags.rs"],
    );
}

#[test]
fn an_event_with_a_tag_for_each_value_of_a_field() {
    check(
        event::derive,
        r#"
            #[event(name = "room-booked")]
            pub struct Booked { #[event(tag)] room: RoomId, #[event(tags = "night")] nights: Vec<Night> }
        "#,
        &expect_file!["snapshots/event_with_many_tags.rs"],
    );
}

#[test]
fn a_generic_event_with_places_for_names() {
    check(
        event::derive,
        r#"
            #[event(name = "put", crate = crate::events)]
            pub struct Put<T: Ord>(String, T);
        "#,
        &expect_file!["snapshots/event_generic_tuple.rs"],
    );
}

#[test]
fn an_aggregate() {
    check(
        aggregate::derive,
        r#"
            #[aggregate(
                name = "account",
                id = AccountId,
                events(Opened, billing::Paid as BillingPaid),
                error = AccountError,
            )]
            pub struct Account { open: bool }
        "#,
        &expect_file!["snapshots/aggregate.rs"],
    );
}

#[test]
fn a_generic_aggregate() {
    check(
        aggregate::derive,
        r#"
            #[aggregate(name = "cache", id = String, events(Put<T>, Cleared))]
            pub(crate) struct Cache<T> where T: Value { value: Option<T> }
        "#,
        &expect_file!["snapshots/aggregate_generic.rs"],
    );
}

#[test]
fn an_aggregate_with_an_enum_of_its_own() {
    check(
        aggregate::derive,
        r#"
            #[aggregate(name = "account", id = AccountId, event = history::AccountEvent)]
            struct Account;
        "#,
        &expect_file!["snapshots/aggregate_own_enum.rs"],
    );
}

#[test]
fn an_aggregate_with_mistakes_keeps_what_was_understood() {
    check(
        aggregate::derive,
        r#"
            #[aggregate(name = "account", event(Opened), events(Opened, Opened, Closed as), frob = 3)]
            struct Account;
        "#,
        &expect_file!["snapshots/aggregate_with_mistakes.rs"],
    );
}

#[test]
fn a_borrowing_aggregate_is_one_all_the_same() {
    check(
        aggregate::derive,
        r#"
            #[aggregate(name = "account", id = AccountId, events(Opened))]
            pub struct Account<'a, T, U = ()> { owner: &'a str, of: T, with: U }
        "#,
        &expect_file!["snapshots/aggregate_unfit.rs"],
    );
}

#[test]
fn a_decision_model() {
    check(
        decision_model::derive,
        r"
            #[decision_model(events(Subscribed, Unsubscribed), tolerates(Unsubscribed))]
            pub struct Seats { #[decision_model(tag)] course: String, taken: u32 }
        ",
        &expect_file!["snapshots/decision_model.rs"],
    );
}

#[test]
fn a_projection() {
    check(
        projection::derive,
        r#"
            #[projection(name = "balances", events(Opened, Deposited))]
            pub struct Balances;
        "#,
        &expect_file!["snapshots/projection.rs"],
    );
}

#[test]
fn a_projection_with_every_key() {
    check(
        projection::derive,
        r#"
            #[projection(
                name = "pages",
                version = 3,
                events(Put<T>, billing::Paid as BillingPaid),
                superseded(Laid),
                effects(billing::Paid, mail::Bounced), start = now,
                key = keys::of_page,
                bulk,
                db(PgConnection, Totals<T>),
                crate = crate::events,
            )]
            pub(crate) struct Pages<T> where T: Value { of: PhantomData<T> }
        "#,
        &expect_file!["snapshots/projection_with_every_key.rs"],
    );
}

#[test]
fn an_event_set() {
    check(
        event_set::derive,
        "enum Activity { Account(account::Opened), Order(order::Placed) }",
        &expect_file!["snapshots/event_set.rs"],
    );
}

#[test]
fn a_set_with_superseded_events() {
    check(
        event_set::derive,
        "#[event_set(superseded(Changed, account::Pinged))] enum Activity { Moved(Moved) }",
        &expect_file!["snapshots/event_set_with_superseded.rs"],
    );
}

#[test]
fn a_command() {
    check(
        command::derive,
        r"
            #[command(aggregate = Account, creates)]
            pub struct Open { #[command(id)] pub account: AccountId, pub r#type: Kind }
        ",
        &expect_file!["snapshots/command.rs"],
    );
}

#[test]
fn an_aggregate_with_snapshots() {
    check(
        aggregate::derive,
        r#"
            #[aggregate(
                name = "account",
                id = AccountId,
                event = AccountEvent,
                snapshot(every = 100, keep = 3, version = 2),
            )]
            #[serde(rename_all = "camelCase")]
            struct Account {
                open: bool,
                #[shape(opaque)]
                #[serde(default)]
                since: calendar::Day<'static, 7>,
            }
        "#,
        &expect_file!["snapshots/aggregate_snapshot.rs"],
    );
}

#[test]
fn the_shape_of_an_enum() {
    check(
        shape::derive,
        r"
            enum Payment<T> where T: Copy {
                Card { #[serde(rename = 'n')] r#type: T, digits: [u8; 4] },
                Transfer(String, Option<Box<Self>>),
                Cash,
            }
        ",
        &expect_file!["snapshots/shape.rs"],
    );
}

#[test]
fn an_activity() {
    check(
        activity::derive,
        r#"
            #[activity(name = "take-payment", version = 2, output = PaymentTaken)]
            pub struct TakePayment { pub cents: u64 }
        "#,
        &expect_file!["snapshots/activity.rs"],
    );
}

#[test]
fn a_saga() {
    check(
        saga::derive,
        r#"
            #[saga(
                name = "fulfilment",
                id = u32,
                by = "order",
                starts(OrderPlaced),
                steps(TakePayment(timeout = "10s"), Confirm(optional, no_compensation = "a mail is not unsent")),
                deadline = "2h",
            )]
            pub struct Fulfilment { cents: u64 }
        "#,
        &expect_file!["snapshots/saga.rs"],
    );
}

#[test]
fn a_saga_with_every_key() {
    check(
        saga::derive,
        r#"
            #[saga(
                name = "fulfilment",
                version = 3,
                id = OrderId,
                by = "order",
                starts(
                    OrderPlaced(compensated),
                    import::OrderPlaced as OrderImported,
                    OrderTyped(retired),
                    OrderFaxed(compensated, retired),
                ),
                steps(
                    TakePayment(timeout = "30s", attempts = 5, first = "500ms", factor = 3, at_most = "1m"),
                    stock::Reserve,
                    Ship(may_be_skipped),
                    Confirm(attempts = 2, optional, no_compensation = "a mail is not unsent"),
                ),
                retired(TakeDeposit, Print(no_compensation = "paper is patient")),
                compensation(timeout = "1m", attempts = 10, first = "1500us", factor = 1, at_most = "1d"),
                deadline = "2h",
                crate = crate::events,
            )]
            struct Fulfilment { order: OrderId }
        "#,
        &expect_file!["snapshots/saga_with_every_key.rs"],
    );
}

#[test]
fn a_saga_with_mistakes_keeps_what_was_understood() {
    check(
        saga::derive,
        r#"
            #[saga(
                name = "fulfilment",
                by = "order",
                starts(OrderPlaced, "Imported"),
                steps(TakePayment(timeout = 30), TakePayment, Ship(no_compensation)),
                signals(Cancel),
                deadline = "soon",
            )]
            pub struct Fulfilment;
        "#,
        &expect_file!["snapshots/saga_with_mistakes.rs"],
    );
}
