//! Histories that come from elsewhere, with their own instants.

use std::convert::Infallible;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{AppendError, InvalidAppend, Selection, Start};
use futures_util::StreamExt;
use tokio::time::timeout;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "deposited")]
struct Deposited {
    cents: i64,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events(Deposited), error = Infallible)]
struct Account {
    cents: i64,
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += event.cents;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account, any)]
struct Deposit {
    #[command(id)]
    account: String,
}

impl Decide<Deposit> for Account {
    type Events = Deposited;

    fn decide(&self, _: Deposit) -> Result<Deposited, Infallible> {
        Ok(Deposited { cents: 1 })
    }
}

fn ada() -> StreamId {
    StreamId::of::<Account>(&"ada".to_owned()).unwrap()
}

/// A day of May 2019.
fn day(day: u32) -> Timestamp {
    format!("2019-05-{day:02}T10:00:00.123456Z").parse().unwrap()
}

fn deposited() -> NewEvent {
    NewEvent::of(&AccountEvent::from(Deposited { cents: 1 }), Metadata::default()).unwrap()
}

fn append(events: Vec<NewEvent>) -> Append {
    Append::to(ada(), ExpectedVersion::Any, events).unwrap()
}

/// Deposits of one cent on the third and on the seventh, and one of now.
async fn imported() -> MemoryStore {
    let store = MemoryStore::new();
    let history = [day(3), day(7)].map(|at| deposited().with_recorded_at(at));
    store.append(append(history.to_vec())).await.unwrap();
    let accounts = Repository::<Account, _>::new(store.clone());
    accounts.execute(Deposit { account: "ada".into() }).await.unwrap();
    store
}

#[tokio::test]
async fn an_imported_event_keeps_its_instant() {
    let began = Timestamp::now();

    let store = imported().await;

    let stored = store.stream_page(&ada(), Cursor::START, 10).await.unwrap();
    assert_eq!((stored[0].recorded_at, stored[1].recorded_at), (day(3), day(7)));
    assert!(stored[2].recorded_at >= began, "what happens now has the time of now");
    assert!(stored[0].metadata.is_imported() && !stored[2].metadata.is_imported());
}

#[tokio::test]
async fn a_moment_of_the_past_is_that_of_the_history() {
    let accounts = Repository::<Account, _>::new(imported().await);
    let as_of = async |at| accounts.load_as_of(&"ada".to_owned(), at).await.unwrap().version;

    assert_eq!(as_of(day(2)).await, Version::NONE);
    assert_eq!(as_of(day(3)).await, Version(1));
    assert_eq!(as_of(day(8)).await, Version(2));
    assert_eq!(as_of(Timestamp::now()).await, Version(3));
}

#[tokio::test]
async fn an_answer_has_the_instant_of_the_last_event_and_has_it_again() {
    let store = MemoryStore::new();
    let history = append([day(3), day(7)].map(|at| deposited().with_recorded_at(at)).to_vec());

    let first = store.append(history.clone()).await.unwrap();
    let again = store.append(history).await.unwrap();

    assert_eq!(first.streams[0].recorded_at, day(7));
    assert_eq!(again.streams, first.streams);
}

#[tokio::test]
async fn time_that_goes_back_along_a_stream_is_refused_by_name() {
    let store = imported().await;
    let last = store.stream_page(&ada(), Cursor::END, 1).await.unwrap()[0].recorded_at;

    let error = store.append(append(vec![deposited().with_recorded_at(day(9))])).await.unwrap_err();

    let AppendError::TimeGoesBack { stream, at, last: told, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!((stream, at, told), (ada(), day(9), last));
    assert_eq!(store.stream_page(&ada(), Cursor::START, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_is_yet_to_come_is_refused() {
    let store = MemoryStore::new();
    let tomorrow = Timestamp::from_unix_micros(Timestamp::now().unix_micros() + 86_400_000_000);

    let error =
        store.append(append(vec![deposited().with_recorded_at(tomorrow)])).await.unwrap_err();

    assert!(matches!(error, AppendError::TimeToCome { at, .. } if at == tomorrow), "{error:?}");
}

#[test]
fn instants_that_go_back_make_no_append() {
    let events = [day(7), day(3)].map(|at| deposited().with_recorded_at(at)).to_vec();

    let error = Append::to(ada(), ExpectedVersion::Any, events).unwrap_err();

    let (stream, at, before) = (ada(), day(3), day(7));
    assert_eq!(error, InvalidAppend::TimeGoesBack { stream, at, before });
}

#[test]
fn events_with_and_without_instants_make_no_append() {
    let events = vec![deposited().with_recorded_at(day(7)), deposited()];

    let error = Append::to(ada(), ExpectedVersion::Any, events).unwrap_err();

    assert_eq!(error, InvalidAppend::MixedTimes);
}

/// Versions are looked at first, as for every append.
#[tokio::test]
async fn a_conflict_comes_before_the_time() {
    let store = imported().await;
    let early = vec![deposited().with_recorded_at(day(2))];

    let error = store
        .append(Append::to(ada(), ExpectedVersion::NoStream, early).unwrap())
        .await
        .unwrap_err();

    assert!(matches!(error, AppendError::Conflict(_)), "{error:?}");
}

/// The times of imported events say nothing of where the others stand.
#[tokio::test(start_paused = true)]
async fn a_subscription_from_an_instant_misses_nothing_before_an_import() {
    let store = MemoryStore::new();
    let began = Timestamp::now();
    let other: StreamId = "account/bob".parse().unwrap();
    let now = Append::to(other, ExpectedVersion::Any, vec![deposited()]).unwrap();
    store.append(now).await.unwrap();
    let history = (1..=28).map(|nth| deposited().with_recorded_at(day(nth)));
    store.append(append(history.cycle().take(28).collect())).await.unwrap();

    let mut events = store.subscribe(Selection::log(), Start::At(began));
    let first = timeout(Duration::from_secs(60), events.next()).await.expect("an event comes");

    assert_eq!(first.unwrap().unwrap().position, Position(1));
}
