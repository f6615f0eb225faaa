//! Rooms and nights: a field of an event that is a tag for each of its values, and a model of any of
//! several.

use std::collections::BTreeSet;

use es_core::prelude::*;
use es_core::{InvalidQuery, NewEvent, Query, TaggedEvent};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "booked")]
struct Booked {
    #[event(tags = "night")]
    nights: BTreeSet<String>,
    #[event(tag)]
    guest: u32,
    #[event(tag, home)]
    room: u32,
    #[event(tags = "coupon")]
    coupon: Option<String>,
}

/// The nights that are asked for, as far as the room is taken.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Booked))]
struct Taken {
    #[decision_model(tag)]
    room: u32,
    #[decision_model(tags = "night")]
    asked: Vec<String>,
    bookings: u32,
}

impl Apply<Booked> for Taken {
    fn apply(&mut self, _: Booked) {
        self.bookings += 1;
    }
}

#[derive(Clone, Debug)]
struct Book {
    room: u32,
    guest: u32,
    nights: Vec<String>,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the room is taken")]
struct NotFree;

impl Decision for Book {
    type Model = Taken;
    type Events = Booked;
    type Error = NotFree;

    fn model(&self) -> Taken {
        Taken { room: self.room, asked: self.nights.clone(), bookings: 0 }
    }

    fn decide(&self, taken: &Taken) -> Result<Booked, NotFree> {
        if taken.bookings > 0 {
            return Err(NotFree);
        }
        let nights = self.nights.iter().cloned().collect();
        Ok(Booked { nights, guest: self.guest, room: self.room, coupon: None })
    }
}

fn nights(days: impl IntoIterator<Item = u32>) -> Vec<String> {
    days.into_iter().map(|day| format!("2026-12-{day:02}")).collect()
}

fn book(room: u32, days: impl IntoIterator<Item = u32>) -> Book {
    Book { room, guest: 1, nights: nights(days) }
}

#[tokio::test]
async fn a_field_of_many_values_is_a_tag_for_each() {
    let booked = Booked {
        nights: nights([24, 25]).into_iter().collect(),
        guest: 1,
        room: 7,
        coupon: Some("xmas".to_owned()),
    };

    let tags: Vec<_> = booked.tags().unwrap().iter().map(ToString::to_string).collect();

    assert_eq!(tags, ["room:7", "night:2026-12-24", "night:2026-12-25", "guest:1", "coupon:xmas"]);
    assert_eq!(Booked::TAGS, ["room", "night", "guest", "coupon"]);
}

#[tokio::test]
async fn an_event_is_stored_in_the_stream_of_its_home_wherever_the_field_stands() {
    let decisions = Decisions::new(MemoryStore::new());

    let booked = decisions.execute(book(7, [24])).await.unwrap();

    assert_eq!(booked.events[0].stream.to_string(), "room/7");
    assert_eq!(Booked::HOME, Some("room"));
}

#[tokio::test]
async fn a_model_of_any_of_several_values_knows_of_every_event_with_one_of_them() {
    let decisions = Decisions::new(MemoryStore::new());
    decisions.execute(book(7, 20..25)).await.unwrap();

    // The last night of one is in the middle of the other.
    assert!(matches!(
        decisions.execute(book(7, 24..28)).await,
        Err(DecisionError::Rejected(NotFree))
    ));
    // Another room, and other nights of the same.
    decisions.execute(book(8, 24..28)).await.unwrap();
    decisions.execute(book(7, 25..28)).await.unwrap();
}

#[tokio::test]
async fn an_event_that_matches_several_times_is_folded_once() {
    let decisions = Decisions::new(MemoryStore::new());
    decisions.execute(book(7, 20..25)).await.unwrap();
    let taken = book(7, 20..25).model();
    let query = taken.query().unwrap();

    let page = decisions.store().query_page(&query, Position::START, 10).await.unwrap();

    assert_eq!(query.items().len(), 5);
    assert_eq!(page.events.len(), 1);
    assert_eq!(page.events[0].items.len(), 5);
    // As the model sees it: the event of a decision that knows of none.
    let decided = decisions.execute(book(9, 20..25)).await.unwrap();
    assert_eq!(decided.model.bookings, 1);
}

#[tokio::test]
async fn a_model_that_asks_for_no_value_is_told_so() {
    let error = Decisions::new(MemoryStore::new()).execute(book(7, [])).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "a field with `tags` of the model holds no value, so that no event could match; \
         give it at least one"
    );
}

#[tokio::test]
async fn a_model_that_asks_for_too_much_is_told_the_limit() {
    let asked = (0..=Query::MAX_ITEMS).map(|night| night.to_string()).collect();

    let error = Taken { room: 7, asked, bookings: 0 }.query().unwrap_err();

    assert!(matches!(error, InvalidQuery::TooManyItems { items: 1001, .. }));
    assert!(error.to_string().contains("at most 1000 can be asked for at once"), "{error}");
}

#[tokio::test]
async fn an_event_with_too_many_tags_is_told_the_limit() {
    let nights = (0..NewEvent::MAX_TAGS).map(|night| night.to_string()).collect();
    let booked = TaggedEvent::from(Booked { nights, guest: 1, room: 7, coupon: None });

    let error = booked.to_new(Metadata::default()).unwrap_err();

    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        source,
        "the event has 1002 tags, and at most 1000 are stored; split it into several"
    );
}
