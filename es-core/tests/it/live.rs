//! Projections that are folded on demand.

use std::collections::BTreeMap;
use std::convert::Infallible;

use es_core::prelude::*;
use es_core::projection::{Live, LiveError};
use es_core::{
    Actor, Append, EventName, NewEvent, Payload, ProjectError, Projection, ProjectionKey, Projects,
    RawEvent, Reason, Recorded, RecordedEvent, Rewrite, Selection, Transform, TransformStore,
};

use crate::fixture::*;

#[derive(EventSet, Clone)]
enum Movements {
    Deposited(Deposited),
    Withdrawn(Withdrawn),
}

/// What each account has. `BULK` says whether a page is folded at once.
struct Balances<const BULK: bool>;

#[derive(Default, Clone, Debug, PartialEq)]
struct Totals {
    cents: BTreeMap<String, i64>,
    /// How many events each call had.
    calls: Vec<usize>,
}

impl Totals {
    fn of<const N: usize>(cents: [(&str, i64); N]) -> BTreeMap<String, i64> {
        cents.map(|(key, cents)| (key.to_owned(), cents)).into()
    }

    fn take(&mut self, event: Recorded<Movements>) -> Result<(), ProjectError> {
        let account = self.cents.entry(event.stream.key().to_string()).or_default();
        match event.event {
            Movements::Deposited(deposited) if deposited.cents == 666 => {
                return Err(ProjectError::new("that is too much"));
            }
            Movements::Deposited(deposited) => *account += deposited.cents,
            Movements::Withdrawn(withdrawn) => *account -= withdrawn.cents,
        }
        Ok(())
    }
}

impl<const BULK: bool> Projection for Balances<BULK> {
    const NAME: &'static str = "balances";
    const VERSION: u32 = 1;
    const HAS_EFFECTS: bool = true;
    type Event = Movements;
}

impl<const BULK: bool> Projects<Totals> for Balances<BULK> {
    const IS_BULK: bool = BULK;

    async fn project(
        &self,
        event: Recorded<Movements>,
        totals: &mut Totals,
    ) -> Result<(), ProjectError> {
        totals.calls.push(1);
        totals.take(event)
    }

    async fn project_all(
        &self,
        events: Vec<Recorded<Movements>>,
        totals: &mut Totals,
    ) -> Result<(), ProjectError> {
        totals.calls.push(events.len());
        events.into_iter().try_for_each(|event| totals.take(event))
    }

    async fn react(&self, _: Recorded<Movements>, _: &mut Totals) -> Result<(), ProjectError> {
        Err(ProjectError::new("an effect was had"))
    }
}

fn stream(key: &str) -> StreamId {
    StreamId::of::<Account>(&key.to_owned()).unwrap()
}

async fn two_accounts() -> MemoryStore {
    let store = bank(100).await;
    let accounts = accounts(&store);
    accounts.execute(deposit(bob(), 7)).await.unwrap();
    accounts.execute(withdraw(ada(), 30)).await.unwrap();
    store
}

async fn deposits(store: &MemoryStore, key: &str, count: usize) {
    let deposit = Movements::Deposited(Deposited { cents: 1 });
    let new = (0..count).map(|_| NewEvent::of(&deposit, Metadata::default()).unwrap());
    let append = Append::to(stream(key), ExpectedVersion::Any, new.collect()).unwrap();
    store.append(append).await.unwrap();
}

