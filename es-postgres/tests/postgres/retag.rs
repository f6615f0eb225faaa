//! Tags of stored events: a call that is dropped half way.

use std::convert::Infallible;
use std::error::Error;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{
    Actor, EventName, EventTag, Query, Reason, RecordedEvent, Retag, RetagStore, Rewrite,
    SelectedPage, Selection, StoreError, StoreErrorKind, TaggedEvent, TaggedPosition, Transform,
    TransformStore,
};
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use es_postgres::sqlx::{self, Executor};
use tokio::time::{sleep, timeout};

use crate::support::{Fixture, append, event, fixture, item, stream};

const STORED: usize = 450;

/// The events of the first release.
mod first {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "enrolled")]
    pub(crate) struct Enrolled {
        #[event(tag)]
        pub(crate) course: String,
        pub(crate) student: String,
    }
}

/// The second release finds a student as well.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "enrolled")]
struct Enrolled {
    #[event(tag, home)]
    course: String,
    #[event(tag)]
    student: String,
}

/// A log that the first release has written.
async fn released() -> Fixture {
    let fixture = fixture().await;
    let new = (0..STORED).map(|nth| {
        let enrolled = first::Enrolled { course: "rust".into(), student: format!("s{nth}") };
        TaggedEvent::from(enrolled).to_new(Metadata::default()).unwrap()
    });
    let append = Append::to(stream("a"), ExpectedVersion::NoStream, new.collect()).unwrap();
    fixture.store.append(append).await.unwrap();
    fixture
}

/// The positions that a call has told, and true if it was over before it was dropped.
async fn retag(store: &PgStore, polls: usize) -> (Vec<Position>, bool) {
    let mut told = Vec::new();
    let is_over = {
        let mut call = pin!(store.retag::<Enrolled>(|progress| told.push(progress.through)));
        let mut is_over = false;
        for _ in 0..polls {
            let polled = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
            if let Poll::Ready(done) = polled {
                done.unwrap();
                is_over = true;
                break;
            }
            sleep(Duration::from_millis(1)).await;
        }
        is_over
    };
    (told, is_over)
}

async fn is_missing(store: &PgStore) -> bool {
    let tag = EventTag::new(EventName::of::<Enrolled>(), "student");
    store.missing_tag(&[tag]).await.unwrap().is_some()
}

async fn log(store: &PgStore) -> Vec<RecordedEvent> {
    store.log_page(Cursor::START, 1000).await.unwrap().events
}

async fn all_are_found(store: &PgStore) {
    for nth in 0..STORED {
        let query = Query::new(vec![item(&["enrolled"], &[&format!("student:s{nth}")])]).unwrap();
        let found = store.query_page(&query, Position::START, 9).await.unwrap().events;
        assert_eq!(found.len(), 1, "s{nth}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retag_that_is_dropped_goes_on_where_it_was() {
    let fixture = released().await;
    let before = log(&fixture.store).await;

    // A process that is ended after its first page, and the one that is started instead.
    let mut first = Vec::new();
    {
        let mut call = pin!(fixture.store.retag::<Enrolled>(|told| first.push(told.through)));
        poll_until_one_page_is_told(&fixture, &mut call).await;
    }
    let is_missing_half_way = is_missing(&PgStore::new(fixture.pool.clone())).await;
    let mut second = Vec::new();
    let done = PgStore::new(fixture.pool.clone())
        .retag::<Enrolled>(|told| second.push(told.through))
        .await
        .unwrap();

    assert!(is_missing_half_way, "a decision would overlook what is not written yet");
    assert!(first.last() < second.first(), "a page was written twice: {first:?} {second:?}");
    assert!(done.events < STORED as u64, "{} events: it began anew", done.events);
    all_are_found(&fixture.store).await;
    assert!(!is_missing(&fixture.store).await);
    assert_eq!(log(&fixture.store).await, before);
}

/// Looks at the state of the store, since the call has its progress to itself.
async fn poll_until_one_page_is_told(fixture: &Fixture, call: &mut (impl Future + Unpin)) {
    let written = "SELECT count(*) FROM es.tags WHERE tag LIKE 'student:%'";
    while fixture.number(written).await == 0 {
        let mut call = Pin::new(&mut *call);
        let is_over = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await;
        assert!(!is_over, "it was over at once");
        sleep(Duration::from_millis(1)).await;
    }
}

/// At each point where it waits: whatever is dropped there leaves whole pages.
#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_dropped_at_any_point_write_no_page_twice_and_overlook_none() {
    let fixture = released().await;
    let mut through = Position::START;
    let mut is_over = false;

    'calls: for polls in 1..2000 {
        let (told, ended) = retag(&fixture.store, polls).await;
        for position in told {
            // The end of a call that was dropped came through: all is written, and this one begins anew.
            if position <= through && !is_missing(&fixture.store).await {
                is_over = true;
                break 'calls;
            }
            assert!(position > through, "{position} was written before, {through} as well");
            through = position;
        }
        is_over = ended;
        if is_over {
            break;
        }
    }

    assert!(is_over, "2000 polls do not end it");
    all_are_found(&fixture.store).await;
    assert!(!is_missing(&fixture.store).await);
}

