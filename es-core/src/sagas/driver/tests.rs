//! A driver without its loop: what it begins, and what it remembers of what it has let go of.

use serde::{Deserialize, Serialize};

use crate::domain::aggregate::Apply;
use crate::event::metadata::Metadata;
use crate::event::recorded::NewEvent;
use crate::memory::MemoryStore;
use crate::process::{
    Activity, ActivityName, Answer, Call, Completed, Definition, Input, Instance, Plan, Prepare,
    Reaction, SagaEvent, Undone,
};
use crate::sagas::MemorySagas;
use crate::store::append::Append;
use crate::store::cursor::Cursor;
use crate::stream::{ExpectedVersion, Position};

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ship {}

impl Activity for Ship {
    const NAME: &'static str = "ship";
    type Output = ();
}

/// Ships. Any event would do to start it: that another saga was undone, here.
#[derive(Clone, Debug, PartialEq)]
struct Delivery;

impl Saga for Delivery {
    const NAME: &'static str = "delivery";
    type Id = u32;
    type Start = SagaEvent;

    fn id(_: &SagaEvent) -> u32 {
        17
    }

    fn definition() -> Definition<Self> {
        Self::version(1)
    }

    fn initial() -> Self {
        Self
    }

    fn start(&mut self, _: SagaEvent) {}
}

impl Delivery {
    fn version(version: u32) -> Definition<Self> {
        Definition::new(version, Duration::from_secs(3600))
            .start::<Undone>()
            .step_without_compensation::<Ship>("it is gone", |step| step)
    }
}

impl Apply<()> for Delivery {
    fn apply(&mut self, (): ()) {}
}

impl Prepare<Ship> for Delivery {
    fn prepare(&self) -> Ship {
        Ship {}
    }
}

struct Nobody;

impl Performs<Delivery> for Nobody {
    async fn perform(&self, _: &Call<'_>) -> Answer {
        panic!("no attempt is made here")
    }
}

/// A driver that holds all slots, with what the other tasks of its process tell it.
struct Node {
    driver: Driver<Delivery, MemoryStore, Nobody, MemorySagas>,
    slots: watch::Sender<Held>,
    inbox: Arc<Inbox>,
    log: MemoryStore,
    kept: MemorySagas,
}

impl Node {
    fn new() -> Self {
        let (log, kept, inbox) = (MemoryStore::new(), MemorySagas::new(), Arc::default());
        let (slots, held) = watch::channel(all_slots());
        let (erased, plan) = (DynEventStore::new(log.clone()), plan(1));
        let means = Means { log: log.clone(), erased, plan, services: Nobody };
        let (saga, told) = (Category::new("delivery").unwrap(), Arc::clone(&inbox));
        let (options, stop) = (SagaOptions::default(), CancellationToken::new());
        let driver = Driver::new(saga, means, kept.clone(), told, held, options, stop);
        Self { driver, slots, inbox, log, kept }
    }

    async fn store(&self, stream: &str, events: &[SagaEvent]) -> Position {
        let new = |event: &SagaEvent| NewEvent::of(event, Metadata::default()).unwrap();
        let (stream, new) = (stream.parse().unwrap(), events.iter().map(new).collect());
        let append = Append::to(stream, ExpectedVersion::NoStream, new).unwrap();
        self.log.append(append).await.unwrap().position().unwrap()
    }

    /// Stores the events of an instance that was started in a version of the saga, and what starts it.
    async fn start(&self, version: u32) -> (Instance<Delivery>, Vec<SagaEvent>) {
        let event = SagaEvent::Undone(undone());
        let position = self.store("order/17", std::slice::from_ref(&event)).await;
        let new = Instance::of_key("17").unwrap();
        let start = Input::Start { event, position };
        match new.decide(&plan(version), start, Timestamp::now()).unwrap() {
            Reaction::Changed { events, instance } => (*instance, events),
            Reaction::Ignored(reason) => panic!("{reason}"),
        }
    }