async fn transform(store: &MemoryStore, key: &str) {
    let one_cent = |event: RecordedEvent| match event.event.name.as_str() {
        "money-deposited" => {
            let payload = Payload::parse(r#"{"cents":1}"#).unwrap();
            let raw = RawEvent::new(event.event.name, event.event.version, payload);
            NewEvent::new(raw, event.metadata).into()
        }
        _ => Rewrite::Keep,
    };
    let (mia, why) = (Actor::new("mia").unwrap(), Reason::new("wrong cents").unwrap());
    let transform = Transform::new(stream(key), mia, why);
    store.transform(transform, |event| Ok::<_, Infallible>(one_cent(event))).await.unwrap();
}

#[tokio::test]
async fn the_whole_log_is_folded_unless_told_otherwise() {
    let totals = Live::new(two_accounts().await, Balances::<false>).fold(Totals::default()).await;

    assert_eq!(totals.unwrap().cents, Totals::of([("ada", 70), ("bob", 7)]));
}

#[tokio::test]
async fn a_stream_is_folded_alone() {
    let live = Live::new(two_accounts().await, Balances::<false>);
    let totals = live
        .with_selection(Selection::stream(stream("ada")))
        .fold(Totals::default())
        .await
        .unwrap();

    assert_eq!(totals.cents, Totals::of([("ada", 70)]));
}

#[tokio::test]
async fn of_the_types_that_are_asked_for_those_are_folded_that_it_lists() {
    let types = ["money-withdrawn", "account-opened"].map(|name| EventName::new(name).unwrap());
    let live = Live::new(two_accounts().await, Balances::<false>);
    let totals = live
        .with_selection(Selection::log().with_types(types))
        .fold(Totals::default())
        .await
        .unwrap();

    assert_eq!(totals.cents, Totals::of([("ada", -30)]));
}

#[tokio::test]
async fn types_that_it_does_not_list_are_nothing() {
    let live = Live::new(two_accounts().await, Balances::<false>);
    let opened = EventName::new("account-opened").unwrap();
    let totals =
        live.with_selection(Selection::log().with_types([opened])).fold(Totals::default()).await;

    assert_eq!(totals.unwrap(), Totals::default());
}

#[tokio::test]
async fn a_key_is_folded_alone() {
    let live = Live::new(two_accounts().await, Balances::<false>);
    let bob = ProjectionKey::of_stream(&stream("bob"));
    let totals = live.with_key(bob).fold(Totals::default()).await.unwrap();

    assert_eq!(totals.cents, Totals::of([("bob", 7)]));
}

#[tokio::test]
async fn it_ends_where_it_is_told_to() {
    let store = two_accounts().await;
    let up_to = |position| Live::new(store.clone(), Balances::<false>).with_end(Position(position));

    let log = up_to(4).fold(Totals::default()).await.unwrap();
    let ada = Selection::stream(stream("ada"));
    let stream = up_to(4).with_selection(ada).fold(Totals::default()).await.unwrap();

    assert_eq!(log.cents, Totals::of([("ada", 100), ("bob", 7)]));
    assert_eq!(stream.cents, Totals::of([("ada", 100)]));
}

#[tokio::test]
async fn many_pages_are_folded_in_bulk() {
    let store = bank(100).await;
    deposits(&store, "bob", 1200).await;
    let totals = Live::new(store, Balances::<true>).fold(Totals::default()).await.unwrap();

    assert_eq!(totals.cents, Totals::of([("ada", 100), ("bob", 1200)]));
    assert!(totals.calls.len() <= 3, "{:?}", totals.calls);
}

#[tokio::test]
async fn a_transformed_stream_is_folded_from_its_copies() {
    let store = two_accounts().await;
    transform(&store, "ada").await;
    let live = Live::new(store, Balances::<false>);

    let log = live.fold(Totals::default()).await.unwrap();
    let ada = live
        .with_selection(Selection::stream(stream("ada")))
        .fold(Totals::default())
        .await
        .unwrap();

    assert_eq!(log.cents, Totals::of([("ada", -29), ("bob", 7)]));
    assert_eq!(ada.cents, Totals::of([("ada", -29)]));
}

#[tokio::test]
async fn the_error_names_the_event_and_its_place() {
    let store = two_accounts().await;
    accounts(&store).execute(deposit(bob(), 666)).await.unwrap();

    let failed = Live::new(store, Balances::<false>).fold(Totals::default()).await.unwrap_err();

    assert_eq!(
        failed.to_string(),
        "`money-deposited`, version 3 of stream `account/bob` at position 6, cannot be projected"
    );
    let LiveError::Event(unhandled) = failed else { panic!("{failed:?}") };
    assert_eq!(unhandled.error.to_string(), "that is too much");
}

#[tokio::test]
async fn the_error_of_a_page_says_that_it_may_be_any_of_it() {
    let store = two_accounts().await;
    accounts(&store).execute(deposit(bob(), 666)).await.unwrap();

    let failed = Live::new(store, Balances::<true>).fold(Totals::default()).await.unwrap_err();

    assert_eq!(
        failed.to_string(),
        "one of 4 events cannot be projected; the first is `money-deposited`, version 2 of stream \
         `account/ada` at position 2"
    );
}

/// Transforms ada's stream when the first page was handled.
struct Meddling(MemoryStore);

impl Projection for Meddling {
    const NAME: &'static str = "meddling";
    const VERSION: u32 = 1;
    type Event = Movements;
}

impl Projects<Totals> for Meddling {
    async fn project(
        &self,
        event: Recorded<Movements>,
        totals: &mut Totals,
    ) -> Result<(), ProjectError> {
        if event.position == Position(500) {
            transform(&self.0, "ada").await;
        }
        totals.take(event)
    }
}

#[tokio::test]
async fn a_stream_that_is_transformed_meanwhile_is_not_folded_in_part() {
    let store = bank(100).await;
    deposits(&store, "bob", 600).await;
    deposits(&store, "ada", 600).await;

    let failed = Live::new(store.clone(), Meddling(store)).fold(Totals::default()).await;

    let failed = failed.unwrap_err();
    assert!(matches!(&failed, LiveError::Transformed { stream: it } if *it == stream("ada")));
}
