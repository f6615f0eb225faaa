//! What `#[derive(Projection)]` writes, seen from outside.

use std::convert::Infallible;
use std::future::Future;

use es_core::prelude::*;
use es_core::projection::KeyError;
use es_core::{ProjectAll, ProjectionKey, Projects, RawEvent, React, RecordedEvent};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {
    owner: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited")]
struct Deposited {
    owner: String,
    cents: i64,
}

mod billing {
    use es_core::Event;
    use serde::{Deserialize, Serialize};

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "fee-deposited")]
    pub(crate) struct Deposited;
}

/// Nobody writes it any more: it is two deposits, or none of nothing.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-transferred")]
struct Transferred {
    from: String,
    to: String,
    cents: i64,
}

impl Superseded for Transferred {
    type By = Vec<Deposited>;
    type Error = Infallible;

    fn superseded(self) -> Result<Vec<Deposited>, Infallible> {
        let Self { from, to, cents } = self;
        let deposits = [Deposited { owner: from, cents: -cents }, Deposited { owner: to, cents }];
        Ok(deposits.into_iter().filter(|deposit| deposit.cents != 0).collect())
    }
}

/// What projections of these tests write into: what happened, as text.
#[derive(Clone, Debug, Default, PartialEq)]
struct Book(Vec<String>);

/// Another destination.
#[derive(Debug, Default, PartialEq)]
struct Total(i64);

#[derive(Projection)]
#[projection(
    name = "statements",
    events(Opened, Deposited, billing::Deposited as Fee),
    superseded(Transferred)
)]
struct Statements;

impl Project<Opened, Book> for Statements {
    async fn project(&self, event: Recorded<Opened>, book: &mut Book) -> Result<(), ProjectError> {
        book.0.push(format!("{} opened by {}", event.position, event.event.owner));
        Ok(())
    }
}

impl Project<Deposited, Book> for Statements {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        book: &mut Book,
    ) -> Result<(), ProjectError> {
        if event.event.cents == 13 {
            return Err(ProjectError::new("thirteen"));
        }
        let Deposited { owner, cents } = event.event;
        book.0.push(format!("{} {owner} {cents}", event.position));
        Ok(())
    }
}

impl Project<billing::Deposited, Book> for Statements {
    async fn project(
        &self,
        event: Recorded<billing::Deposited>,
        book: &mut Book,
    ) -> Result<(), ProjectError> {
        book.0.push(format!("{} fee of {}", event.position, event.stream));
        Ok(())
    }
}

fn opened(owner: &str) -> Opened {
    Opened { owner: owner.to_owned() }
}

fn deposited(owner: &str, cents: i64) -> Deposited {
    Deposited { owner: owner.to_owned(), cents }
}

/// Something at that position of the log, in the stream `account/a`.
fn at<E>(position: u64, event: E) -> Recorded<E> {
    Recorded::new(
        EventId::generate(),
        "account/a".parse().unwrap(),
        Version(position),
        Position(position),
        Timestamp::from_unix_micros(0),
        Metadata::default(),
        event,
    )
}

/// As the store gives it.
fn stored<E: Event>(position: u64, event: &E) -> RecordedEvent {
    let payload = Event::encode(event).unwrap();
    let name = es_core::EventName::of::<E>();
    at(position, RawEvent::new(name, E::VERSION, payload))
}

/// What `projection` makes of stored events, one after another.
async fn projected<P, Db>(projection: &P, events: &[RecordedEvent]) -> Db
where
    P: Projects<Db>,
    Db: Default + Send,
{
    let mut db = Db::default();
    for stored in events {
        for event in stored.clone().decode::<P::Event>().unwrap() {
            Projects::project(projection, event, &mut db).await.unwrap();
        }
    }
    db
}

#[test]
fn a_projection_is_known_by_name_and_version() {
    assert_eq!((Statements::NAME, Statements::VERSION), ("statements", 1));
    assert_eq!(Statements::KEYED_BY, "stream");
    const { assert!(!Statements::HAS_EFFECTS) };
    const { assert!(!<Statements as Projects<Book>>::IS_BULK) };
}

#[test]
fn its_events_are_a_set() {
    let names: Vec<_> = StatementsEvent::EVENTS.iter().map(|event| event.name).collect();

    assert_eq!(names, ["account-opened", "money-deposited", "fee-deposited"]);
    assert_eq!(StatementsEvent::SUPERSEDED[0].name, "money-transferred");
    assert_eq!(StatementsEvent::from(opened("ada")).clone(), opened("ada").into());
}