    /// Has the instance fail so often, before it has any news, that its next pause is longer than a test on any machine.
    fn fail_often(&mut self) {
        for _ in 0..20 {
            self.driver.agenda.put_failed(key(), news(NOTHING, 0));
        }
    }

    /// Begins what may be begun, and lets go of it once it is at rest.
    async fn drive(&mut self) {
        self.driver.begin_those_that_may_go();
        self.let_go().await;
    }

    async fn let_go(&mut self) {
        while let Some(left) = self.driver.tasks.join_next().await {
            self.driver.let_go(left);
        }
    }

    fn begins_something(&mut self) -> bool {
        self.driver.begin_those_that_may_go();
        !self.driver.active.is_empty()
    }
}

fn plan(version: u32) -> Plan {
    Delivery::version(version).plan().unwrap()
}

fn undone() -> Undone {
    serde_json::from_str("{}").unwrap()
}

fn completed() -> Completed {
    serde_json::from_str("{}").unwrap()
}

fn all_slots() -> Held {
    Held { slots: Slot::all().collect(), losses: 0 }
}

fn key() -> StreamKey {
    StreamKey::new("17").unwrap()
}

fn news(heard: Position, version: u64) -> News {
    News { heard, version: Version(version), is_at_rest: false }
}

/// The position of no event, so that an instance that is to be started by it cannot go on.
const NOTHING: Position = Position(99);

#[tokio::test]
async fn an_instance_whose_slot_was_lost_is_not_begun_and_its_failures_are_forgotten() {
    let mut node = Node::new();
    node.inbox.put(&key(), news(NOTHING, 1));
    node.drive().await;
    assert!(node.driver.agenda.knows(&key(), news(NOTHING, 1)), "it has failed");

    node.slots.send_replace(Held { slots: Vec::new(), losses: 1 });
    node.inbox.put(&key(), news(NOTHING, 2));

    assert!(!node.begins_something());
    assert_eq!(node.driver.agenda.first(), None);
}

#[tokio::test]
async fn an_instance_that_failed_is_not_begun_again_by_the_news_it_failed_with() {
    let mut node = Node::new();
    let mut row = SagaRow::starting(node.driver.stream_of(&key()), NOTHING, Timestamp::now());
    row.version = Version(2);
    node.kept.save(&mut (), &[row]).await.unwrap();
    node.fail_often();
    node.inbox.put(&key(), news(NOTHING, 2));
    node.drive().await;

    node.driver.look_through().await;
    node.driver.find_due().await;
    node.driver.wake_due();
    assert_eq!(node.inbox.take(), None, "the rows say nothing new");

    node.inbox.put(&key(), news(NOTHING, 2));
    assert!(!node.begins_something());
}

#[tokio::test]
async fn an_instance_that_no_event_of_the_plan_starts_waits_for_a_pause() {
    let mut node = Node::new();
    let retired = node.store("order/17", &[SagaEvent::Completed(completed())]).await;
    node.inbox.put(&key(), news(retired, 0));

    node.drive().await;

    assert!(node.driver.agenda.knows(&key(), news(retired, 0)));
    let first = node.driver.agenda.put_failed(key(), news(retired, 0));
    assert_eq!(
        first,
        Duration::from_millis(400),
        "the second pause: the first was that of the failure"
    );
}

/// A node of a newer release has gone on with it, to a step of which this one knows nothing.
#[tokio::test]
async fn an_instance_that_asks_for_something_unknown_is_left_as_it_is() {
    let mut node = Node::new();
    let (_, mut events) = node.start(1).await;
    for event in &mut events {
        if let SagaEvent::StepStarted(begun) = event {
            begun.request.name = ActivityName::new("engrave").unwrap();
        }
    }
    let heard = node.store("delivery/17", &events).await;
    node.inbox.put(&key(), news(heard, 2));

    node.drive().await;

    assert!(node.driver.agenda.knows(&key(), news(heard, 2)), "it waits for another look");
    let stored = node.log.stream_page(&"delivery/17".parse().unwrap(), Cursor::START, 9).await;
    assert_eq!(stored.unwrap().len(), events.len());
}

