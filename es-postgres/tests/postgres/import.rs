//! Many appends at once: all of them, each as a whole, those to a stream in their order.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use es_core::prelude::*;
use es_core::{AppendError, Condition, EventName, EventTag, Query, StreamAppend};
use es_postgres::{ImportError, Imported, PgStore};
use futures_util::StreamExt;
use futures_util::stream::{self, Stream};
use tokio::sync::{Notify, mpsc};

use crate::support::{Fixture, append, event, exact, fixture, item, part, tagged};

fn source(appends: Vec<Append>) -> impl Stream<Item = Result<Append, Infallible>> {
    stream::iter(appends).map(Ok)
}

async fn import(fixture: &Fixture, appends: Vec<Append>) -> Result<Imported, ImportError> {
    fixture.store.import(source(appends), |_| ()).await
}

/// Rounds of appends to so many streams, three events in each, numbered from stream to stream. Every
/// second append says which version it expects.
fn history(streams: u64, rounds: u64) -> Vec<Append> {
    let mut appends = Vec::new();
    for round in 0..rounds {
        for nth in 0..streams {
            let expected =
                if (round + nth) % 2 == 0 { exact(round * 3) } else { ExpectedVersion::Any };
            let events = (0..3).map(|place| event(&(round * 3 + place).to_string())).collect();
            let to = crate::support::stream(&format!("s{nth}"));
            appends.push(Append::to(to, expected, events).unwrap());
        }
    }
    appends
}

/// Streams whose events do not stand in the order in which they were numbered.
const OUT_OF_ORDER: &str =
    "SELECT count(*) FROM es.events WHERE payload::text::bigint <> version - 1";
