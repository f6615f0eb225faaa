//! The derives of es-core: `Event`, `EventSet`, `Aggregate`, `DecisionModel`, `Command`, `Projection`
//! and `Shape`.
//!
//! Use them from there: what they write refers to `::es_core`, and the traits they write carry the
//! same names.
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

mod aggregate;
mod attr;
mod command;
mod crate_path;
mod decision_model;
mod deprecation;
mod describe;
mod diagnostics;
mod event;
mod event_enum;
mod event_list;
mod event_set;
mod expansion;
mod name;
mod ownership;
mod paths;
mod projection;
mod shape;
mod spelling;
mod superseded;
mod tags;
#[cfg(test)]
mod tests;
mod version;

use proc_macro::TokenStream;

/// Makes a struct an event: a fact with a stored name and a version.
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "account-opened")]
/// pub struct Opened {
///     pub owner: String,
/// }
///
/// assert_eq!(Opened::NAME, "account-opened");
/// ```
///
/// The other derives beside it are what stores, repositories and tests ask of every event.
///
/// # What it writes
///
/// The trait `Event`, and `Describe`, by which reports compare events field by field. For an
/// `Opened` with the fields `owner` and `overdraft`:
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # pub struct Opened { pub owner: String, pub overdraft: i64 }
#[doc = include_str!("tests/snapshots/event.rs")]
/// ```
///
/// The schema tells what is stored, for locks and catalogs. Of a type of yours it tells what it is made
/// of if that derives [`Shape`](macro@Shape); without it the type is there by its name alone, and so is
/// a type parameter.
///
/// Each type parameter of a generic event must itself be data that can be stored, copied, compared
/// and printed.
///
/// # Keys
///
/// | Key | Value | Default | Effect |
/// |---|---|---|---|
/// | `name` | text: 1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first | none, it is required | What is stored. Never changes once released; the struct may be renamed. |
/// | `version` | whole number from 1 | `1` | The version of the event's shape. From 2 on the event says how the ones before are read: by `previous`, or by the history of its fields. |
/// | `previous` | the struct of the version before | none | Older versions are read as that struct, from which `Upcast` or `TryUpcast` makes this one. |
/// | `removed` | `(name: Type, in = 3)` | none | A field that versions from `in` on have no more. Once for each; behind it may stand what happened to the field before. |
/// | `aliases` | texts, as `name`, in parentheses | none | Names under which it was stored before. Read, never written. |
/// | `unchecked` | none | checked | Stores the event without reading it again first: saves one decoding for each event that is written. A value that serde writes and cannot read is then stored, and its stream cannot be loaded any more. |
/// | `crate` | `::path` or `crate::path` | `::es_core` | Where the expansion finds es-core. |
/// | `tag`, on fields | none, or text: 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter first | not a tag; without text the name of the field | Puts the event under the tag `name:value`, where the value is what the field prints (`Display`). |
/// | `tags`, on fields | text, as that of `tag` | not a tag | One tag of that name for each value of the field: of a list, a set, an array, an `Option`, of anything that `for value in &field` goes through. None, if it is empty. At most 1,000 tags for an event. |
/// | `home`, on a field with `tag` | none | the only `tag` | The tag names the stream in which a decision stores the event, category and key. Required where several fields are `tag`. Never changes once released. |
/// | `added`, on fields | `(in = 2, default)`, `(in = 2, default = value)` or `(in = 2, with = function(field, …))` | none | Versions before `in` have no such field. What they have in its place: the default of its type, a value, or what a function makes of fields of the version before, by reference. |
/// | `renamed`, on fields | `(from = "key", in = 2)` | none | In versions before `in` the field was stored under that key. |
/// | `changed`, on fields | `(from = Type, in = 2, with = function)` | none | In versions before `in` the field was of that type; the function takes the old value. |
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "money-deposited", version = 1, aliases("deposited"), crate = ::es_core)]
/// pub struct Deposited(i64);
///
/// assert_eq!(Deposited::VERSION, SchemaVersion(1));
/// assert_eq!(Deposited::ALIASES, ["deposited"]);
/// ```
///
/// # When the event changes
///
/// What was stored stays as it is. A struct of a later version says how it is read, in one of two
/// ways.
///
/// **A history of its fields** tells each change on the field that it happened to:
///
/// ```
/// use es_core::prelude::*;
/// # use es_core::Payload;
///
/// #[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// pub enum Currency {
///     Eur,
///     Usd,
/// }
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "account-opened", version = 4, removed(owner: String, in = 4))]
/// pub struct Opened {
///     #[event(added(in = 4, with = first_word(owner)))]
///     pub first_name: String,
///     #[event(renamed(from = "amount", in = 2), changed(from = u32, in = 3, with = i64::from))]
///     pub cents: i64,
///     #[event(added(in = 2, default = Currency::Eur))]
///     pub currency: Currency,
///     #[event(added(in = 3, default))]
///     pub note: Option<String>,
/// }
///
/// fn first_word(owner: &str) -> String {
///     owner.split(' ').next().unwrap_or_default().to_owned()
/// }
///
/// let stored = Payload::parse(r#"{"owner":"Ada Lovelace","amount":5}"#)?;
/// let read = Opened::decode(SchemaVersion(1), &stored)?;
/// let first_name = "Ada".to_owned();
/// assert_eq!(read, Opened { first_name, cents: 5, currency: Currency::Eur, note: None });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The derive writes from it one struct for each older version, which nobody else sees, and the steps
/// between them; what was stored is read straight into the struct of its version. `in` is always the
/// first version that is as the struct says, and every version from 2 on has a change. A function in
/// `with` gives the value, or a `Result` of it if it may fail. The fields that it names have the
/// names that they had in the version before `in`. A change stands where its field is; that of a
/// removed field stands behind it, as in `removed(owner: String, in = 4, added(in = 2, default))`.
///
/// What serde is told of the struct and its fields holds for old versions too, but for the key of a
/// field that was renamed since, and for anything but the key of a field whose type was changed since.
/// The struct has named fields and no parameters; any other keeps its old struct as `previous`.
///
/// **A previous struct** is what it says: the old struct is kept as it was, under another name in
/// Rust and the same `name` in the store, and `Upcast` makes the new one of it. For changes that are
/// easier said in a function than field by field. The previous struct may itself have a previous
/// one, or a history of its fields:
///
/// ```
/// use es_core::prelude::*;
/// # use es_core::Payload;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "money-deposited", version = 2)]
/// pub struct DepositedV2 {
///     #[event(renamed(from = "amount", in = 2))]
///     pub euros: String,
/// }
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "money-deposited", version = 3, previous = DepositedV2)]
/// pub struct Deposited {
///     pub cents: i64,
/// }
///
/// impl TryUpcast<DepositedV2> for Deposited {
///     type Error = std::num::ParseIntError;
///
///     fn try_upcast(previous: DepositedV2) -> Result<Self, Self::Error> {
///         Ok(Self { cents: previous.euros.parse::<i64>()? * 100 })
///     }
/// }
///
/// let stored = Payload::parse(r#"{"amount":"5"}"#)?;
/// assert_eq!(Deposited::decode(SchemaVersion(1), &stored)?, Deposited { cents: 500 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An event that is called otherwise gets a new `name`, and its old one goes into `aliases`. An event
/// that means something else is another event.
///
/// # Tags
///
/// An event stands in one stream and may concern several things. Tags find it by each of them, and a
/// decision across streams rests on them (`Decision`). Two fields may have one tag name: a transfer
/// concerns two accounts. A field of several values, as the nights of a booking, is one tag for each
/// (`tags = "night"`).
///
/// One of the tags is the event's `home`: a decision stores the event in the stream that it names.
/// With one `tag` it is that one; of several it is named.
///
/// Tags and home are part of what is released: a tag that is added is not found on what is stored
/// until the tags of stored events are written (`es_core::RetagStore`), and `events.lock` holds all of
/// them. Give a tag a text before its field is renamed.
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "subscribed")]
/// pub struct Subscribed {
///     #[event(tag, home)]
///     pub course: String,
///     #[event(tag = "student")]
///     pub who: u32,
/// }
///
/// let tags = Subscribed { course: "c1".into(), who: 7 }.tags()?;
/// assert_eq!(tags, ["course:c1".parse()?, "student:7".parse()?]);
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "room-booked")]
/// pub struct Booked {
///     #[event(tag)]
///     pub room: u32,
///     #[event(tags = "night")]
///     pub nights: Vec<String>,
/// }
///
/// let tags = Booked { room: 7, nights: vec!["2026-12-24".into(), "2026-12-25".into()] }.tags()?;
/// assert_eq!(tags, ["room:7".parse()?, "night:2026-12-24".parse()?, "night:2026-12-25".parse()?]);
/// # Ok::<(), es_core::InvalidText>(())
/// ```
///
/// # Errors you may meet
///
/// - "the event `Opened` has no name to be stored under": write `#[event(name = "…")]` on it.
/// - "the trait bound `Opened: Clone` is not satisfied", or `Serialize`, `Deserialize`, `Debug`,
///   `PartialEq`: one of the other derives is missing.
/// - "a field of type `Option<Course>` cannot be a tag, because it does not print": implement
///   `std::fmt::Display` for the type, or write `tags = "course"` for a tag if there is a course.
/// - "`Subscribed` has 2 tags, and none of them is its home": write `home` beside one `tag`.
/// - "nothing says how version 1 is read": the struct is at a later version and has neither
///   `previous` nor a change on a field.
/// - "`Opened` names `OpenedV1` as its previous version and cannot be made from it": write
///   `impl Upcast<OpenedV1> for Opened`.
/// - "a version is missing between the two": `previous` names the struct of the version just before.
/// - "version 1 would have two fields `note`": the name was free when the new field came; say with
///   `added` when that was.
/// - "an event owns its data and takes no lifetime": hold a `String` instead of a `&str`.
/// - "`Event` goes on a struct": make every variant of the enum a struct of its own.
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    expansion::of(event::derive, input.into()).into()
}

