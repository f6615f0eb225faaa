//! Plays a story on a store and on the plain model, and compares every answer.

use std::fmt;
use std::time::Duration;

use es_core::{
    Actor, Append, AppendError, Appended, Category, Checkpoint, Condition, Cursor, EventName,
    EventStore, EventStoreExt, ExpectedVersion, Fingerprint, Incarnation, InvalidAppend, Metadata,
    NewEvent, Payload, Position, Query, QueryItem, RawEvent, RecordedEvent, ResumeError,
    SchemaVersion, Snapshot, StreamAppend, StreamId, StreamKey, Tag, Version,
};
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseResult, TestRunner};
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use super::plain::Plain;
use super::story::{self, Direction, Drawn, Expected, Item, New, Part, Place, Rests, Step, Story};

/// Draws stories and plays them one after another; the shortest that fails is told.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a story is played by a closure written in place"
)]
pub(crate) fn drawn<T: fmt::Debug>(
    runtime: &Runtime,
    cases: u32,
    source: &'static str,
    stories: &impl Strategy<Value = T>,
    play: impl AsyncFn(&T) -> TestCaseResult,
) {
    let beside_the_test = FileFailurePersistence::WithSource("regressions");
    let config = Config {
        source_file: Some(source),
        failure_persistence: Some(Box::new(beside_the_test)),
        ..Config::with_cases(cases)
    };
    let played = TestRunner::new(config).run(stories, |story| runtime.block_on(play(&story)));
    if let Err(failure) = played {
        panic!("{failure}");
    }
}

/// Plays what is `told` on streams whose keys begin with `name`; they are empty, the log need not be.
pub(crate) async fn play<S: EventStore>(store: &S, name: &str, told: &Story) -> TestCaseResult {
    let page = store.log_page(Cursor::START, 0).await?;
    let mut played = Played {
        store,
        name,
        plain: Plain::default(),
        sent: Vec::new(),
        events: 0,
        beginning: page.head,
        incarnation: page.incarnation,
    };
    for step in &told.0 {
        played.step(step).await?;
    }
    played.read_everything().await
}

struct Played<'a, S> {
    store: &'a S,
    name: &'a str,
    plain: Plain,
    sent: Vec<Append>,
    /// How many were made, so that each has its own payload.
    events: usize,
    /// What stands up to here is of another story.
    beginning: Position,
    incarnation: Incarnation,
}

