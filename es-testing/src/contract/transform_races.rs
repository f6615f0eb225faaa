//! A transformation that meets appends, other transformations and callers that give up.

use std::sync::atomic::{AtomicBool, Ordering};

use es_core::{
    AppendError, Cursor, EventId, ExpectedVersion, Position, RecordedEvent, Rewrite, StreamId,
    TransformError, TransformStore, Transformed, Version,
};
use futures_util::future::join3;

use super::dropping::give_up_after;
use super::subjects::{
    ALL, add, event, events, exact, read, recorded_ids, stream, try_append, versions,
};
use super::transform::{keep, second_becomes_two, transform, try_transform};

/// An event that came since the stream was read is in no copy, so there is none.
pub async fn an_append_since_it_was_read_refuses<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(2)).await;
    let racing = events(1);
    let mut rewritten = 0;

    // The append comes after the reading: its answer is there before the first event is rewritten.
    let refused = transform_while(
        store,
        &one,
        |_| rewritten += 1,
        || {
            let (store, one, racing) = (store.clone(), one.clone(), racing.clone());
            async move { drop(add(&store, &one, racing).await) }
        },
    )
    .await;

    let TransformError::Conflict(conflict) = refused.expect_err("the stream has moved on") else {
        panic!("expected a conflict");
    };
    assert_eq!((conflict.expected, conflict.actual), (exact(2), Version(3)), "where it was and is");
    assert_eq!(rewritten, 2, "both events were rewritten in vain");
    assert_eq!(versions(&read(store, &one).await), [1, 2, 3], "the stream is as it was");
    assert_eq!(store.transformations(&one).await.expect("records can be read"), []);
}

/// The second of two transformations of one stream is refused, and both names stay what they are.
pub async fn a_transformation_since_it_was_read_refuses<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(2)).await;

    let refused = transform_while(
        store,
        &one,
        |_| {},
        || {
            let (store, one) = (store.clone(), one.clone());
            async move { drop(transform(&store, &one, keep).await) }
        },
    )
    .await;

    let refused = refused.expect_err("the stream has been replaced");
    assert!(matches!(refused, TransformError::Conflict(_)), "{refused:?}");
    assert_eq!(versions(&read(store, &one).await), [4, 5], "the first copy");
    assert_eq!(store.transformations(&one).await.expect("records can be read").len(), 1);
}

/// An append whose answer was lost may be in the archive by the time it is sent again.
pub async fn an_append_that_is_sent_again_has_its_answer<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(1)).await;
    let new = events(2);
    let first = try_append(store, &one, exact(1), new.clone()).await.expect("accepted");
    transform(store, &one, keep).await;

    let again = try_append(store, &one, exact(1), new.clone()).await.expect("its first answer");

    assert!(again.already, "it was stored before");
    assert_eq!(again.streams, first.streams, "the first answer");
    let elsewhere = try_append(store, &stream("other"), ExpectedVersion::Any, new).await;
    assert!(matches!(elsewhere, Err(AppendError::DuplicateEvent { .. })), "{elsewhere:?}");
}