/// Makes a struct an aggregate: writes its event enum and the dispatch to `Apply`.
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "money-deposited")]
/// pub struct Deposited {
///     pub cents: i64,
/// }
///
/// #[derive(Aggregate, Default)]
/// #[aggregate(name = "account", id = String, events(Deposited))]
/// pub struct Account {
///     cents: i64,
/// }
///
/// impl Apply<Deposited> for Account {
///     fn apply(&mut self, event: Deposited) {
///         self.cents += event.cents;
///     }
/// }
///
/// let mut account = Account::default();
/// account.evolve(AccountEvent::Deposited(Deposited { cents: 5 }));
/// assert_eq!(account.cents, 5);
/// ```
///
/// # What it writes
///
/// An enum called as the struct with `Event` behind it, as visible as the struct and with its
/// parameters; for that enum all that [`EventSet`](macro@EventSet) writes, and `Clone`, `Debug` and
/// `PartialEq`; for the struct the traits `Aggregate` and `Describe`. The enum prints as the event
/// that it is: `Opened { .. }`, not `Opened(Opened { .. })`.
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
///
/// # Keys
///
/// | Key | Value | Default | Effect |
/// |---|---|---|---|
/// | `name` | text: 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter first | none, it is required | The category of the streams. Never changes once released. |
/// | `id` | a type | none, it is required | What tells one aggregate from the other. |
/// | `events` | a list of event types, each perhaps with `as Name` | this or `event` is required | Everything that can happen. |
/// | `superseded` | a list of event types | none | Events that are read and no longer written: each implements `es_core::Superseded`, which says what became of it. |
/// | `event` | a type | this or `events` is required | An enum of your own in place of the list; the struct implements `Apply` for it. |
/// | `error` | a type | `core::convert::Infallible` | Why a decision refuses. |
/// | `snapshot` | `every = …`, perhaps `keep = …` and `version = …`, in parentheses | none: every load reads all events | When the state is kept, so that it is loaded without its whole past. |
/// | `crate` | `::path` or `crate::path` | `::es_core` | Where the expansion finds es-core. |
///
/// A variant is called as the last word of its event's path; `as` gives it another name, and must
/// where two would have one name. A generic event is listed with the parameters of the struct:
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "put")]
/// # pub struct Put<T> { value: T }
/// # mod billing {
/// #     use es_core::prelude::*;
/// #     #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// #     #[serde(crate = "es_core::serde")]
/// #     #[event(name = "bill-paid")]
/// #     pub struct Paid;
/// # }
/// # pub trait Value: Serialize + es_core::serde::de::DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Default + Send + Sync + 'static {}
/// # impl<T: Value> Apply<Put<T>> for Shelf<T> { fn apply(&mut self, put: Put<T>) { self.value = put.value; } }
/// # impl<T: Value> Apply<billing::Paid> for Shelf<T> { fn apply(&mut self, _: billing::Paid) {} }
/// #[derive(Aggregate, Default)]
/// #[aggregate(
///     name = "shelf",
///     id = String,
///     events(Put<T>, billing::Paid as BillPaid),
///     error = std::fmt::Error,
///     crate = ::es_core,
/// )]
/// pub struct Shelf<T: Value> {
///     value: T,
/// }
/// # fn main() {}
/// ```
///
/// An event that is no longer written stays readable for ever. It has no variant and no `Apply`: a
/// stored one is read as the events that have taken its place, none, one or several
/// (`es_core::Superseded`).
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "door-opened")]
/// # pub struct Opened;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "door-closed")]
/// # pub struct Closed;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "door-slammed")]
/// pub struct Slammed;
///
/// impl Superseded for Slammed {
///     type By = Closed;
///     type Error = std::convert::Infallible;
///
///     fn superseded(self) -> Result<Closed, Self::Error> {
///         Ok(Closed)
///     }
/// }
///
/// #[derive(Aggregate, Default)]
/// #[aggregate(name = "door", id = String, events(Opened, Closed), superseded(Slammed))]
/// pub struct Door {
///     open: bool,
/// }
/// # impl Apply<Opened> for Door { fn apply(&mut self, _: Opened) { self.open = true; } }
/// # impl Apply<Closed> for Door { fn apply(&mut self, _: Closed) { self.open = false; } }
///
/// assert!(DoorEvent::contains("door-slammed"));
/// assert_eq!(DoorEvent::EVENTS.len(), 2);
/// ```
///
/// An enum of your own is matched in one place:
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "door-opened")]
/// # pub struct Opened;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "door-closed")]
/// # pub struct Closed;
/// #[derive(EventSet, Clone, Debug, PartialEq)]
/// pub enum DoorEvent {
///     Opened(Opened),
///     Closed(Closed),
/// }
///
/// #[derive(Aggregate, Default)]
/// #[aggregate(name = "door", id = String, event = DoorEvent)]
/// pub struct Door {
///     open: bool,
/// }
///
/// impl Apply<DoorEvent> for Door {
///     fn apply(&mut self, event: DoorEvent) {
///         self.open = match event {
///             DoorEvent::Opened(_) => true,
///             DoorEvent::Closed(_) => false,
///         };
///     }
/// }
/// ```
///
/// # Snapshots
///
/// A stream with thousands of events is loaded from a snapshot of its state and the events after it:
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited { pub money: Money }
///
/// #[derive(Aggregate, Default, Serialize, Deserialize, Clone, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[aggregate(name = "account", id = String, events(Deposited), snapshot(every = 100))]
/// pub struct Account {
///     deposits: Vec<Money>,
/// }
///
/// #[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// pub struct Money(i64);
/// # impl Apply<Deposited> for Account {
/// #     fn apply(&mut self, event: Deposited) { self.deposits.push(event.money); }
/// # }
/// ```
///
/// The state takes the four derives beside `Aggregate`, and each type of yours within it
/// [`Shape`](macro@Shape): a snapshot that another struct has written is then not read.
/// What a snapshot may cost and what it can never do is told at `es_core::SnapshotPolicy`.
///
/// | Key of `snapshot` | Value | Default | Effect |
/// |---|---|---|---|
/// | `every` | whole number from 1 | none, it is required | A snapshot for every so many events. |
/// | `keep` | whole number from 1 | `2` | How many of each stream are kept. |
/// | `version` | whole number from 1 | `1` | **Raise it when `Apply` makes something else of the events while the fields stay as they are**: nothing else tells that the old snapshots are wrong. |
///
/// # Errors you may meet
///
/// - "`Account` cannot be kept as a snapshot": derive `Serialize`, `Deserialize`, `Clone` and
///   `PartialEq` on the state.
/// - "the shape of `Money` is not known": put [`Shape`](macro@Shape) on it; for a type of
///   another crate write `#[shape(opaque)]` on the field.
/// - "`Account` lists the event `Deposited` but never says how to apply it": write
///   `impl Apply<Deposited> for Account`.
/// - "`Deposited` is not an event": put [`Event`](macro@Event) on it.
/// - "two events are called `Paid`": write `billing::Paid as BillingPaid` for one of them.
/// - "an event before this one has the same stored name": give each a `name` of its own.
/// - "`Slammed` never says what became of it": write `impl Superseded for Slammed`.
/// - "what became of `Slammed` is not among the events of `DoorEvent`": list all that its
///   `Superseded::By` names among the `events(…)`.
/// - "`Slammed` is superseded in `DoorEvent`: it is read and no longer written": let the decision name
///   what has taken its place.
/// - "no event mentions the parameter `T`": list an event that does, or remove the parameter.
/// - "expected `Infallible`, found …" at a decision: the aggregate names no `error = …`, so the
///   compiler takes it for one that never refuses. Name the error there.
/// - "`Aggregate` goes on the struct that holds the state": a hand-written event enum takes
///   [`EventSet`](macro@EventSet).
#[proc_macro_derive(Aggregate, attributes(aggregate, shape))]
pub fn derive_aggregate(input: TokenStream) -> TokenStream {
    expansion::of(aggregate::derive, input.into()).into()
}

