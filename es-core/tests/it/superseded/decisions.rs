//! A decision across streams sees old events too, and minds those that appear meanwhile.

use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{Description, EventName, Query, Tag};

use super::customer::{NoAddress, old};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "seats-taken")]
struct SeatsTaken {
    #[event(tag)]
    course: String,
    count: u32,
}

/// One at a time, once.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "subscribed")]
struct Subscribed {
    #[event(tag)]
    course: String,
}

impl Superseded for Subscribed {
    type By = SeatsTaken;
    type Error = Infallible;

    fn superseded(self) -> Result<SeatsTaken, Infallible> {
        Ok(SeatsTaken { course: self.course, count: 1 })
    }
}

/// Called otherwise, once.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
struct SeatsFreed {
    course: String,
    count: u32,
}

impl Event for SeatsFreed {
    const NAME: &'static str = "seats-freed";
    const VERSION: SchemaVersion = SchemaVersion(1);
    const ALIASES: &'static [&'static str] = &["seats-given-back"];
    const TAGS: &'static [&'static str] = &["course"];

    fn tags(&self) -> Result<Vec<Tag>, es_core::InvalidText> {
        Ok(vec![Tag::new("course", &self.course)?])
    }
}

impl Describe for SeatsFreed {
    fn describe(&self) -> Description {
        SeatsTaken { course: self.course.clone(), count: self.count }.describe()
    }
}

#[derive(DecisionModel, Clone, Debug, PartialEq)]
#[decision_model(events(SeatsTaken, SeatsFreed), superseded(Subscribed), tolerates(SeatsFreed))]
struct Seats {
    #[decision_model(tag)]
    course: String,
    taken: u32,
}

impl Apply<SeatsTaken> for Seats {
    fn apply(&mut self, event: SeatsTaken) {
        self.taken += event.count;
    }
}

impl Apply<SeatsFreed> for Seats {
    fn apply(&mut self, event: SeatsFreed) {
        self.taken -= event.count;
    }
}

struct TakeSeats(u32);

impl Decision for TakeSeats {
    type Model = Seats;
    type Events = SeatsTaken;
    type Error = NoAddress;

    fn model(&self) -> Seats {
        Seats { course: "c1".into(), taken: 0 }
    }

    fn decide(&self, seats: &Seats) -> Result<SeatsTaken, NoAddress> {
        if seats.taken + self.0 > 3 {
            return Err(NoAddress);
        }
        Ok(SeatsTaken { course: "c1".into(), count: self.0 })
    }
}

fn subscribed() -> NewEvent {
    old(&Subscribed { course: "c1".into() })
}

fn freed(count: u32) -> NewEvent {
    let mut freed = old(&SeatsFreed { course: "c1".into(), count });
    freed.event.name = EventName::new("seats-given-back").unwrap();
    freed
}

async fn append(store: &MemoryStore, events: Vec<NewEvent>) {
    let stream = StreamId::new(Category::new("course").unwrap(), StreamKey::new("c1").unwrap());
    store.append(Append::to(stream, ExpectedVersion::Any, events).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_decision_sees_superseded_events() {
    let store = MemoryStore::new();
    append(&store, vec![subscribed(), subscribed()]).await;

    let decisions = Decisions::new(store);
    let refused = decisions.execute(TakeSeats(2)).await;
    let granted = decisions.execute(TakeSeats(1)).await.unwrap();

    assert!(matches!(refused, Err(DecisionError::Rejected(NoAddress))), "{refused:?}");
    assert_eq!(granted.model.taken, 3);
}

#[tokio::test]
async fn a_decision_sees_events_under_the_names_of_before() {
    let store = MemoryStore::new();
    append(&store, vec![subscribed(), subscribed(), freed(2)]).await;

    let granted = Decisions::new(store).execute(TakeSeats(3)).await.unwrap();

    assert_eq!(granted.model.taken, 3);
}

#[tokio::test]
async fn a_decision_minds_what_an_older_deployment_stores_meanwhile() {
    let store = MemoryStore::new();
    let decisions = Decisions::new(store.clone());
    let decided = decisions.decide(TakeSeats(3), Metadata::default()).await.unwrap().unwrap();

    append(&store, vec![subscribed()]).await;

    let refused = store.append(decided).await;
    assert!(matches!(refused, Err(AppendError::Condition(_))), "{refused:?}");
}

#[tokio::test]
async fn what_is_tolerated_is_so_under_all_of_its_names() {
    let store = MemoryStore::new();
    append(&store, vec![subscribed()]).await;
    let decisions = Decisions::new(store.clone());
    let decided = decisions.decide(TakeSeats(2), Metadata::default()).await.unwrap().unwrap();

    append(&store, vec![freed(1)]).await;

    store.append(decided).await.unwrap();
}

#[test]
fn a_query_asks_for_every_name_that_is_read() {
    let types = |query: Query| -> Vec<String> {
        query.items()[0].types().iter().map(ToString::to_string).collect()
    };
    let seats = TakeSeats(1).model();

    assert_eq!(
        types(seats.query().unwrap()),
        ["seats-taken", "seats-freed", "seats-given-back", "subscribed"]
    );
    assert_eq!(types(seats.condition().unwrap()), ["seats-taken", "subscribed"]);
}