#[tokio::test]
async fn an_event_reaches_the_handler_of_its_type_with_its_place() {
    let events = [
        stored(1, &opened("ada")),
        stored(2, &deposited("ada", 5)),
        stored(3, &billing::Deposited),
    ];

    let book: Book = projected(&Statements, &events).await;

    assert_eq!(book.0, ["1 opened by ada", "2 ada 5", "3 fee of account/a"]);
}

#[tokio::test]
async fn a_superseded_event_reaches_the_handlers_of_what_it_has_become() {
    let transferred = Transferred { from: "ada".into(), to: "bob".into(), cents: 5 };

    let book: Book = projected(&Statements, &[stored(7, &transferred)]).await;

    assert_eq!(book.0, ["7 ada -5", "7 bob 5"]);
}

#[tokio::test]
async fn what_is_superseded_by_nothing_reaches_no_handler() {
    let transferred = Transferred { from: "ada".into(), to: "bob".into(), cents: 0 };

    let book: Book = projected(&Statements, &[stored(7, &transferred)]).await;

    assert_eq!(book, Book::default());
}

#[tokio::test]
async fn the_error_of_a_handler_is_that_of_the_projection() {
    let unlucky = at(1, StatementsEvent::from(deposited("ada", 13)));

    let failed = Projects::project(&Statements, unlucky, &mut Book::default()).await;

    assert_eq!(failed.unwrap_err().to_string(), "thirteen");
}

#[tokio::test]
async fn events_behind_one_that_fails_are_not_handled() {
    let event = |position, cents| at(position, StatementsEvent::from(deposited("ada", cents)));
    let mut book = Book::default();

    let failed = Statements.project_all(vec![event(1, 5), event(2, 13), event(3, 5)], &mut book);

    assert_eq!(failed.await.unwrap_err().to_string(), "thirteen");
    assert_eq!(book.0, ["1 ada 5"]);
}

#[tokio::test]
async fn every_cut_of_the_log_gives_the_same_rows() {
    let log: Vec<_> = (1..=6)
        .map(|position| match position % 3 {
            0 => at(position, StatementsEvent::from(opened("ada"))),
            1 => at(position, deposited("bob", 7).into()),
            _ => at(position, billing::Deposited.into()),
        })
        .collect();
    let mut whole = Book::default();
    Statements.project_all(log.clone(), &mut whole).await.unwrap();

    for cuts in 0..1_u32 << (log.len() - 1) {
        let mut book = Book::default();
        let mut batch = Vec::new();
        for (nth, event) in log.iter().enumerate() {
            batch.push(event.clone());
            if cuts >> nth & 1 == 1 {
                Statements.project_all(std::mem::take(&mut batch), &mut book).await.unwrap();
            }
        }
        Statements.project_all(batch, &mut book).await.unwrap();
        assert_eq!(book, whole, "cut at {cuts:b}");
    }
}

#[test]
fn a_projection_can_go_on_on_another_thread() {
    fn is_send(_: impl Future + Send) {}
    let event = at(1, StatementsEvent::from(opened("ada")));
    let mut book = Book::default();

    is_send(Projects::project(&Statements, event, &mut book));
    is_send(Statements.project_all(Vec::new(), &mut book));
}

mod of_two_destinations {
    use super::*;

    #[derive(Projection)]
    #[projection(name = "balances", version = 3, events(Deposited), db(Book, Total))]
    struct Balances;

    impl Project<Deposited, Book> for Balances {
        async fn project(
            &self,
            event: Recorded<Deposited>,
            book: &mut Book,
        ) -> Result<(), ProjectError> {
            book.0.push(event.event.owner);
            Ok(())
        }
    }

    impl Project<Deposited, Total> for Balances {
        async fn project(
            &self,
            event: Recorded<Deposited>,
            total: &mut Total,
        ) -> Result<(), ProjectError> {
            total.0 += event.event.cents;
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_same_projection_writes_into_each() {
        let events = [stored(1, &deposited("ada", 5)), stored(2, &deposited("bob", 6))];

        let book: Book = projected(&Balances, &events).await;
        let total: Total = projected(&Balances, &events).await;

        assert_eq!((book.0, total), (vec!["ada".to_owned(), "bob".to_owned()], Total(11)));
        assert_eq!(Balances::VERSION, 3);
    }
}

mod of_whatever_can_be_written_into {
    use super::*;