/// Makes an enum a set of events: what a stream can hold, or what a reader wants to see.
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "account-opened")]
/// # pub struct AccountOpened {}
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # pub struct OrderPlaced {}
///
/// #[derive(EventSet)]
/// enum Activity {
///     Account(AccountOpened),
///     Order(OrderPlaced),
/// }
///
/// let activity = Activity::from(OrderPlaced {});
/// assert_eq!(activity.name().as_str(), "order-placed");
/// assert!(OrderPlaced::try_from(activity).is_ok());
/// ```
///
/// The enum needs neither `Clone` nor `Debug` for that; as the events of an aggregate it needs
/// `Clone`, `Debug` and `PartialEq`.
///
/// # What it writes
///
/// The trait `EventSet`, which goes from a stored name to a type and back and tells the schemas of all
/// events; `From` each event, and
/// `TryFrom` the set to each event, which hands the set back if it is another; `IntoEvents`, so that
/// a decision may name the enum; and `Describe`, which is that of the event. Two events with one
/// stored name do not compile: in a set with parameters that is told where the set is first read.
///
/// # Keys
///
/// | Key | Value | Default | Effect |
/// |---|---|---|---|
/// | `superseded` | a list of event types | none | Events that are read as some of the others (`es_core::Superseded`). They have no variant. |
/// | `crate` | `::path` or `crate::path` | `::es_core` | Where the expansion finds es-core. |
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # pub struct OrderPlaced {}
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-viewed")]
/// # pub struct OrderViewed {}
///
/// /// Nobody asks for it any more.
/// impl Superseded for OrderViewed {
///     type By = ();
///     type Error = std::convert::Infallible;
///
///     fn superseded(self) -> Result<(), Self::Error> {
///         Ok(())
///     }
/// }
///
/// #[derive(EventSet)]
/// #[event_set(superseded(OrderViewed), crate = ::es_core)]
/// enum Orders {
///     Placed(OrderPlaced),
/// }
///
/// assert!(Orders::contains("order-placed"));
/// assert!(Orders::contains("order-viewed"));
/// ```
///
/// # Errors you may meet
///
/// - "the variant `Opened` does not hold exactly one event": write `Opened(Opened)` and put the
///   fields on the struct.
/// - "`Plain` is not an event": put [`Event`](macro@Event) on it.
/// - "an event before this one has the same stored name": give each a `name` of its own.
#[proc_macro_derive(EventSet, attributes(event_set))]
pub fn derive_event_set(input: TokenStream) -> TokenStream {
    expansion::of(event_set::derive, input.into()).into()
}

