//! Rooms and nights in two releases: the second looks for bookings by their nights, which the first has
//! not written as tags.

use std::collections::BTreeSet;

use es_core::prelude::*;
use es_core::{EventName, EventTag, LacksTag, MissingTag, RetagStore};
use es_postgres::PgStore;

use crate::support::{Fixture, fixture};

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the room is taken")]
pub(crate) struct NotFree;

/// The first release reads all bookings of a room.
mod first {
    use std::collections::BTreeSet;

    use es_core::prelude::*;

    use super::NotFree;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "booked")]
    pub(crate) struct Booked {
        #[event(tag)]
        pub(crate) room: u32,
        pub(crate) nights: BTreeSet<String>,
    }

    #[derive(DecisionModel, Clone, Debug)]
    #[decision_model(events(Booked))]
    pub(crate) struct Room {
        #[decision_model(tag)]
        room: u32,
        taken: BTreeSet<String>,
    }

    impl Apply<Booked> for Room {
        fn apply(&mut self, booked: Booked) {
            self.taken.extend(booked.nights);
        }
    }

    #[derive(Clone, Debug)]
    pub(crate) struct Book {
        pub(crate) room: u32,
        pub(crate) nights: Vec<String>,
    }

    impl Decision for Book {
        type Model = Room;
        type Events = Booked;
        type Error = NotFree;

        fn model(&self) -> Room {
            Room { room: self.room, taken: BTreeSet::new() }
        }

        fn decide(&self, room: &Room) -> Result<Booked, NotFree> {
            if self.nights.iter().any(|night| room.taken.contains(night)) {
                return Err(NotFree);
            }
            Ok(Booked { room: self.room, nights: self.nights.iter().cloned().collect() })
        }
    }
}

/// The second release finds a booking under each of its nights.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "booked")]
struct Booked {
    #[event(tag, home)]
    room: u32,
    #[event(tags = "night")]
    nights: BTreeSet<String>,
}

/// The bookings of a room on any of the nights that are asked for.
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
    nights: Vec<String>,
}

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
        Ok(Booked { room: self.room, nights: self.nights.iter().cloned().collect() })
    }
}

fn nights(days: impl IntoIterator<Item = u32>) -> Vec<String> {
    days.into_iter().map(|day| format!("2026-12-{day:02}")).collect()
}

fn book(room: u32, days: impl IntoIterator<Item = u32>) -> Book {
    Book { room, nights: nights(days) }
}

/// The first release has booked room 7 from the 20th to the 24th.
async fn released() -> Fixture {
    let fixture = fixture().await;
    let decisions = Decisions::new(fixture.store.clone());
    decisions.execute(first::Book { room: 7, nights: nights(20..25) }).await.unwrap();
    fixture
}

/// A process of its own on the same database.
fn process(fixture: &Fixture) -> Decisions<PgStore> {
    Decisions::new(PgStore::new(fixture.pool.clone()))
}

/// Nights of a room that are booked more than once, by what is stored.
async fn booked_twice(store: &PgStore) -> Vec<(u32, String)> {
    let log = store.log_page(Cursor::START, 1000).await.unwrap();
    let (mut seen, mut twice) = (BTreeSet::new(), Vec::new());
    for stored in log.events {
        let booked = Booked::decode(stored.event.version, &stored.event.payload).unwrap();
        for night in booked.nights {
            if !seen.insert((booked.room, night.clone())) {
                twice.push((booked.room, night));
            }
        }
    }
    twice
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_without_the_tag_is_not_booked_over() {
    let fixture = released().await;
    let second = process(&fixture);

    let before = second.execute(book(7, 24..28)).await;
    assert_eq!(booked_twice(&fixture.store).await, []);
    let Err(DecisionError::MissingTag(MissingTag(tag))) = before else {
        panic!("decided on half of what happened: {before:?}");
    };
    assert_eq!(tag, EventTag::new(EventName::of::<Booked>(), "night"));

    let done = fixture.store.retag::<Booked>(|_| {}).await.unwrap();
    let after = second.execute(book(7, 24..28)).await;

    assert_eq!(done.events, 1);
    assert!(matches!(after, Err(DecisionError::Rejected(NotFree))), "{after:?}");
    second.execute(book(7, 25..28)).await.unwrap();
    second.execute(book(8, 24..28)).await.unwrap();
    assert_eq!(booked_twice(&fixture.store).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_release_goes_on_until_the_tags_are_written_and_no_longer() {
    let fixture = released().await;
    let (first, second) = (process(&fixture), process(&fixture));

    second.execute(book(7, [24])).await.unwrap_err();
    first.execute(first::Book { room: 7, nights: nights([26]) }).await.unwrap();
    fixture.store.retag::<Booked>(|_| {}).await.unwrap();
    let refused = first.execute(first::Book { room: 7, nights: nights([28]) }).await;

    assert!(
        matches!(
            &refused,
            Err(DecisionError::Append(AppendError::LacksTag(LacksTag(tag)))) if tag.tag == "night"
        ),
        "{refused:?}"
    );
    let taken = second.execute(book(7, [26])).await;
    assert!(matches!(taken, Err(DecisionError::Rejected(NotFree))), "{taken:?}");
    second.execute(book(7, [28])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_for_the_same_nights_each_night_goes_to_one() {
    let fixture = released().await;
    fixture.store.retag::<Booked>(|_| {}).await.unwrap();
    let processes = [process(&fixture), process(&fixture)];

    let requests = (0..60).map(|nth: u32| {
        let process = processes[nth as usize % 2].clone();
        // Stays of three nights that overlap, from the 1st on; from the 18th on one meets the stored.
        tokio::spawn(async move { process.execute(book(7, 1 + nth % 20..4 + nth % 20)).await })
    });
    let (mut confirmed, mut refused) = (0, 0);
    for request in requests.collect::<Vec<_>>() {
        match request.await.unwrap() {
            Ok(_) => confirmed += 1,
            Err(DecisionError::Rejected(NotFree)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }

    assert_eq!(confirmed + refused, 60);
    assert!(confirmed >= 4, "{confirmed} of 60");
    assert_eq!(booked_twice(&fixture.store).await, []);
}
