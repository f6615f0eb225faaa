//! Streams as the first two releases stored them, read by this one.

use es_core::prelude::*;
use es_core::{EventName, Payload, RawEvent};
use es_postgres::PgStore;
use es_testing::postgres::TestDatabase;
use futures_util::TryStreamExt;

use super::{fee_charged, opened, paid_out, withdraw};
use crate::account::{Account, AccountEvent, Channel, Deposited, Opened, PaidOut};

type Stored = [(&'static str, u32, &'static str); 3];

const FIRST_RELEASE: Stored = [
    ("account-opened", 1, "null"),
    ("money-deposited", 1, r#"{"cents":100}"#),
    ("money-withdrawn", 1, r#"{"cents":30}"#),
];

const SECOND_RELEASE: Stored = [
    ("account-opened", 2, r#"{"owner":"Ada"}"#),
    ("money-deposited", 2, r#"{"cents":100,"channel":"Machine"}"#),
    ("money-withdrawn", 2, r#"{"cents":30,"fee":2}"#),
];

/// The accounts of a store in which Ada's stream is as an earlier release left it.
async fn accounts<S: EventStore>(store: S, stored: Stored) -> Repository<Account, S> {
    let events = stored.map(|(name, version, json)| {
        let name = EventName::new(name).expect("a name");
        let payload = Payload::parse(json).expect("JSON");
        NewEvent::new(RawEvent::new(name, SchemaVersion(version), payload), Metadata::default())
    });
    let stream = StreamId::of::<Account>(&ada()).expect("a plain name");
    let append = Append::to(stream, ExpectedVersion::NoStream, events.into()).expect("one part");
    store.append(append).await.expect("a new stream");
    Repository::new(store)
}

async fn on_postgres(database: &TestDatabase) -> PgStore {
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    store
}

async fn history<S: EventStore>(accounts: &Repository<Account, S>) -> Vec<AccountEvent> {
    let history = accounts.history(&ada(), Cursor::START).expect("a plain name");
    history.map_ok(|recorded| recorded.event).try_collect().await.expect("all of it is read")
}

fn ada() -> String {
    "ada".into()
}

/// Checks that the events of the first release are read as those of the third.
async fn is_read_as_the_third_release<S: EventStore>(accounts: Repository<Account, S>) {
    assert_eq!(
        history(&accounts).await,
        [
            Opened { owner: None }.into(),
            Deposited { amount: 100.into(), channel: Channel::Branch }.into(),
            PaidOut { amount: 30.into() }.into(),
        ] as [AccountEvent; 3]
    );
    let loaded = accounts.load(&ada()).await.expect("it loads");
    assert_eq!(loaded.state, Account { owner: None, cents: 70 });
}

#[tokio::test]
async fn a_stream_of_the_first_release_is_read() {
    is_read_as_the_third_release(accounts(MemoryStore::new(), FIRST_RELEASE).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_the_first_release_is_read_on_postgres() {
    let database = TestDatabase::create().await;
    let store = on_postgres(&database).await;

    is_read_as_the_third_release(accounts(store, FIRST_RELEASE).await).await;
}

#[tokio::test]
async fn a_withdrawal_with_a_fee_is_read_as_two_events_with_one_version() {
    let accounts = accounts(MemoryStore::new(), SECOND_RELEASE).await;

    assert_eq!(
        history(&accounts).await,
        [
            opened().into(),
            Deposited { amount: 100.into(), channel: Channel::Machine }.into(),
            paid_out(30).into(),
            fee_charged(2).into(),
        ] as [AccountEvent; 4]
    );
    let loaded = accounts.load(&ada()).await.expect("it loads");
    assert_eq!(loaded.state, Account { owner: Some("Ada".into()), cents: 68 });
    assert_eq!(loaded.version, Version(3));
}

#[tokio::test]
async fn an_old_stream_goes_on_with_new_events() {
    let accounts = accounts(MemoryStore::new(), SECOND_RELEASE).await;

    let done = accounts.execute(withdraw(10, Channel::Machine)).await.expect("68 are there");

    assert_eq!(done.state.cents, 56);
    assert_eq!(done.version, Version(5));
}