/// Makes a struct a decision model: what a decision across streams knows.
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "subscribed")]
/// pub struct Subscribed {
///     #[event(tag, home)]
///     pub course: String,
///     #[event(tag)]
///     pub student: String,
/// }
///
/// /// How full a course is.
/// #[derive(DecisionModel, Clone, Debug)]
/// #[decision_model(events(Subscribed))]
/// pub struct Seats {
///     #[decision_model(tag)]
///     course: String,
///     taken: u32,
/// }
///
/// impl Apply<Subscribed> for Seats {
///     fn apply(&mut self, _: Subscribed) {
///         self.taken += 1;
///     }
/// }
///
/// let seats = Seats { course: "c1".into(), taken: 0 };
/// assert_eq!(seats.query()?.items()[0].tags(), ["course:c1".parse()?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The model above knows of every `Subscribed` that carries the tag `course:c1`, in whatever stream.
/// Each listed event must carry every tag of the model, and the model has a tag at least. One that
/// is about all events of some types, like the highest number of an invoice, is written by hand
/// (`es_core::DecisionModel` shows how): a decision on it competes with everybody who stores such an
/// event.
///
/// # What it writes
///
/// An enum called as the struct with `Event` behind it, the same that [`Aggregate`](macro@Aggregate)
/// writes for its list, and for the struct the trait `DecisionModel`:
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
///
/// # Keys
///
/// | Key | Value | Default | Effect |
/// |---|---|---|---|
/// | `events` | a list of event types, each perhaps with `as Name` | none, it is required | What the decision must know of. |
/// | `superseded` | a list of event types | none | Events that are read as some of these (`es_core::Superseded`), each with every tag of the model. A decision minds them as well: an older deployment may still write them. |
/// | `tolerates` | a list of some of these event types | none | Events that may happen unseen between the reading and the append; all others make the decision be taken again. |
/// | `crate` | `::path` or `crate::path` | `::es_core` | Where the expansion finds es-core. |
/// | `tag`, on fields | none, or text: the name of a tag | not a tag; without text the name of the field | The model knows only of events that carry this tag, with what the field prints. |
/// | `tags`, on fields | text: the name of a tag | not a tag | The model knows only of events that carry one of these tags at least, each with what a value of the field prints: any night of these. The field is not empty, and holds 1,000 values at most. |
///
/// A seat that is given back makes no subscription wrong:
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "subscribed")]
/// # pub struct Subscribed { #[event(tag)] course: String }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "unsubscribed")]
/// # pub struct Unsubscribed { #[event(tag)] course: String }
///
/// #[derive(DecisionModel, Clone, Debug)]
/// #[decision_model(events(Subscribed, Unsubscribed), tolerates(Unsubscribed), crate = ::es_core)]
/// pub struct Seats {
///     #[decision_model(tag = "course")]
///     of: String,
///     taken: u32,
/// }
/// # impl Apply<Subscribed> for Seats { fn apply(&mut self, _: Subscribed) { self.taken += 1; } }
/// # impl Apply<Unsubscribed> for Seats { fn apply(&mut self, _: Unsubscribed) { self.taken -= 1; } }
///
/// let seats = Seats { of: "c1".into(), taken: 0 };
/// assert_eq!(seats.query()?.items()[0].types().len(), 2);
/// assert_eq!(seats.condition()?.items()[0].types().len(), 1);
/// # Ok::<(), es_core::InvalidQuery>(())
/// ```
///
/// # An aggregate as a model
///
/// An aggregate whose events carry a tag can be a model too. Put both derives on one struct: the list of
/// events and the `Apply` impls are written once. `#[decision_model(…)]` on the struct takes only
/// `tolerates` and `crate` then. An aggregate with an enum of its own (`event = …`) has no such list; its
/// `impl DecisionModel` is written by hand.
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "subscribed")]
/// # pub struct Subscribed { #[event(tag)] course: String }
///
/// #[derive(Aggregate, DecisionModel, Default, Clone, Debug)]
/// #[aggregate(name = "course", id = String, events(Subscribed))]
/// pub struct Course {
///     /// Set by `Decision::model`; a repository does not need it.
///     #[decision_model(tag)]
///     course: String,
///     taken: u32,
/// }
///
/// impl Apply<Subscribed> for Course {
///     fn apply(&mut self, _: Subscribed) {
///         self.taken += 1;
///     }
/// }
///
/// let model = Course { course: "c1".into(), ..Course::default() };
/// assert_eq!(model.query()?.items()[0].types().len(), 1);
/// # Ok::<(), es_core::InvalidQuery>(())
/// ```
///
/// # Errors you may meet
///
/// - "`Seats` lists the event `Subscribed` but never says how to apply it": write
///   `impl Apply<Subscribed> for Seats`.
/// - "this event has no tag `course`": put `#[event(tag)]` on its field, or list it in another model.
/// - "`Left` is not among the model's events": what is tolerated is listed under `events` as well.
/// - "the trait bound `Seats: Clone` is not satisfied", or `Debug`: derive it.
#[proc_macro_derive(DecisionModel, attributes(decision_model))]
pub fn derive_decision_model(input: TokenStream) -> TokenStream {
    expansion::of(decision_model::derive, input.into()).into()
}

