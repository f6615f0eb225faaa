//! Derive macros of es-core: `Event`, `EventSet`, `Aggregate`, `DecisionModel`, `Command`, `Projection`,
//! `Activity`, `Saga` and `Shape`.
//!
//! Import them from es-core, which re-exports them together with the traits of the same names. The generated
//! code refers to es-core by the name that it has in the `Cargo.toml` of the package, or by the path after
//! `crate =`.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing
    )
)]

mod activity;
mod aggregate;
mod allow_deprecated;
mod command;
mod completion;
mod crate_path;
mod decision_model;
mod dependency;
mod describe;
mod diagnostics;
mod event;
mod event_enum;
mod event_set;
mod expansion;
mod keys;
mod manifest;
mod name;
mod paths;
mod projection;
mod reject_lifetimes;
mod saga;
mod shape;
mod spelling;
mod superseded;
mod tags;
#[cfg(test)]
mod tests;
mod toml;
mod underived;
mod version;

use proc_macro::TokenStream;

/// Implements `Event` for a struct: a fact with a stored name and a schema version.
///
#[doc = include_str!("docs/event.md")]
///
/// # Generated code
///
/// For an `Opened` with the fields `owner` and `overdraft`:
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # pub struct Opened { pub owner: String, pub overdraft: i64 }
#[doc = include_str!("tests/snapshots/event.rs")]
/// ```
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    expansion::of(event::derive, input.into()).into()
}

/// Makes a struct an aggregate: generates its event enum and the dispatch to `Apply`.
///
#[doc = include_str!("docs/aggregate.md")]
///
/// # Generated code
///
/// For `events(Opened, billing::Paid as BillingPaid)`:
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "account-opened")]
/// # pub struct Opened;
/// # mod billing {
/// #     use es_core::prelude::*;
/// #     #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// #     #[serde(crate = "es_core::serde")]
/// #     #[event(name = "bill-paid")]
/// #     pub struct Paid;
/// # }
/// # pub type AccountId = String;
/// # pub type AccountError = std::convert::Infallible;
/// # #[derive(Default)]
/// # pub struct Account { open: bool }
/// # impl Apply<Opened> for Account { fn apply(&mut self, _: Opened) {} }
/// # impl Apply<billing::Paid> for Account { fn apply(&mut self, _: billing::Paid) {} }
#[doc = include_str!("tests/snapshots/aggregate.rs")]
/// # fn main() {}
/// ```
#[proc_macro_derive(Aggregate, attributes(aggregate, shape))]
pub fn derive_aggregate(input: TokenStream) -> TokenStream {
    expansion::of(aggregate::derive, input.into()).into()
}

/// Implements `EventSet` for an enum: the events of a stream, or those that a reader handles.
///
#[doc = include_str!("docs/event_set.md")]
#[proc_macro_derive(EventSet, attributes(event_set))]
pub fn derive_event_set(input: TokenStream) -> TokenStream {
    expansion::of(event_set::derive, input.into()).into()
}

/// Makes a struct a decision model: the state that a decision across streams depends on.
///
#[doc = include_str!("docs/decision_model.md")]
///
/// # Generated code
///
/// For `events(Subscribed, Unsubscribed)`:
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "subscribed")]
/// # pub struct Subscribed { #[event(tag)] pub course: String }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "unsubscribed")]
/// # pub struct Unsubscribed { #[event(tag)] pub course: String }
/// # #[derive(Clone, Debug)]
/// # pub struct Seats { course: String, taken: u32 }
/// # impl Apply<Subscribed> for Seats { fn apply(&mut self, _: Subscribed) { self.taken += 1; } }
/// # impl Apply<Unsubscribed> for Seats { fn apply(&mut self, _: Unsubscribed) { self.taken -= 1; } }
#[doc = include_str!("tests/snapshots/decision_model.rs")]
/// ```
#[proc_macro_derive(DecisionModel, attributes(decision_model))]
pub fn derive_decision_model(input: TokenStream) -> TokenStream {
    expansion::of(decision_model::derive, input.into()).into()
}