/// A store whose sessions may wait for a lock for a minute, if nobody says otherwise.
async fn patient(fixture: &Fixture) -> PgStore {
    let address: PgConnectOptions = fixture.database.url().parse().unwrap();
    let options = PgPoolOptions::new().max_connections(3);
    let pool = options.connect_with(address.options([("lock_timeout", "1min")])).await.unwrap();
    PgStore::new(pool)
}

/// Ten, while somebody waits; beside the streams that are held.
async fn appends_go_on(fixture: &Fixture) {
    for nth in 0..10 {
        let key = format!("other-{nth}");
        let other = fixture.put(&key, ExpectedVersion::Any, 1);
        timeout(Duration::from_secs(15), other).await.expect("it is not held up").unwrap();
    }
}

/// The tag waits for an append of the service that is open; whoever comes later does not wait behind it.
#[tokio::test(flavor = "multi_thread")]
async fn appends_go_on_while_a_new_tag_waits_for_one_that_is_open() {
    let fixture = fixture().await;
    let store = patient(&fixture).await;
    let mut open = fixture.pool.begin().await.unwrap();
    let held = append("held", ExpectedVersion::Any, 1);
    fixture.store.append_within(&mut open, held).await.unwrap();
    let asking = tokio::spawn(async move { is_missing(&store).await });
    fixture.until_waiting(1).await;

    appends_go_on(&fixture).await;

    open.commit().await.unwrap();
    assert!(!asking.await.unwrap(), "nothing is stored without");
}