/// Makes a struct a projection: what turns events into something to be read.
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "account-opened")]
/// pub struct Opened {
///     pub owner: String,
/// }
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "money-deposited")]
/// pub struct Deposited {
///     pub cents: i64,
/// }
///
/// /// What is in each account.
/// #[derive(Projection)]
/// #[projection(name = "balances", version = 1, events(Opened, Deposited))]
/// pub struct Balances;
///
/// /// What it writes into. Here a map in memory; a connection of Postgres is as good.
/// #[derive(Default)]
/// pub struct Rows(std::collections::BTreeMap<StreamId, i64>);
///
/// impl Project<Opened, Rows> for Balances {
///     async fn project(&self, event: Recorded<Opened>, rows: &mut Rows) -> Result<(), ProjectError> {
///         rows.0.insert(event.stream, 0);
///         Ok(())
///     }
/// }
///
/// impl Project<Deposited, Rows> for Balances {
///     async fn project(
///         &self,
///         event: Recorded<Deposited>,
///         rows: &mut Rows,
///     ) -> Result<(), ProjectError> {
///         let cents = rows.0.get_mut(&event.stream).ok_or("it was never opened").map_err(ProjectError::new)?;
///         *cents += event.event.cents;
///         Ok(())
///     }
/// }
///
/// assert_eq!((Balances::NAME, Balances::VERSION), ("balances", 1));
/// ```
///
/// The events may be those of several aggregates. What a projection needs to be run beside its handlers
/// is `es_core::ReadModel`, which says how its tables come into being.
///
/// # What it writes
///
/// An enum called as the struct with `Event` behind it, the same that [`Aggregate`](macro@Aggregate)
/// writes for its list; the trait `Projection`; and the trait `Projects` for everything that all the
/// handlers write into, or with `db` for each of the listed types:
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
///
/// # Keys
///
/// | Key | Value | Default | Effect |
/// |---|---|---|---|
/// | `name` | text: 1 to 40 ASCII letters, digits, `-`, `_` and `.`, a letter first | none, it is required | What its progress is kept under, and in Postgres the schema of its tables. |
/// | `version` | whole number from 1 | `1` | The version of what it writes. A new one is built beside the old. |
/// | `events` | a list of event types, each perhaps with `as Name` | none; it or `effects` is required | What it follows. Each needs its `Project`. |
/// | `superseded` | a list of event types | none | Events that are read as some of these (`es_core::Superseded`). |
/// | `effects` | a list of event types | none | Events that something else than rows follows from, once: each needs its `React`. One that is not under `events` as well has an effect and no rows. |
/// | `start` | `now`, `beginning`, or a position | none, `effects` requires it | Where the effects begin where no version of the projection is known: `now` for mails, or the whole history is mailed. Rows are those of all events. |
/// | `key` | path of a function that takes a `&Recorded<…Event>` and returns text | the stream | What its events are kept in order by. |
/// | `bulk` | none | one by one | Many events at once: `ProjectAll` in the place of every `Project`. |
/// | `db` | a type, or types in parentheses | the one type that its handlers write into | What it writes into, where its handlers write into several types, or into whatever has some trait. Each listed event needs its handler for each of them. |
/// | `crate` | `::path` or `crate::path` | `::es_core` | Where the expansion finds es-core. |
///
/// With a type for everything that is written into, the same projection keeps rows in a database and
/// answers from memory:
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited { pub cents: i64 }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-received")]
/// # pub struct Received { pub amount: i64 }
/// # impl Superseded for Received {
/// #     type By = Deposited;
/// #     type Error = std::convert::Infallible;
/// #     fn superseded(self) -> Result<Deposited, Self::Error> { Ok(Deposited { cents: self.amount }) }
/// # }
/// # pub struct Connection;
/// # pub struct Total(i64);
///
/// #[derive(Projection)]
/// #[projection(
///     name = "income",
///     version = 2,
///     events(Deposited),
///     superseded(Received),
///     db(Connection, Total),
///     crate = ::es_core
/// )]
/// pub struct Income;
///
/// impl Project<Deposited, Connection> for Income {
///     async fn project(
///         &self,
///         event: Recorded<Deposited>,
///         db: &mut Connection,
///     ) -> Result<(), ProjectError> {
///         // An `INSERT … ON CONFLICT DO UPDATE`.
/// #       let _ = (event, db);
///         Ok(())
///     }
/// }
///
/// impl Project<Deposited, Total> for Income {
///     async fn project(
///         &self,
///         event: Recorded<Deposited>,
///         total: &mut Total,
///     ) -> Result<(), ProjectError> {
///         total.0 += event.event.cents;
///         Ok(())
///     }
/// }
/// ```
///
/// Events of one key are handled in the order of the log, whichever streams they are of:
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # pub struct Placed { pub customer: String }
/// # pub struct Rows;
///
/// #[derive(Projection)]
/// #[projection(name = "customers", events(Placed), key = customer)]
/// pub struct Customers;
///
/// fn customer(event: &Recorded<CustomersEvent>) -> String {
///     let CustomersEvent::Placed(placed) = &event.event;
///     placed.customer.clone()
/// }
/// # impl Project<Placed, Rows> for Customers {
/// #     async fn project(&self, _: Recorded<Placed>, _: &mut Rows) -> Result<(), ProjectError> { Ok(()) }
/// # }
///
/// assert_eq!(Customers::KEYED_BY, "customer");
/// ```
///
/// Where the function changes its mind, so does the order: that is another `version`.
///
/// A page of events at once, and a mail for some of them that no rebuild repeats:
///
/// ```
/// use es_core::prelude::*;
/// use es_core::{ProjectAll, React};
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # pub struct Placed { pub customer: String }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-lost")]
/// # pub struct Lost { pub customer: String }
///
/// #[derive(Projection)]
/// #[projection(name = "orders", events(Placed), bulk, effects(Placed, Lost), start = now)]
/// pub struct Orders;
///
/// #[derive(Default)]
/// pub struct Desk {
///     placed: usize,
///     mails: Vec<String>,
/// }
///
/// impl ProjectAll<Desk> for Orders {
///     async fn project_all(
///         &self,
///         events: &[Recorded<OrdersEvent>],
///         desk: &mut Desk,
///     ) -> Result<(), ProjectError> {
///         let is_placed = |event: &&Recorded<_>| matches!(event.event, OrdersEvent::Placed(_));
///         desk.placed += events.iter().filter(is_placed).count();
///         Ok(())
///     }
/// }
///
/// impl React<Placed, Desk> for Orders {
///     async fn react(&self, event: Recorded<Placed>, desk: &mut Desk) -> Result<(), ProjectError> {
///         desk.mails.push(format!("thank you, {}", event.event.customer));
///         Ok(())
///     }
/// }
///
/// impl React<Lost, Desk> for Orders {
///     async fn react(&self, event: Recorded<Lost>, desk: &mut Desk) -> Result<(), ProjectError> {
///         desk.mails.push(format!("we are sorry, {}", event.event.customer));
///         Ok(())
///     }
/// }
/// ```
///
/// # Errors you may meet
///
/// - "`Balances` lists the event `Deposited` but never says how to project it": write
///   `impl Project<Deposited, …> for Balances`. A `_` in the message stands for what it writes into,
///   which no handler before it has told yet. Without the key `db` each place that runs the projection
///   says beside it that it does not write into that type; with the key this is the only error.
/// - "cannot infer type of the type parameter `Db` declared on the function
///   `name_what_it_writes_into_with_the_key_db`": there are handlers for several types, or for whatever
///   has a trait; write `db(PgConnection, Totals)`.
/// - "the projection `Balances` does not write into `Totals`": it is run with, or asked for, something
///   that it has no handlers for, or that is not among its `db`.
/// - "the key of an event is text, but this function returns a `u64`": return a `String`.
#[proc_macro_derive(Projection, attributes(projection))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    expansion::of(projection::derive, input.into()).into()
}