/// Makes a struct a projection: handlers that compute a read model from events.
///
#[doc = include_str!("docs/projection.md")]
///
/// # Generated code
///
/// For `events(Opened, Deposited)`:
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "account-opened")]
/// # pub struct Opened {}
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited {}
/// # pub struct Balances;
/// # impl Project<Opened, ()> for Balances {
/// #     async fn project(&self, _: Recorded<Opened>, _: &mut ()) -> Result<(), ProjectError> { Ok(()) }
/// # }
/// # impl Project<Deposited, ()> for Balances {
/// #     async fn project(&self, _: Recorded<Deposited>, _: &mut ()) -> Result<(), ProjectError> { Ok(()) }
/// # }
#[doc = include_str!("tests/snapshots/projection.rs")]
/// ```
#[proc_macro_derive(Projection, attributes(projection))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    expansion::of(projection::derive, input.into()).into()
}

/// Implements `Command` for a struct: a request to one aggregate.
///
#[doc = include_str!("docs/command.md")]
#[proc_macro_derive(Command, attributes(command))]
pub fn derive_command(input: TokenStream) -> TokenStream {
    expansion::of(command::derive, input.into()).into()
}

/// Implements `Activity` for a struct: a request to the outside world, which a saga can ask for.
///
#[doc = include_str!("docs/activity.md")]
#[doc = include_str!("tests/snapshots/activity.rs")]
/// ```
#[proc_macro_derive(Activity, attributes(activity))]
pub fn derive_activity(input: TokenStream) -> TokenStream {
    expansion::of(activity::derive, input.into()).into()
}

/// Makes a struct a saga: a process over several services, which takes back what it tried.
///
#[doc = include_str!("docs/saga.md")]
#[doc = include_str!("tests/snapshots/saga.rs")]
/// # fn main() {}
/// ```
#[proc_macro_derive(Saga, attributes(saga))]
pub fn derive_saga(input: TokenStream) -> TokenStream {
    expansion::of(saga::derive, input.into()).into()
}

/// Implements `Shape` for a type: its stored form, for schema locks and snapshots.
///
#[doc = include_str!("docs/shape.md")]
#[proc_macro_derive(Shape, attributes(shape))]
pub fn derive_shape(input: TokenStream) -> TokenStream {
    expansion::of(shape::derive, input.into()).into()
}

/// The annotation of [`Event`](macro@Event), where that derive is missing: the mistake is reported
/// once, and the item is expanded as with the derive.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn event(keys: TokenStream, item: TokenStream) -> TokenStream {
    underived::EVENT.expand(&keys.into(), &item.into()).into()
}

/// The annotation of [`Aggregate`](macro@Aggregate), where that derive is missing: the mistake is
/// reported once, and the item is expanded as with the derive.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn aggregate(keys: TokenStream, item: TokenStream) -> TokenStream {
    underived::AGGREGATE.expand(&keys.into(), &item.into()).into()
}

/// The annotation of [`EventSet`](macro@EventSet), where that derive is missing: the mistake is
/// reported once, and the item is expanded as with the derive.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn event_set(keys: TokenStream, item: TokenStream) -> TokenStream {
    underived::EVENT_SET.expand(&keys.into(), &item.into()).into()
}

/// The annotation of [`DecisionModel`](macro@DecisionModel), where that derive is missing: the
/// mistake is reported once, and the item is expanded as with the derive.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn decision_model(keys: TokenStream, item: TokenStream) -> TokenStream {
    underived::DECISION_MODEL.expand(&keys.into(), &item.into()).into()
}

/// The annotation of [`Projection`](macro@Projection), where that derive is missing: the mistake is
/// reported once, and the item is expanded as with the derive.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn projection(keys: TokenStream, item: TokenStream) -> TokenStream {
    underived::PROJECTION.expand(&keys.into(), &item.into()).into()
}

/// The annotation of [`Command`](macro@Command), where that derive is missing: the mistake is
/// reported once, and the item is expanded as with the derive.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn command(keys: TokenStream, item: TokenStream) -> TokenStream {
    underived::COMMAND.expand(&keys.into(), &item.into()).into()
}

/// The annotation of [`Activity`](macro@Activity), where that derive is missing: the mistake is
/// reported once, and the item is expanded as with the derive.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn activity(keys: TokenStream, item: TokenStream) -> TokenStream {
    underived::ACTIVITY.expand(&keys.into(), &item.into()).into()
}

/// The annotation of [`Saga`](macro@Saga), where that derive is missing: the mistake is reported
/// once, and the item is expanded as with the derive.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn saga(keys: TokenStream, item: TokenStream) -> TokenStream {
    underived::SAGA.expand(&keys.into(), &item.into()).into()
}
