//! What the derives write, seen from outside.

use es_core::{
    Aggregate, Apply, Command, DecodeError, Decoded, Describe, Event, EventSet, EventType,
    FieldStyle, IntoEvents, Lifecycle, Payload, SchemaVersion, Upcast,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {
    owner: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited")]
struct DepositedV1(u32);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited", version = 2, previous = DepositedV1)]
struct Deposited(i64);

impl Upcast<DepositedV1> for Deposited {
    fn upcast(DepositedV1(cents): DepositedV1) -> Self {
        Self(cents.into())
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-closed")]
struct Closed;

mod billing {
    use es_core::Event;
    use serde::{Deserialize, Serialize};

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "fee-deposited")]
    pub(crate) struct Deposited {
        pub(crate) cents: i64,
    }
}

/// No `Debug`, no `Clone`: a state may hold what it likes.
#[derive(Default)]
struct Opaque;

#[derive(Aggregate, Default)]
#[aggregate(
    name = "account",
    id = u64,
    events(Opened, Deposited, Closed, billing::Deposited as FeeDeposited)
)]
struct Account {
    cents: i64,
    owner: String,
    hidden: Opaque,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, event: Opened) {
        self.owner = event.owner;
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += event.0;
    }
}

impl Apply<Closed> for Account {
    fn apply(&mut self, _: Closed) {
        self.hidden = Opaque;
    }
}

impl Apply<billing::Deposited> for Account {
    fn apply(&mut self, event: billing::Deposited) {
        self.cents -= event.cents;
    }
}

fn opened() -> AccountEvent {
    let owner = "ada".to_owned();
    Opened { owner }.into()
}

fn fee(cents: i64) -> AccountEvent {
    billing::Deposited { cents }.into()
}

fn decode(name: &str, version: u32, payload: &str) -> Result<Decoded<AccountEvent>, DecodeError> {
    let payload = Payload::parse(payload).expect("the test wrote JSON");
    AccountEvent::decode(name, SchemaVersion(version), &payload)
}

#[test]
fn an_event_has_its_annotated_name_and_version() {
    assert_eq!(Deposited::NAME, "money-deposited");
    assert_eq!(Deposited::VERSION, SchemaVersion(2));
    assert_eq!(Opened::VERSION, SchemaVersion(1));
}

#[test]
fn a_set_lists_its_events_in_order() {
    assert_eq!(
        AccountEvent::EVENTS,
        [
            EventType::of::<Opened>(),
            EventType::of::<Deposited>(),
            EventType::of::<Closed>(),
            EventType::of::<billing::Deposited>(),
        ],
    );
    assert!(AccountEvent::contains("account-closed"));
    assert!(!AccountEvent::contains("account-deleted"));
}

#[test]
fn every_event_survives_being_stored() {
    for event in [opened(), Deposited(5).into(), Closed.into(), fee(1)] {
        let raw = event.to_raw().expect("these events can be written");

        assert_eq!(AccountEvent::from_raw(&raw).expect("it was written").as_slice(), [event]);
    }
}

#[test]
fn a_stored_event_has_the_name_and_version_of_its_type() {
    let raw = AccountEvent::from(Deposited(5)).to_raw().expect("sound");

    assert_eq!(raw.name.as_str(), "money-deposited");
    assert_eq!(raw.version, SchemaVersion(2));
    assert_eq!(raw.payload.as_str(), "5");
}

#[test]
fn a_name_outside_the_set_is_an_unknown_event() {
    let error = decode("account-deleted", 1, "{}").expect_err("no such event");

    assert!(matches!(error, DecodeError::UnknownEvent { .. }), "{error}");
}

#[test]
fn a_version_that_the_type_cannot_read_is_an_unknown_version() {
    let error = decode("money-deposited", 3, "5").expect_err("no such version");

    assert!(matches!(error, DecodeError::UnknownVersion { .. }), "{error}");
}