    trait Counts: Send {
        fn count(&mut self);
    }

    impl Counts for Total {
        fn count(&mut self) {
            self.0 += 1;
        }
    }

    #[derive(Projection)]
    #[projection(name = "deposits", events(Deposited), db = Total)]
    struct Deposits;

    impl<Db: Counts> Project<Deposited, Db> for Deposits {
        async fn project(&self, _: Recorded<Deposited>, db: &mut Db) -> Result<(), ProjectError> {
            db.count();
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_handler_may_be_generic() {
        let total: Total = projected(&Deposits, &[stored(1, &deposited("ada", 5))]).await;

        assert_eq!(total, Total(1));
    }
}

mod by_owner {
    use super::*;

    #[derive(Projection)]
    #[projection(
        name = "owners",
        events(Opened, Deposited),
        superseded(Transferred),
        key = keys::owner_of
    )]
    struct Owners;

    mod keys {
        use super::{OwnersEvent, Recorded};

        pub(super) fn owner_of(event: &Recorded<OwnersEvent>) -> String {
            match &event.event {
                OwnersEvent::Opened(opened) => opened.owner.clone(),
                OwnersEvent::Deposited(deposited) => deposited.owner.clone(),
            }
        }
    }

    impl<E: Send> Project<E, Book> for Owners {
        async fn project(&self, _: Recorded<E>, _: &mut Book) -> Result<(), ProjectError> {
            Ok(())
        }
    }

    fn transferred(to: &str, cents: i64) -> RecordedEvent {
        stored(4, &Transferred { from: "ada".into(), to: to.into(), cents })
    }

    #[test]
    fn the_key_is_what_the_function_reads() {
        let key = Owners::key(&stored(1, &deposited("ada", 5))).unwrap();

        assert_eq!(key, ProjectionKey::new("ada").unwrap());
        assert_eq!(Owners::KEYED_BY, "keys::owner_of");
    }

    #[test]
    fn parts_of_one_key_have_that_key() {
        assert_eq!(Owners::key(&transferred("ada", 5)).unwrap().as_str(), "ada");
    }

    #[test]
    fn parts_of_several_keys_have_none() {
        let none = Owners::key(&transferred("bob", 5)).unwrap_err();

        assert!(matches!(none, KeyError::Several { position: Position(4) }), "{none}");
    }

    #[test]
    fn nothing_is_kept_in_order_by_its_stream() {
        assert_eq!(Owners::key(&transferred("bob", 0)).unwrap().as_str(), "account/a");
    }

    #[test]
    fn what_can_be_no_key_is_told_with_its_place() {
        let none = Owners::key(&stored(9, &opened(""))).unwrap_err();

        assert!(matches!(none, KeyError::Text { position: Position(9), .. }), "{none}");
    }

    #[test]
    fn an_event_of_another_set_has_no_key() {
        let none = Owners::key(&stored(1, &billing::Deposited)).unwrap_err();

        assert!(matches!(none, KeyError::Decode(_)), "{none}");
    }
}

mod in_bulk {
    use super::*;

    #[derive(Projection)]
    #[projection(name = "pages", events(Opened, Deposited), bulk, effects(Opened), start = now)]
    struct Pages;

    impl ProjectAll<Book> for Pages {
        async fn project_all(
            &self,
            events: &[Recorded<PagesEvent>],
            book: &mut Book,
        ) -> Result<(), ProjectError> {
            let positions: Vec<_> = events.iter().map(|event| event.position.to_string()).collect();
            book.0.push(positions.join(" "));
            Ok(())
        }
    }

    impl React<Opened, Book> for Pages {
        async fn react(&self, _: Recorded<Opened>, book: &mut Book) -> Result<(), ProjectError> {
            book.0.push("welcome".into());
            Ok(())
        }
    }

    fn page() -> Vec<Recorded<PagesEvent>> {
        vec![at(1, opened("ada").into()), at(2, deposited("ada", 5).into())]
    }

    #[tokio::test]
    async fn all_events_come_at_once_and_in_order() {
        let mut book = Book::default();

        Projects::project_all(&Pages, page(), &mut book).await.unwrap();

        assert_eq!(book.0, ["1 2"]);
        const { assert!(<Pages as Projects<Book>>::IS_BULK) };
    }