/// Makes a struct a command: what is asked of one aggregate.
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited {}
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(name = "account", id = String, events(Deposited))]
/// # pub struct Account {}
/// # impl Apply<Deposited> for Account { fn apply(&mut self, _: Deposited) {} }
///
/// #[derive(Command, Clone)]
/// #[command(aggregate = Account)]
/// pub struct Deposit {
///     #[command(id)]
///     pub account: String,
///     pub cents: i64,
/// }
///
/// let deposit = Deposit { account: "ada".into(), cents: 5 };
/// assert_eq!(deposit.aggregate_id(), "ada");
/// ```
///
/// # What it writes
///
/// The traits `Command` and `Describe`.
///
/// # Keys
///
/// | Key | Value | Default | Effect |
/// |---|---|---|---|
/// | `aggregate` | a type | none, it is required | Who decides the command. |
/// | `creates`, `needs` or `any` | none | `needs` | Whether there must be no stream yet, must be one, or may be either. |
/// | `crate` | `::path` or `crate::path` | `::es_core` | Where the expansion finds es-core. |
/// | `id`, on one field | none | none, it is required | The field that names the stream; its type is the `id` of the aggregate. |
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited {}
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(name = "account", id = String, events(Deposited))]
/// # pub struct Account {}
/// # impl Apply<Deposited> for Account { fn apply(&mut self, _: Deposited) {} }
///
/// #[derive(Command, Clone)]
/// #[command(aggregate = Account, creates, crate = ::es_core)]
/// pub struct Open(#[command(id)] String);
///
/// #[derive(Command, Clone)]
/// #[command(aggregate = Account, needs)]
/// pub struct Close(#[command(id)] String);
///
/// #[derive(Command, Clone)]
/// #[command(aggregate = Account, any)]
/// pub struct Audit(#[command(id)] String);
///
/// assert_eq!(Open::LIFECYCLE, Lifecycle::Creates);
/// assert_eq!(Close::LIFECYCLE, Lifecycle::Needs);
/// assert_eq!(Audit::LIFECYCLE, Lifecycle::Any);
/// ```
///
/// # Errors you may meet
///
/// - "no field of `Deposit` says which aggregate it is for": write `#[command(id)]` on that field.
/// - "the id field is a `u64`, but the aggregate's id is `String`": give it the aggregate's type.
/// - "`Account` is not an aggregate": put [`Aggregate`](macro@Aggregate) on it.
/// - "the trait bound `Deposit: Clone` is not satisfied": derive `Clone`; a decision that lost a
///   race is taken again.
#[proc_macro_derive(Command, attributes(command))]
pub fn derive_command(input: TokenStream) -> TokenStream {
    expansion::of(command::derive, input.into()).into()
}