impl<S: EventStore> Played<'_, S> {
    async fn step(&mut self, step: &Step) -> TestCaseResult {
        match step {
            Step::Append(drawn) => match self.drawn(drawn)? {
                Some(append) => self.send(append).await,
                None => Ok(()),
            },
            Step::MeetAtOnce { appends, first_twice } => self.meet(appends, *first_twice).await,
            Step::SendAgain { append } if !self.sent.is_empty() => {
                self.send(append.get(&self.sent).clone()).await
            }
            Step::ReadStream { stream, direction, from, limit } => {
                let cursor = cursor(*direction, Version(*from));
                self.read_stream(&self.stream(*stream), cursor, *limit).await
            }
            Step::ReadLog { direction, from, limit } => {
                self.read_log(cursor(*direction, self.position(*from)), *limit).await
            }
            Step::Ask { items, after, limit } => {
                self.ask(&query(items), self.position(*after), *limit).await
            }
            Step::Resume { from, limit } => self.resume(self.position(*from), *limit).await,
            Step::ResumeElsewhere { from } => {
                let checkpoint = Checkpoint::new(Incarnation::generate(), self.position(*from));
                let answer = self.store.resume_log(checkpoint, 1).await;
                let refused = matches!(answer, Err(ResumeError::OtherLog { .. }));
                prop_assert!(refused, "a checkpoint of another log: {answer:?}");
                Ok(())
            }
            Step::KeepSnapshot { event, shape, keep } => {
                self.keep_snapshot(*event, Fingerprint(*shape), *keep).await
            }
            Step::LoadSnapshot { stream, shape, at_most, limit } => {
                let stream = self.stream(*stream);
                self.load_snapshot(&stream, Fingerprint(*shape), Version(*at_most), *limit).await
            }
            Step::SendAgain { .. } => Ok(()),
        }
    }

    /// The append that is drawn; `None` if it would hold an event twice.
    fn drawn(&mut self, drawn: &Drawn) -> Result<Option<Append>, TestCaseError> {
        let parts: Vec<_> = drawn.parts.iter().map(|part| self.part(part)).collect();
        let append = match Append::new(parts.clone()) {
            Ok(append) => append,
            Err(InvalidAppend::EventTwice { id }) => {
                let events = parts.iter().flat_map(|part| &part.events);
                let times = events.filter(|event| event.id == id).count();
                prop_assert!(times > 1, "an append is refused for an id that is in it once");
                return Ok(None);
            }
            Err(other) => return Err(TestCaseError::fail(format!("no append: {other}"))),
        };
        let append = match &drawn.condition {
            Some(rests) => append.with_condition(self.condition(rests)),
            None => append,
        };
        self.sent.push(append.clone());
        Ok(Some(append))
    }

    async fn send(&mut self, append: Append) -> TestCaseResult {
        let end = self.position(Place::End);
        let answer = self.store.append(append.clone()).await;
        self.plain.take(&append, &answer).map_err(TestCaseError::fail)?;
        let stored = answer.into_iter().filter(|answer| !answer.already);
        let places: Vec<_> = stored.flat_map(|answer| answer.streams).collect();
        let mut places = places.iter().flat_map(|stored| &stored.positions);
        prop_assert!(places.all(|place| *place > end), "positions rise");
        Ok(())
    }

    /// Sends all of them at once, so that a store may put them together. Their answers are those of some
    /// order.
    async fn meet(&mut self, appends: &[Drawn], first_twice: bool) -> TestCaseResult {
        let drawn = appends.iter().map(|append| self.drawn(append));
        let drawn: Vec<_> = drawn.collect::<Result<_, _>>()?;
        let mut appends: Vec<_> = drawn.into_iter().flatten().collect();
        let twin = appends.first().filter(|_| first_twice).cloned();
        appends.extend(twin);
        let answers =
            join_all(appends.iter().map(|append| self.store.append(append.clone()))).await;
        let answered: Vec<_> = appends.iter().zip(&answers).collect();
        match in_some_order(&self.plain, &answered) {
            Some(plain) => self.plain = plain,
            None => prop_assert!(false, "in no order: {answers:#?}"),
        }
        Ok(())
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> TestCaseResult {
        let read = self.store.stream_page(stream, cursor, limit).await?;

        let expected = page(self.plain.stream(stream), cursor, limit, |event| event.version);
        prop_assert_eq!(read, expected, "the stream");
        Ok(())
    }

    async fn read_log(&self, cursor: Cursor<Position>, limit: u32) -> TestCaseResult {
        self.until_safe().await?;
        let mut read = self.store.log_page(cursor, limit).await?.events;

        read.retain(|event| event.position > self.beginning);
        let expected = page(self.plain.log(), cursor, limit, |event| event.position);
        prop_assert_eq!(read, expected, "the log");
        Ok(())
    }

    async fn ask(&self, query: &Query, after: Position, limit: u32) -> TestCaseResult {
        let read = self.store.query_page(query, after, limit).await?;

        let found = read.events.into_iter().map(|found| (found.event, found.items));
        let mut expected = self.plain.matching(query, after);
        expected.truncate(limit as usize);
        prop_assert_eq!(found.collect::<Vec<_>>(), expected, "what the query finds");
        Ok(())
    }

    async fn resume(&self, from: Position, limit: u32) -> TestCaseResult {
        self.until_safe().await?;
        let answer = self.store.resume_log(Checkpoint::new(self.incarnation, from), limit).await;

        match answer {
            Ok(read) => {
                prop_assert!(from <= read.head, "a checkpoint ahead of {}", read.head);
                let after = Cursor::After(from);
                let expected = page(self.plain.log(), after, limit, |event| event.position);
                prop_assert_eq!(read.events, expected, "the log from a checkpoint");
            }
            Err(ResumeError::AheadOfLog { head, .. }) => {
                prop_assert!(from > head, "a checkpoint is not ahead of {head}");
                prop_assert!(head >= self.position(Place::End), "the head is behind the log");
            }
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }

    /// Which of two snapshots of one version goes first is open, so there are none.
    async fn keep_snapshot(
        &mut self,
        event: Index,
        shape: Fingerprint,
        keep: u32,
    ) -> TestCaseResult {
        let log = self.plain.log();
        if log.is_empty() {
            return Ok(());
        }
        let last = event.get(&log);
        let kept = self.plain.snapshots(&last.stream);
        if kept.iter().any(|kept| kept.version == last.version && kept.shape != shape) {
            return Ok(());
        }
        self.events += 1;
        let state = format!("{{\"kept\":{}}}", self.events);
        let snapshot = Snapshot::new(shape, last.version, last.position, state);

        self.store.save_snapshot(&last.stream, snapshot.clone(), keep).await?;

        self.plain.keep(&last.stream, snapshot, keep);
        Ok(())
    }

    async fn load_snapshot(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> TestCaseResult {
        let read = self.store.snapshot_page(stream, shape, at_most, limit).await?;

        let mut kept = self.plain.snapshots(stream);
        kept.retain(|kept| kept.shape == shape && kept.version <= at_most);
        let newest = kept.into_iter().max_by_key(|kept| kept.version);
        let after = Cursor::After(newest.as_ref().map_or(Version::NONE, |kept| kept.version));
        prop_assert_eq!(read.snapshot, newest, "the snapshot");
        let expected = page(self.plain.stream(stream), after, limit, |event| event.version);
        prop_assert_eq!(read.events, expected, "what came after it");
        Ok(())
    }

    async fn read_everything(&self) -> TestCaseResult {
        for stream in 0..story::STREAMS {
            self.read_stream(&self.stream(stream), Cursor::START, u32::MAX).await?;
        }
        self.read_log(Cursor::After(self.beginning), u32::MAX).await
    }

    /// Until what was acknowledged is in the log.
    async fn until_safe(&self) -> TestCaseResult {
        let Some(end) = self.plain.positions().last().copied() else {
            return Ok(());
        };
        let complete = async {
            while self.store.log_page(Cursor::START, 0).await?.safe < end {
                sleep(Duration::from_millis(1)).await;
            }
            Ok::<_, TestCaseError>(())
        };
        timeout(Duration::from_secs(10), complete).await?
    }

    fn stream(&self, number: usize) -> StreamId {
        let key = StreamKey::new(format!("{}-{number}", self.name)).expect("a line of text");
        StreamId::new(Category::new("model").expect("a name"), key)
    }

    fn part(&mut self, part: &Part) -> StreamAppend {
        let stream = self.stream(part.stream);
        let expected = match part.expected {
            Expected::Any => ExpectedVersion::Any,
            Expected::NoStream => ExpectedVersion::NoStream,
            Expected::StreamExists => ExpectedVersion::StreamExists,
            Expected::Here => ExpectedVersion::Exact(Version(self.plain.version(&stream))),
            Expected::Exact(version) => ExpectedVersion::Exact(Version(version)),
        };
        let events = part.events.iter().map(|new| self.event(new)).collect();
        StreamAppend::new(stream, expected, events)
    }

    fn event(&mut self, new: &New) -> NewEvent {
        self.events += 1;
        let payload = Payload::parse(format!("{{\"number\":{}}}", self.events)).expect("JSON");
        let raw = RawEvent::new(type_name(new.type_name), SchemaVersion(1), payload);
        let actor = Actor::new(format!("actor {}", self.events)).expect("a line of text");
        let event = NewEvent::new(raw, Metadata::default().with_actor(actor));
        let event = event.with_tags(new.tags.iter().map(|number| tag(*number)).collect());
        match new.known_as {
            Some(nth) if !self.plain.log().is_empty() => {
                event.with_id(nth.get(&self.plain.log()).id)
            }
            _ => event,
        }
    }

    fn condition(&self, rests: &Rests) -> Condition {
        let positions = self.plain.positions();
        let known = rests.known.iter().filter(|_| !positions.is_empty());
        let known = known.map(|nth| *nth.get(&positions)).collect();
        Condition::new(query(&rests.items), self.position(rests.after)).with_known(known)
    }

    fn position(&self, place: Place) -> Position {
        let positions = self.plain.positions();
        match place {
            Place::Event(nth) if !positions.is_empty() => *nth.get(&positions),
            Place::Start | Place::Event(_) => self.beginning,
            Place::End => positions.last().copied().unwrap_or(self.beginning),
            Place::FarBeyond => Position::MAX,
        }
    }
}

/// The model after all of them, in an order in which it gives these answers.
fn in_some_order(
    plain: &Plain,
    answered: &[(&Append, &Result<Appended, AppendError>)],
) -> Option<Plain> {
    if answered.is_empty() {
        return Some(plain.clone());
    }
    (0..answered.len()).find_map(|first| {
        let mut rest = answered.to_vec();
        let (append, answer) = rest.remove(first);
        let mut plain = plain.clone();
        plain.take(append, answer).ok()?;
        in_some_order(&plain, &rest)
    })
}

fn type_name(number: usize) -> EventName {
    EventName::new(format!("type-{number}")).expect("a name")
}

fn tag(number: usize) -> Tag {
    Tag::new("tag", number).expect("a tag")
}

fn query(items: &[Item]) -> Query {
    let items = items.iter().map(|item| {
        let types = item.types.iter().map(|number| type_name(*number)).collect();
        let tags = item.tags.iter().map(|number| tag(*number)).collect();
        QueryItem::new(types, tags).expect("a type or a tag")
    });
    Query::new(items.collect()).expect("an item")
}

fn cursor<P>(direction: Direction, place: P) -> Cursor<P> {
    match direction {
        Direction::Upwards => Cursor::After(place),
        Direction::Downwards => Cursor::Before(place),
    }
}

/// The page of `events`, which rise, that a cursor and a limit ask for.
fn page<P: Ord>(
    mut events: Vec<RecordedEvent>,
    cursor: Cursor<P>,
    limit: u32,
    place: impl Fn(&RecordedEvent) -> P,
) -> Vec<RecordedEvent> {
    match cursor {
        Cursor::After(from) => events.retain(|event| place(event) > from),
        Cursor::Before(from) => {
            events.retain(|event| place(event) < from);
            events.reverse();
        }
    }
    events.truncate(limit as usize);
    events
}