    #[tokio::test]
    async fn one_event_comes_alone() {
        let mut book = Book::default();

        Projects::project(&Pages, page().remove(1), &mut book).await.unwrap();

        assert_eq!(book.0, ["2"]);
    }

    #[tokio::test]
    async fn no_event_comes_not_at_all() {
        let mut book = Book::default();

        Projects::project_all(&Pages, Vec::new(), &mut book).await.unwrap();

        assert_eq!(book, Book::default());
    }

    #[tokio::test]
    async fn effects_come_one_by_one() {
        let mut book = Book::default();

        for event in page() {
            Projects::react(&Pages, event, &mut book).await.unwrap();
        }

        assert_eq!(book.0, ["welcome"]);
    }
}

mod with_effects {
    use super::*;

    #[derive(Projection)]
    #[projection(
        name = "mails",
        events(Opened, Deposited),
        effects(Opened, billing::Deposited as Fee),
        start = now
    )]
    struct Mails;

    impl Project<Opened, Book> for Mails {
        async fn project(&self, _: Recorded<Opened>, book: &mut Book) -> Result<(), ProjectError> {
            book.0.push("row of opened".into());
            Ok(())
        }
    }

    impl Project<Deposited, Book> for Mails {
        async fn project(
            &self,
            _: Recorded<Deposited>,
            book: &mut Book,
        ) -> Result<(), ProjectError> {
            book.0.push("row of deposited".into());
            Ok(())
        }
    }

    impl React<Opened, Book> for Mails {
        async fn react(
            &self,
            event: Recorded<Opened>,
            book: &mut Book,
        ) -> Result<(), ProjectError> {
            book.0.push(format!("mail to {}", event.event.owner));
            Ok(())
        }
    }

    impl React<billing::Deposited, Book> for Mails {
        async fn react(
            &self,
            event: Recorded<billing::Deposited>,
            book: &mut Book,
        ) -> Result<(), ProjectError> {
            book.0.push(format!("mail about a fee at {}", event.position));
            Ok(())
        }
    }

    async fn reacted(event: impl Into<MailsEvent>) -> Vec<String> {
        let mut book = Book::default();
        Projects::react(&Mails, at(3, event.into()), &mut book).await.unwrap();
        book.0
    }

    #[tokio::test]
    async fn an_effect_is_no_row_and_a_row_no_effect() {
        let book: Book = projected(&Mails, &[stored(1, &opened("ada"))]).await;

        assert_eq!(book.0, ["row of opened"]);
        assert_eq!(reacted(opened("ada")).await, ["mail to ada"]);
    }

    #[tokio::test]
    async fn an_event_without_an_effect_has_none() {
        assert_eq!(reacted(deposited("ada", 5)).await, [""; 0]);
    }

    #[tokio::test]
    async fn an_event_that_has_an_effect_only_makes_no_row() {
        let book: Book = projected(&Mails, &[stored(3, &billing::Deposited)]).await;

        assert_eq!(book, Book::default());
        assert_eq!(reacted(billing::Deposited).await, ["mail about a fee at 3"]);
    }

    #[test]
    fn a_projection_knows_that_it_has_effects() {
        const { assert!(Mails::HAS_EFFECTS) };
        assert_eq!(MailsEvent::EVENTS.len(), 3);
    }
}

mod of_a_parameter {
    use std::marker::PhantomData;

    use serde::de::DeserializeOwned;

    use super::*;

    trait Value: Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq {}

    impl<T: Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq> Value for T {}

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "put")]
    struct Put<T>(T);

    #[derive(Projection)]
    #[projection(name = "values", events(Put<T>))]
    struct Values<T: Value + Send + Sync + 'static>(PhantomData<T>);

    impl<T: Value + Send + Sync + 'static> Project<Put<T>, Vec<T>> for Values<T> {
        async fn project(
            &self,
            event: Recorded<Put<T>>,
            values: &mut Vec<T>,
        ) -> Result<(), ProjectError> {
            values.push(event.event.0);
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_projection_may_be_generic() {
        let values: Vec<u8> = projected(&Values(PhantomData), &[stored(1, &Put(7_u8))]).await;

        assert_eq!(values, [7]);
    }
}