/// Writers append and a reader follows the log while the stream is transformed time and again: every
/// event that was acknowledged is in the stream once, itself or as a copy, and the log lost nothing.
pub async fn nothing_is_lost_while_writers_append<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(3)).await;
    let (over, log_ends) = (AtomicBool::new(false), AtomicBool::new(false));
    let writer = |_| {
        let (store, one) = (store.clone(), one.clone());
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for number in 0..40 {
                let new = event(number);
                acknowledged.push(new.id);
                add(&store, &one, vec![new]).await;
                tokio::task::yield_now().await;
            }
            acknowledged
        })
    };
    let transformer = async {
        let mut done = 0;
        loop {
            // Once more when nobody writes any more: there is something to lose.
            let is_last = over.load(Ordering::SeqCst);
            match try_transform(store, &one, keep).await {
                Ok(_) => done += 1,
                Err(TransformError::Conflict(_)) => {}
                Err(TransformError::Store(error)) if error.is_transient() => {}
                Err(other) => panic!("a transformation failed: {other:?}"),
            }
            if is_last {
                break;
            }
            tokio::task::yield_now().await;
        }
        log_ends.store(true, Ordering::SeqCst);
        done
    };
    let follower = async {
        let (mut seen_in_log, mut last) = (Vec::new(), Position::START);
        loop {
            let at_the_end = log_ends.load(Ordering::SeqCst);
            let page = store.log_page(Cursor::After(last), 50).await.expect("the log can be read");
            last = page.events.last().map_or(last, |event| event.position);
            let is_over = at_the_end && page.events.is_empty() && page.safe == page.head;
            seen_in_log.extend(page.events);
            if is_over {
                return seen_in_log;
            }
            tokio::task::yield_now().await;
        }
    };
    let writers = async {
        let mut acknowledged = Vec::new();
        for writer in [1, 2, 3].map(writer) {
            acknowledged.extend(writer.await.expect("a writer comes to its end"));
        }
        over.store(true, Ordering::SeqCst);
        acknowledged
    };
    let (acknowledged, done, seen_in_log) = join3(writers, transformer, follower).await;

    let now = read(store, &one).await;
    let mut originals: Vec<_> = now.iter().map(|event| original(event, &seen_in_log)).collect();
    assert!(acknowledged.iter().all(|id| originals.contains(id)), "what was acknowledged is there");
    originals.sort_unstable_by_key(|id| id.as_uuid());
    originals.dedup();
    assert_eq!((originals.len(), now.len()), (123, 123), "each event once");
    let log = store.log_page(Cursor::START, ALL).await.expect("the log can be read").events;
    let seen_all = recorded_ids(&seen_in_log) == recorded_ids(&log);
    assert!(seen_all, "a follower has seen {} events of {}", seen_in_log.len(), log.len());
    let records = store.transformations(&one).await.expect("records can be read");
    assert_eq!(records.len(), done, "a record of each transformation");
    let first = now[0].version.0;
    let expected: Vec<_> = (first..first + 123).collect();
    assert_eq!(versions(&now), expected, "versions without gaps");
}

/// Given up at any moment, the name is that of the old stream or of the new one.
pub async fn a_dropped_transformation_is_whole_or_not_there<S: TransformStore>(store: &S) {
    for polls in 0..30 {
        let one = stream(&format!("one-{polls}"));
        add(store, &one, events(3)).await;

        give_up_after(polls, try_transform(store, &one, second_becomes_two)).await;

        // What was given up and is still on its way comes before this append or is refused.
        let appended = add(store, &one, events(1)).await;
        let first = read(store, &one).await[0].version;
        let (last, record) = if first == Version(1) { (4, 0) } else { (9, 1) };
        assert_eq!(appended.streams[0].version, Version(last), "all events of either");
        let records = store.transformations(&one).await.expect("records can be read");
        assert_eq!(records.len(), record, "a record of what was done");
    }
}

/// A transformation that keeps all events, while something else happens after they were read.
async fn transform_while<S: TransformStore, F: Future<Output = ()> + Send + 'static>(
    store: &S,
    stream: &StreamId,
    mut seen: impl FnMut(&RecordedEvent) + Send,
    meanwhile: impl FnOnce() -> F + Send,
) -> Result<Transformed, TransformError> {
    let mut meanwhile = Some(meanwhile);
    try_transform(store, stream, |event| {
        if let Some(meanwhile) = meanwhile.take() {
            let running = meanwhile();
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(running));
        }
        seen(event);
        Rewrite::Keep
    })
    .await
}

/// The event that was appended, which `event` is or stands for after any number of transformations.
fn original(event: &RecordedEvent, log: &[RecordedEvent]) -> EventId {
    let mut event = event;
    while let Some(id) = event.metadata.copy_of() {
        event = log.iter().find(|old| old.id == id).expect("a copy stands for an event of the log");
    }
    event.id
}
