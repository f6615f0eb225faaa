//! Tags of stored events: a call that is dropped half way.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{EventName, EventTag, Query, RecordedEvent, RetagStore, TaggedEvent};
use es_postgres::PgStore;
use tokio::time::sleep;

use crate::support::{Fixture, fixture, item, stream};

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