/// A page of events has many streams, and waits for one of them with the locks of others.
#[tokio::test(flavor = "multi_thread")]
async fn appends_go_on_while_a_page_of_tags_waits_for_a_stream() {
    let fixture = fixture().await;
    let store = patient(&fixture).await;
    for key in (0..10).map(|nth| format!("other-{nth}")).chain(["held".to_owned()]) {
        let enrolled = first::Enrolled { course: "rust".into(), student: key.clone() };
        let new = TaggedEvent::from(enrolled).to_new(Metadata::default()).unwrap();
        let append = Append::to(stream(&key), ExpectedVersion::NoStream, vec![new]).unwrap();
        fixture.store.append(append).await.unwrap();
    }
    let mut holder = fixture.pool.acquire().await.unwrap();
    let lock = "SELECT pg_advisory_lock(1163067393, hashtext('account/held'))";
    holder.execute(lock).await.unwrap();
    let writing = tokio::spawn(async move { store.retag::<Enrolled>(|_| ()).await });
    fixture.until_waiting(1).await;

    appends_go_on(&fixture).await;

    holder.execute("SELECT pg_advisory_unlock_all()").await.unwrap();
    assert_eq!(writing.await.unwrap().unwrap().events, 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_a_new_tag_is_told_what_it_waits_for() {
    let fixture = fixture().await;
    let mut open = fixture.pool.begin().await.unwrap();
    sqlx::query("SET LOCAL application_name = 'billing'").execute(&mut *open).await.unwrap();
    let held = append("held", ExpectedVersion::Any, 1);
    fixture.store.append_within(&mut open, held).await.unwrap();

    let tag = EventTag::new(EventName::of::<Enrolled>(), "student");
    let tags = [tag];
    let asked = timeout(Duration::from_mins(1), fixture.store.missing_tag(&tags)).await;
    let refused = asked.expect("it is answered in time").unwrap_err();

    assert_eq!(refused.kind(), StoreErrorKind::Contention);
    let text = refused.source().expect("a reason").to_string();
    assert!(text.contains("application_name: billing; idle in transaction"), "{text}");
    open.commit().await.unwrap();
    assert!(!is_missing(&fixture.store).await);
}

/// A store in which a stream is transformed in the moment in which its first page was read.
#[derive(Clone)]
struct Outrun {
    store: PgStore,
    archive: Arc<OnceLock<StreamId>>,
}

impl es_core::EventStoreDecorator for Outrun {
    type Inner = PgStore;

    fn inner(&self) -> &PgStore {
        &self.store
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        let page = self.store.select_page(selection, after, limit).await?;
        if self.archive.get().is_none() {
            self.archive.set(without_the_first(&self.store).await).unwrap();
        }
        Ok(page)
    }
}

impl RetagStore for Outrun {
    async fn begin_retag(&self, retag: &Retag) -> Result<Position, StoreError> {
        self.store.begin_retag(retag).await
    }

    async fn write_tags(
        &self,
        retag: &Retag,
        events: &[TaggedPosition],
        through: Position,
    ) -> Result<(), StoreError> {
        self.store.write_tags(retag, events, through).await
    }

    async fn end_retag(&self, retag: &Retag) -> Result<(), StoreError> {
        self.store.end_retag(retag).await
    }
}

/// A stream with an event of the first release, and one of another type.
async fn with_another() -> Fixture {
    let fixture = fixture().await;
    let enrolled = first::Enrolled { course: "rust".into(), student: "ada".into() };
    let enrolled = TaggedEvent::from(enrolled).to_new(Metadata::default()).unwrap();
    let both = vec![enrolled, event("{}")];
    let append = Append::to(stream("a"), ExpectedVersion::NoStream, both).unwrap();
    fixture.store.append(append).await.unwrap();
    fixture
}

/// Has that stream go on without its first event, which stays in the archive.
async fn without_the_first(store: &PgStore) -> StreamId {
    let (actor, reason) = (Actor::new("mia").unwrap(), Reason::new("a test").unwrap());
    let without = Transform::new(stream("a"), actor, reason);
    let transformed = store.transform(without, |stored| {
        let is_first = stored.version == Version(1);
        Ok::<_, Infallible>(if is_first { Rewrite::Drop } else { Rewrite::Keep })
    });
    transformed.await.unwrap().archive
}

/// A query finds nothing of an archive, whatever a page says that was read before.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_archived_beside_a_retag_is_found_under_no_tag() {
    let fixture = with_another().await;
    let outrun = Outrun { store: fixture.store.clone(), archive: Arc::default() };

    outrun.retag::<Enrolled>(|_| {}).await.unwrap();

    let archive = outrun.archive.get().expect("it was transformed");
    assert_eq!(fixture.store.stream_tags(archive).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_an_archive_makes_no_tag_missing() {
    let fixture = with_another().await;

    without_the_first(&fixture.store).await;

    assert!(!is_missing(&fixture.store).await);
}
