//! A future that is kept and not polled holds nobody up.
//!
//! `stream::iter(ids).map(load).buffered(4)` with another call in the body of its loop does just
//! that: while the body waits, nobody polls the loads.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use es_core::{
    Condition, Cursor, EventStore, ExpectedVersion, Fingerprint, Position, Selection, Snapshot,
    TransformStore, Version,
};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::subjects::{
    ALL, about, add, events, item, log_page, part, query, read, stream, try_on, try_parts,
    until_safe, versions,
};
use super::transform::{keep as keep_all, try_transform};

/// A future is polled so often at most before it is kept.
const POLLS: usize = 6;

/// The pauses between two polls: none, or enough for what the call waits for.
pub(crate) const PAUSES: [Duration; 2] = [Duration::ZERO, Duration::from_millis(2)];

/// The store goes on within so long, whatever is kept.
const PATIENCE: Duration = Duration::from_secs(10);

/// A call that somebody has begun and does not poll.
pub(crate) type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Appends of every kind, kept at every point where they wait: reads, appends to their streams and
/// to others, and readers of the log go on, while they are kept and after they are dropped.
pub async fn a_kept_append_holds_nobody_up<S: EventStore>(store: &S) {
    add(store, &stream("kept"), events(3)).await;
    let mut kept = Vec::new();
    for polls in 1..=POLLS {
        for kind in 0..APPENDS {
            for pause in PAUSES {
                kept.push(polled(polls, pause, append(store, kind)).await);
            }
            goes_on(store, "an append", polls).await;
        }
    }
    drop(kept);
    goes_on(store, "no append", 0).await;
}

/// Like [`a_kept_append_holds_nobody_up`], for all that is read.
pub async fn a_kept_read_holds_nobody_up<S: EventStore>(store: &S) {
    add(store, &stream("kept"), events(3)).await;
    let mut kept = Vec::new();
    for polls in 1..=POLLS {
        for kind in 0..READS {
            for pause in PAUSES {
                kept.push(polled(polls, pause, reading(store, kind)).await);
            }
            goes_on(store, "a read", polls).await;
        }
    }
    drop(kept);
    goes_on(store, "no read", 0).await;
}

/// Like [`a_kept_append_holds_nobody_up`], for a stream that is about to get another one's name.
pub async fn a_kept_transformation_holds_nobody_up<S: TransformStore>(store: &S) {
    add(store, &stream("kept"), events(3)).await;
    let mut kept = Vec::new();
    for polls in 1..=2 * POLLS {
        let of = store.clone();
        let call = async move { drop(try_transform(&of, &stream("kept"), keep_all).await) };
        kept.push(polled(polls, PAUSES[polls % 2], Box::pin(call)).await);
        goes_on(store, "a transformation", polls).await;
        let of = store.clone();
        let call = async move { drop(of.stream_tags(&stream("kept")).await) };
        kept.push(polled(polls, PAUSES[polls % 2], Box::pin(call)).await);
        goes_on(store, "a read of tags", polls).await;
    }
    // What is kept may have come first and refuse it; it is answered all the same.
    let one = stream("kept");
    let transformed = timeout(PATIENCE, try_transform(store, &one, keep_all)).await;
    drop(transformed.expect("others transform"));
    drop(kept);
    goes_on(store, "no transformation", 0).await;
}

const APPENDS: usize = 5;

fn append<S: EventStore>(store: &S, kind: usize) -> Call {
    let (store, any) = (store.clone(), ExpectedVersion::Any);
    let (kept, other) = (stream("kept"), stream("other"));
    Box::pin(async move {
        let _ = match kind {
            0 | 1 => try_parts(&store, vec![part(&kept, any, events(1))]).await,
            2 => {
                let parts = vec![part(&kept, any, events(1)), part(&other, any, events(1))];
                try_parts(&store, parts).await
            }
            3 => {
                let parts = vec![part(&kept, any, events(0)), part(&other, any, events(1))];
                try_parts(&store, parts).await
            }
            _ => {
                let on = unheard_of();
                let tagged = vec![about("heard-of", &["course:c1"])];
                try_on(&store, on, vec![part(&kept, any, tagged)]).await
            }
        };
    })
}

const READS: usize = 8;

fn reading<S: EventStore>(store: &S, kind: usize) -> Call {
    let (store, kept) = (store.clone(), stream("kept"));
    let shape = Fingerprint(7);
    Box::pin(async move {
        match kind {
            0 => drop(store.stream_page(&kept, Cursor::START, ALL).await),
            1 => drop(store.stream_page(&kept, Cursor::END, 1).await),
            2 => drop(store.snapshot_page(&kept, shape, Version::MAX, ALL).await),
            3 => {
                let snapshot = Snapshot::new(shape, Version(1), Position(1), "{}".to_owned());
                drop(store.save_snapshot(&kept, snapshot, 1).await);
            }
            4 => drop(store.log_page(Cursor::START, ALL).await),
            5 => drop(store.select_page(&Selection::log(), Position::START, ALL).await),
            6 => {
                let all = query([item(&["counted"], &[])]);
                drop(store.query_page(&all, Position::START, ALL).await);
            }
            _ => store.log_grown(Position::MAX).await,
        }
    })
}

/// A condition that every append meets.
fn unheard_of() -> Condition {
    Condition::new(query([item(&["unheard-of"], &["course:c1"])]), Position::START)
}

/// Polls a call so often, with a pause after each time, and gives it back.
pub(crate) async fn polled(polls: usize, pause: Duration, mut call: Call) -> Call {
    for _ in 0..polls {
        let is_over = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await;
        if is_over {
            return Box::pin(std::future::ready(()));
        }
        if pause.is_zero() {
            yield_now().await;
        } else {
            sleep(pause).await;
        }
    }
    call
}

/// Checks that others go on: appends and reads where something is kept and elsewhere, and a reader
/// of the log to its end.
async fn goes_on<S: EventStore>(store: &S, kept: &str, polls: usize) {
    let one = |key: &str| vec![part(&stream(key), ExpectedVersion::Any, events(1))];
    let both = || [one("kept"), one("elsewhere")].concat();
    let others = async {
        for parts in [one("kept"), one("elsewhere"), both()] {
            let append = try_parts(store, parts);
            append.await.expect("an append at any version is accepted");
        }
        let last =
            try_on(store, unheard_of(), one("kept")).await.expect("nothing breaks the condition");
        let stored = read(store, &stream("kept")).await;
        assert!(versions(&stored).contains(&last.streams[0].version.0), "it is there");
        let all = query([item(&["counted"], &[])]);
        store.query_page(&all, Position::START, 1).await.expect("events can be asked for");
        let shape = Fingerprint(8);
        let page = store.snapshot_page(&stream("kept"), shape, Version::MAX, 1).await;
        page.expect("a snapshot can be asked for");
        until_safe(store, last.position().expect("an event")).await;
        log_page(store, Cursor::START, 1).await;
    };
    timeout(PATIENCE, others).await.unwrap_or_else(|_| {
        panic!("{kept} that was polled {polls} times and kept holds others up")
    });
}