#[test]
fn a_payload_that_does_not_fit_is_damaged() {
    let error = decode("account-opened", 1, r#"{"owner":5}"#).expect_err("no such owner");

    assert!(matches!(error, DecodeError::Damaged { .. }), "{error}");
}

#[test]
fn an_event_comes_back_out_of_its_set() {
    let set = opened();

    let event = set.get::<Opened>();

    assert_eq!(event.expect("it is one").owner, "ada");
}

#[test]
fn an_event_that_is_another_does_not_come_out() {
    assert_eq!(opened().get::<Closed>(), None);
}

#[test]
fn an_event_prints_once() {
    assert_eq!(format!("{:?}", opened()), r#"Opened { owner: "ada" }"#);
    assert_eq!(format!("{:?}", fee(1)), "Deposited { cents: 1 }");
    assert_eq!(format!("{:#?}", fee(1)), "Deposited {\n    cents: 1,\n}");
}

#[test]
fn events_are_equal_if_type_and_fields_are() {
    assert_eq!(opened(), opened().clone());
    assert_ne!(AccountEvent::from(Deposited(1)), Deposited(2).into());
    assert_ne!(AccountEvent::from(Deposited(1)), fee(1));
}

#[test]
fn an_event_describes_its_fields() {
    let description = opened().describe();

    assert_eq!(description.to_string(), r#"Opened { owner: "ada" }"#);
    assert_eq!(description.code(), r#"Opened { owner: "ada".into() }"#);
    assert_eq!(description.fields[0].name, "owner");
}

#[test]
fn fields_without_names_and_no_fields_are_described_as_such() {
    assert_eq!(Deposited(5).describe().to_string(), "Deposited(5)");
    assert_eq!(Deposited(5).describe().fields[0].name, "0");
    assert_eq!(Closed.describe().style, FieldStyle::Unit);
}

#[test]
fn a_field_that_cannot_print_is_described_by_its_type() {
    let description = Account::default().describe();

    assert_eq!(description.fields[0].value, "0");
    assert_eq!(description.fields[2].value, "<it::derives::Opaque>");
}

#[test]
fn each_event_is_applied_by_its_own_impl() {
    let mut account = Account::default();

    for event in [opened(), Deposited(100).into(), fee(5)] {
        account.evolve(event);
    }

    assert_eq!((account.owner.as_str(), account.cents), ("ada", 95));
    assert_eq!(<Account as Aggregate>::NAME, "account");
}

#[test]
fn a_decision_may_mix_events_and_the_enum() {
    let decided = (Deposited(1), Some(Closed), vec![opened()], None::<Opened>);

    let events: Vec<AccountEvent> = decided.into_events();

    assert_eq!(events, [Deposited(1).into(), Closed.into(), opened()]);
}

#[derive(Command, Clone)]
#[command(aggregate = Account, creates)]
struct Open {
    owner: String,
    #[command(id)]
    account: u64,
}

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Close(#[command(id)] u64, Vec<u8>);

#[test]
fn a_command_knows_its_stream_and_what_it_needs_of_it() {
    let open = Open { owner: "ada".to_owned(), account: 7 };

    assert_eq!(open.aggregate_id(), &7);
    assert_eq!((Open::NAME, Open::LIFECYCLE), ("Open", Lifecycle::Creates));
    assert_eq!(Close(8, vec![]).aggregate_id(), &8);
    assert_eq!(Close::LIFECYCLE, Lifecycle::Needs);
}

#[test]
fn a_command_describes_its_fields() {
    assert_eq!(Close(8, vec![1]).describe().to_string(), "Close(8, [1])");
}

trait Value:
    Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Default + Send + Sync + 'static
{
}

impl Value for String {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "put")]
struct Put<T> {
    value: T,
}

#[derive(Aggregate, Default)]
#[aggregate(name = "cache", id = String, events(Put<T>, Closed))]
struct Cache<T: Value> {
    value: T,
}

impl<T: Value> Apply<Put<T>> for Cache<T> {
    fn apply(&mut self, event: Put<T>) {
        self.value = event.value;
    }
}

impl<T: Value> Apply<Closed> for Cache<T> {
    fn apply(&mut self, _: Closed) {}
}

#[test]
fn an_aggregate_may_be_generic() {
    let value = "x".to_owned();
    let raw = CacheEvent::from(Put { value }).to_raw().expect("sound");
    let mut cache = Cache::<String>::default();

    for event in CacheEvent::from_raw(&raw).expect("it was written") {
        cache.evolve(event.clone());
        assert_eq!(event.get::<Put<String>>().expect("it is one").value, "x");
    }

    assert_eq!(cache.value, "x");
}

#[test]
fn a_generic_event_describes_what_it_holds() {
    let put = Put { value: vec![1, 2] };

    assert_eq!(put.describe().to_string(), "Put { value: [1, 2] }");
}

#[derive(EventSet, Clone, Debug, PartialEq)]
enum DoorEvent {
    Opened(Opened),
    Closed(Closed),
}

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = String, event = DoorEvent)]
struct Door {
    open: bool,
}

impl Apply<DoorEvent> for Door {
    fn apply(&mut self, event: DoorEvent) {
        self.open = matches!(event, DoorEvent::Opened(_));
    }
}

#[test]
fn an_aggregate_may_bring_its_own_enum() {
    let mut door = Door::default();
    let owner = "ada".to_owned();

    door.evolve(DoorEvent::Opened(Opened { owner }));

    assert!(door.open);
}

/// Neither `Clone` nor `Debug`: a reader needs neither.
#[derive(EventSet)]
enum Activity {
    Fee(billing::Deposited),
    Other(Closed),
}

#[test]
fn a_reader_sees_the_events_of_its_own_choice() {
    let raw = AccountEvent::from(Closed).to_raw().expect("sound");

    let mut seen = Activity::from_raw(&raw).expect("it is in the set").into_iter();

    let only = seen.next().expect("it is one");
    assert!(matches!(only, Activity::Other(Closed)));
    assert!(only.get::<billing::Deposited>().is_none());
}