/// News that come during a drive are taken out of the inbox for it.
#[tokio::test]
async fn news_that_come_while_a_drive_fails_do_not_wait_for_its_pause() {
    let mut node = Node::new();
    node.inbox.put(&key(), news(NOTHING, 1));
    node.driver.begin_those_that_may_go();
    node.inbox.put(&key(), news(NOTHING, 2));
    node.driver.tell_those_under_way();

    node.let_go().await;

    assert!(node.begins_something());
}

#[tokio::test]
async fn what_is_due_waits_for_room_in_the_inbox() {
    let mut node = Node::new();
    let other = |nth: usize| StreamKey::new(nth.to_string()).unwrap();
    assert!((0..Inbox::MOST).all(|nth| node.inbox.put(&other(nth), news(NOTHING, 1))));
    let past = Timestamp::from_unix_micros(0);
    node.driver.agenda.put(StreamKey::new("due").unwrap(), past, news(NOTHING, 1));

    node.driver.wake_due();

    assert!(!node.inbox.take_overflow(), "nothing was lost");
    assert!(node.driver.agenda.first().is_some(), "it waits");
}

#[tokio::test]
async fn an_instance_whose_slot_comes_just_after_it_was_left_to_others_is_taken_up() {
    let mut node = Node::new();
    let (_, events) = node.start(1).await;
    node.store("delivery/17", &events).await;
    node.slots.send_replace(Held::default());
    node.driver.begin(key(), news(Position(1), 2));
    let left = node.driver.tasks.join_next().await.unwrap();

    node.slots.send_replace(all_slots());
    node.driver.let_go(left);

    assert_eq!(node.inbox.take().map(|(key, _)| key), Some(key()));
}

#[tokio::test]
async fn an_instance_in_the_slot_of_another_node_is_left_to_it() {
    let mut node = Node::new();
    let (_, events) = node.start(1).await;
    node.store("delivery/17", &events).await;
    node.slots.send_replace(Held::default());

    node.driver.begin(key(), news(Position(1), 2));
    node.let_go().await;

    assert_eq!(node.inbox.take(), None);
    assert_eq!(node.driver.agenda.first(), None);
}

#[tokio::test]
async fn an_instance_of_a_newer_version_is_looked_at_again_only_while_it_goes_on() {
    for (ends, is_looked_at) in [(false, true), (true, false)] {
        let mut node = Node::new();
        let (instance, mut events) = node.start(2).await;
        if ends {
            let crate::process::Next::Perform(call) = instance.next() else { panic!("it ships") };
            let (attempt, answer) = (call.attempt, Answer::done());
            let answered = Input::Answered { attempt, answer };
            match instance.decide(&plan(2), answered, Timestamp::now()).unwrap() {
                Reaction::Changed { events: ended, .. } => events.extend(ended),
                Reaction::Ignored(reason) => panic!("{reason}"),
            }
        }
        node.store("delivery/17", &events).await;
        node.inbox.put(&key(), news(Position(1), 2));

        node.drive().await;

        assert_eq!(node.driver.agenda.first().is_some(), is_looked_at);
    }
}

#[tokio::test]
async fn what_is_under_way_is_looked_at_again_after_news_had_no_room() {
    let mut node = Node::new();
    node.driver.begin(key(), news(NOTHING, 1));
    let others = (0..).map(|nth| StreamKey::new(format!("other-{nth}")).unwrap());
    let put = |key: &StreamKey| node.inbox.put(key, news(NOTHING, 1));
    others.take_while(put).for_each(drop);
    while node.inbox.take().is_some() {}

    node.driver.make_up_for_lost_news();

    assert!(node.driver.active[&key()].is_told());
}

#[tokio::test]
async fn news_of_an_end_begin_nothing() {
    let mut node = Node::new();
    node.inbox.put(&key(), News { is_at_rest: true, ..news(Position(1), 4) });

    assert!(!node.begins_something());
}