/// Makes the stored form of a type known: for the types within a state of which there are snapshots,
/// and for those within events.
///
/// ```
/// use es_core::prelude::*;
/// use es_core::shape::Schema;
///
/// #[derive(Shape, Serialize, Deserialize, Clone, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[serde(rename_all = "lowercase")]
/// pub enum Payment {
///     Card { last_digits: u16 },
///     Transfer,
/// }
///
/// let schema = Schema::of::<Payment>().to_string();
/// assert!(schema.ends_with("Payment = one of [card{last_digits: u16}, transfer]"));
/// ```
///
/// # What it writes
///
/// The trait `Shape`, from the fields and their serde attributes; the trait says what is in a shape and
/// what is not. Each type parameter must itself have a shape.
///
/// | Attributes of serde | In the shape |
/// |---|---|
/// | `rename`, `rename_all`, `rename_all_fields` | The name as it is stored. |
/// | `tag`, `content`, `untagged` | Where the name of a variant stands. |
/// | `default`, `skip_deserializing` | The field may be missing. |
/// | `flatten` | The fields of the struct in the place of the field. |
/// | `transparent` | The one field. |
/// | `skip` | Nothing. |
/// | `with`, `serialize_with`, `deserialize_with`, `from`, `try_from`, `into`, `remote` | A function writes it: it is opaque. |
/// | `crate`, `bound`, `borrow`, `expecting`, `getter` | Nothing, since no stored form depends on them. |
/// | all others, like `alias`, `other`, `deny_unknown_fields` | As they are written. |
///
/// # Keys
///
/// | Key | Value | Default | Effect |
/// |---|---|---|---|
/// | `crate` | `::path` or `crate::path` | `::es_core` | Where the expansion finds es-core. |
/// | `opaque`, on a field | none | none | Takes the type of the field by its name alone. For types of other crates; when their form changes, raise the `version` of the snapshots. |
///
/// ```
/// use es_core::prelude::*;
/// # mod calendar { #[derive(Clone, PartialEq)] pub struct Day(u32); }
///
/// #[derive(Shape, Clone, PartialEq)]
/// #[shape(crate = ::es_core)]
/// pub struct Booking {
///     #[shape(opaque)]
///     day: calendar::Day,
///     seats: u32,
/// }
/// ```
///
/// # Errors you may meet
///
/// - "the shape of `Day` is not known": put this derive on it; for a type of another crate write
///   `#[shape(opaque)]` on the field.
#[proc_macro_derive(Shape, attributes(shape))]
pub fn derive_shape(input: TokenStream) -> TokenStream {
    expansion::of(shape::derive, input.into()).into()
}