const EVENTS: &str = "SELECT count(*) FROM es.events";
/// Appends of three events that are not there as a whole.
const TORN: &str = "SELECT count(*) FROM (SELECT 1 FROM es.events
                     GROUP BY stream, (version - 1) / 3 HAVING count(*) <> 3) torn";

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_stored_and_each_stream_in_its_order() {
    for (streams, rounds) in [(400, 5), (7, 200), (1, 1000)] {
        let fixture = fixture().await;
        let mut progress = Vec::new();

        let imported = fixture
            .store
            .import(source(history(streams, rounds)), |so_far| progress.push(*so_far))
            .await
            .unwrap();

        assert_eq!(imported.appends, streams * rounds);
        assert_eq!(imported.events, streams * rounds * 3);
        assert_eq!(imported.already, 0);
        assert_eq!(progress.last(), Some(&imported));
        assert!(progress.len() > 1);
        assert!(progress.is_sorted_by(|a, b| a.appends < b.appends && a.events < b.events));
        assert_eq!(fixture.number(EVENTS).await, imported.events.cast_signed());
        assert_eq!(fixture.number(OUT_OF_ORDER).await, 0);
        let last = fixture.number("SELECT max(position) FROM es.events").await;
        assert_eq!(imported.position, Some(Position(last.cast_unsigned())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_again_it_is_all_there_already() {
    let fixture = fixture().await;
    let history = history(20, 20);
    let first = import(&fixture, history.clone()).await.unwrap();

    let again = import(&fixture, history).await.unwrap();

    assert_eq!(again.already, again.appends);
    assert_eq!((again.events, again.position), (first.events, first.position));
    assert_eq!(fixture.number(EVENTS).await, first.events.cast_signed());
}

/// Each takes other runs of appends together.
#[tokio::test(flavor = "multi_thread")]
async fn two_imports_of_one_history_at_once_store_it_once() {
    let fixture = fixture().await;
    let history = history(5, 100);
    let [one, other] = [fixture.store.clone(), PgStore::new(fixture.pool.clone())].map(|store| {
        let history = history.clone();
        tokio::spawn(async move { store.import(source(history), |_| ()).await })
    });

    let (one, other) = (one.await.unwrap().unwrap(), other.await.unwrap().unwrap());

    assert_eq!(one.already + other.already, 500);
    assert_eq!(fixture.number(EVENTS).await, 1500);
    assert_eq!(fixture.number(OUT_OF_ORDER).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_on_the_way_it_leaves_whole_appends_and_goes_on_where_it_was() {
    let fixture = fixture().await;
    let history = history(30, 60);
    for given in [1, 31, 500, 700, 1100, 1700] {
        let dry = Arc::new(Notify::new());
        let runs_dry = Arc::clone(&dry);
        // Everything that was taken is on its way when the source says that it has no more yet.
        let part = source(history[..given].to_vec()).chain(stream::once(async move {
            runs_dry.notify_one();
            std::future::pending().await
        }));

        tokio::select! {
            imported = fixture.store.import(part, |_| ()) => panic!("{imported:?}"),
            () = dry.notified() => {}
        }

        assert_eq!(fixture.number(TORN).await, 0);
        assert_eq!(fixture.number(OUT_OF_ORDER).await, 0);
    }
    let there = fixture.number(EVENTS).await;

    let imported = import(&fixture, history).await.unwrap();

    assert!(there > 0);
    assert!(imported.already >= there.cast_unsigned() / 3);
    assert!(imported.already < imported.appends);
    assert_eq!(fixture.number(EVENTS).await, 30 * 60 * 3);
    assert_eq!(fixture.number(OUT_OF_ORDER).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_conflict_ends_it_and_everything_before_is_stored() {
    let fixture = fixture().await;
    let mut history = history(30, 40);
    history[610] = append("s10", exact(7), 1);

    let error = import(&fixture, history).await.unwrap_err();

    assert_eq!(error.imported().appends, 610);
    assert_eq!(error.imported().events, 610 * 3);
    let ImportError::Append { number: 611, stream, source, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(stream, crate::support::stream("s10"));
    assert!(matches!(*source, AppendError::Conflict(c) if c.actual == Version(60)));
    assert_eq!(fixture.versions("s10").await.len(), 60, "nothing after it in its stream");
    assert!(fixture.number(EVENTS).await >= 610 * 3);
    assert_eq!(fixture.number(TORN).await, 0);
    assert_eq!(fixture.number(OUT_OF_ORDER).await, 0);
}

/// In a run of appends to one stream, which goes out as one.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_taken_ends_it_at_its_append() {
    let fixture = fixture().await;
    let mut history = history(1, 100);
    let taken = event("{}");
    let elsewhere = Append::to(crate::support::stream("b"), exact(0), vec![taken.clone()]);
    import(&fixture, vec![elsewhere.unwrap()]).await.unwrap();
    let to = crate::support::stream("s0");
    history[50] = Append::to(to, ExpectedVersion::Any, vec![taken.clone()]).unwrap();

    let error = import(&fixture, history).await.unwrap_err();

    assert_eq!(error.imported().appends, 50);
    let ImportError::Append { number: 51, source, .. } = error else { panic!("{error:?}") };
    assert!(matches!(*source, AppendError::DuplicateEvent { id } if id == taken.id));
    assert_eq!(fixture.versions("s0").await.len(), 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_is_in_the_source_twice_is_stored_once() {
    let fixture = fixture().await;
    let mut history = history(1, 20);
    history.insert(10, history[3].clone());

    let imported = import(&fixture, history).await.unwrap();

    assert_eq!((imported.appends, imported.already), (21, 1));
    assert_eq!(fixture.versions("s0").await.len(), 60);
    assert_eq!(fixture.number(OUT_OF_ORDER).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_to_several_streams_and_on_conditions_have_their_place_in_the_order() {
    let fixture = fixture().await;
    let query = || Query::new(vec![item(&[], &["seat:1"])]).unwrap();
    let takes_seat = |key: &str| {
        let to = crate::support::stream(key);
        let events = vec![tagged("taken", &["seat:1"])];
        Append::new(vec![StreamAppend::new(to, ExpectedVersion::Any, events)]).unwrap()
    };
    let mut appends = Vec::new();
    for round in 0..30 {
        appends.push(append("a", exact(round * 3), 1));
        appends.push(append("b", ExpectedVersion::Any, 1));
        appends.push(
            Append::new(vec![
                part("a", exact(round * 3 + 1), 1),
                part("b", exact(round * 2 + 1), 1),
            ])
            .unwrap(),
        );
        appends.push(append("a", ExpectedVersion::Any, 1));
    }
    appends.push(takes_seat("a"));
    appends.push(takes_seat("c").with_condition(Condition::new(query(), Position(0))));

    let error = import(&fixture, appends).await.unwrap_err();

    let ImportError::Append { number: 122, source, imported, .. } = error else {
        panic!("{error:?}");
    };
    assert!(matches!(*source, AppendError::Condition(_)));
    assert_eq!((imported.appends, imported.events), (121, 151));
    assert_eq!(fixture.versions("a").await.len(), 91);
    assert_eq!(fixture.versions("b").await.len(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_ends_it_and_what_it_gave_is_stored() {
    let fixture = fixture().await;
    let broken = stream::iter(history(10, 70)).map(Ok).chain(stream::iter([Err("torn tape")]));

    let error = fixture.store.import(broken, |_| ()).await.unwrap_err();

    let ImportError::Source { imported, source, .. } = error else { panic!("{error:?}") };
    assert_eq!(imported.appends, 700);
    assert_eq!(source.to_string(), "torn tape");
    assert_eq!(fixture.number(EVENTS).await, 2100);
}

/// Whoever gives the next append only when the last one is stored waits for nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_waits_for_progress_is_stored_as_it_comes() {
    let fixture = fixture().await;
    let (stored, mut so_far) = mpsc::unbounded_channel();
    let one_by_one = stream::unfold((0, &mut so_far), |(nth, so_far)| async move {
        if nth > 0 {
            assert_eq!(so_far.recv().await, Some(nth));
        }
        let next = append("a", exact(nth), 1);
        (nth < 20).then_some((Ok::<_, Infallible>(next), (nth + 1, so_far)))
    });
    let one_by_one = pin!(one_by_one);

    let imported =
        fixture.store.import(one_by_one, |done| stored.send(done.appends).unwrap()).await.unwrap();

    assert_eq!(imported.appends, 20);
}

/// The instant so many minutes after the beginning of 2019.
fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_546_300_800_000_000 + minutes * 60_000_000 + 7)
}

/// A history of so many streams, one event in each append, in the order of their instants.
fn dated(streams: i64, appends: i64) -> Vec<Append> {
    let one = |nth: i64| {
        let to = crate::support::stream(&format!("s{}", nth % streams));
        let event = event(&nth.to_string()).with_recorded_at(minute(nth));
        Append::to(to, exact((nth / streams).cast_unsigned()), vec![event]).unwrap()
    };
    (0..appends).map(one).collect()
}

/// Events whose instant is not that of their number.
const OTHER_TIMES: &str = "SELECT count(*) FROM es.events
     WHERE recorded_at <> timestamptz '2019-01-01 00:00:00.000007Z' + payload::text::bigint * interval '1 minute'";
/// Events that stand in the log before one of a lower number.
const LOG_OUT_OF_ORDER: &str = "SELECT count(*) FROM (
    SELECT payload::text::bigint - lag(payload::text::bigint) OVER (ORDER BY position) AS step
      FROM es.events) steps WHERE step < 0";

#[tokio::test(flavor = "multi_thread")]
async fn every_event_keeps_its_instant() {
    let fixture = fixture().await;

    let imported = import(&fixture, dated(17, 2_000)).await.unwrap();

    assert_eq!(imported.events, 2_000);
    assert_eq!(fixture.number(EVENTS).await, 2_000);
    assert_eq!(fixture.number(OTHER_TIMES).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_across_streams_can_be_kept() {
    let fixture = fixture().await;
    let history = dated(17, 2_000);
    let import =
        async || fixture.store.import_in_order(source(history.clone()), |_| ()).await.unwrap();

    let imported = import().await;
    let again = import().await;

    assert_eq!((imported.appends, imported.already), (2_000, 0));
    assert_eq!((again.appends, again.already), (2_000, 2_000));
    assert_eq!(imported.position, again.position);
    assert_eq!(fixture.number(LOG_OUT_OF_ORDER).await, 0);
    assert_eq!(fixture.number(OTHER_TIMES).await, 0);
}

/// One alone, appends to several streams, and one that is too large for a statement.
#[tokio::test(flavor = "multi_thread")]
async fn appends_of_every_form_keep_their_place_in_the_order() {
    let fixture = fixture().await;
    let numbered = |from: i64, count: i64| -> Vec<NewEvent> {
        (from..from + count)
            .map(|nth| event(&nth.to_string()).with_recorded_at(minute(nth)))
            .collect()
    };
    let to = crate::support::stream;
    let part = |key: &str, events| StreamAppend::new(to(key), ExpectedVersion::Any, events);
    let history = vec![
        Append::to(to("a"), ExpectedVersion::NoStream, numbered(0, 1)).unwrap(),
        Append::to(to("b"), ExpectedVersion::NoStream, numbered(1, 2)).unwrap(),
        Append::new(vec![part("a", numbered(3, 2)), part("b", numbered(5, 1))]).unwrap(),
        Append::to(to("a"), ExpectedVersion::Any, numbered(6, 5_000)).unwrap(),
        Append::to(to("c"), ExpectedVersion::Any, numbered(5_006, 1)).unwrap(),
        Append::to(to("a"), exact(5_003), numbered(5_007, 1)).unwrap(),
    ];

    let imported = fixture.store.import_in_order(source(history), |_| ()).await.unwrap();

    assert_eq!(imported.events, 5_008);
    assert_eq!(fixture.number(LOG_OUT_OF_ORDER).await, 0);
    assert_eq!(fixture.number(OTHER_TIMES).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_order_nothing_is_stored_behind_an_append_that_is_refused() {
    let fixture = fixture().await;
    let mut history = dated(5, 600);
    history[333] = append("s3", exact(7), 1);

    let error = fixture.store.import_in_order(source(history), |_| ()).await.unwrap_err();

    assert_eq!(error.imported().appends, 333);
    assert!(matches!(error, ImportError::Append { number: 334, .. }), "{error:?}");
    assert_eq!(fixture.number(EVENTS).await, 333);
    assert_eq!(fixture.number(LOG_OUT_OF_ORDER).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_that_goes_back_along_its_stream_ends_it_by_name() {
    for in_order in [false, true] {
        let fixture = fixture().await;
        let mut history = dated(5, 600);
        let early = event("333").with_recorded_at(minute(2));
        history[333] = Append::to(crate::support::stream("s3"), exact(66), vec![early]).unwrap();

        let error = if in_order {
            fixture.store.import_in_order(source(history), |_| ()).await.unwrap_err()
        } else {
            import(&fixture, history).await.unwrap_err()
        };

        let ImportError::Append { number: 334, source, .. } = error else { panic!("{error:?}") };
        let AppendError::TimeGoesBack { stream, at, last, .. } = *source else {
            panic!("{source:?}")
        };
        assert_eq!(stream, crate::support::stream("s3"));
        assert_eq!((at, last), (minute(2), minute(328)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_that_is_yet_to_come_is_refused() {
    let fixture = fixture().await;
    let tomorrow = Timestamp::from_unix_micros(Timestamp::now().unix_micros() + 86_400_000_000);
    let to = crate::support::stream("a");
    let history =
        vec![Append::to(to, exact(0), vec![event("0").with_recorded_at(tomorrow)]).unwrap()];

    let error = import(&fixture, history).await.unwrap_err();

    let ImportError::Append { source, .. } = error else { panic!("{error:?}") };
    assert!(matches!(*source, AppendError::TimeToCome { at, .. } if at == tomorrow), "{source:?}");
    assert_eq!(fixture.number(EVENTS).await, 0);
}

/// The service's own events go on beside an import, with the time of the clock.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_an_import_has_the_time_of_the_clock() {
    let fixture = fixture().await;
    import(&fixture, dated(1, 3)).await.unwrap();

    let appended = fixture.store.append(append("s0", exact(3), 1)).await.unwrap();

    assert!(appended.streams[0].recorded_at > minute(3));
    let stream = crate::support::stream("s0");
    let stored = fixture.store.stream_page(&stream, Cursor::START, 9).await.unwrap();
    assert_eq!(stored[2].recorded_at, minute(2));
    assert_eq!(stored[3].recorded_at, appended.streams[0].recorded_at);
}

/// The number of changes that a process knows is what its statements go by, here as everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn appends_in_order_share_statements_once_a_tag_is_complete() {
    let fixture = fixture().await;
    let tag = EventTag::new(EventName::new("numbered").unwrap(), "number");
    assert_eq!(fixture.store.missing_tag(&[tag]).await.unwrap(), None);

    let history = source(history(50, 2));
    let imported = fixture.store.import_in_order(history, |_| ()).await.unwrap();

    assert_eq!(imported.appends, 100);
    let statements = fixture.number("SELECT count(DISTINCT xmin::text) FROM es.events").await;
    assert!(statements <= 10, "{statements} statements for 100 appends");
}
