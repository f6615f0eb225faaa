//! A caller may go away at any moment.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use es_core::{Cursor, EventStore, ExpectedVersion};
use tokio::time::{sleep, timeout};

use super::subjects::{ALL, events, log_page, part, read, stream, try_parts, versions};

/// The caller gives up at every point where an append waits: each append is there with both its
/// parts or with neither, and the store goes on.
pub async fn a_dropped_append_is_stored_whole_or_not_at_all<S: EventStore>(store: &S) {
    const TRIES: usize = 40;

    let first = vec![
        part(&stream("left"), ExpectedVersion::Any, events(1)),
        part(&stream("right"), ExpectedVersion::Any, events(1)),
    ];
    try_parts(store, first).await.expect("it is accepted");
    for nth in 0..TRIES {
        let parts = vec![
            part(&stream("left"), ExpectedVersion::Any, events(1)),
            part(&stream("right"), ExpectedVersion::Any, events(1)),
        ];
        give_up_after(nth, try_parts(store, parts)).await;
    }

    // One that nobody waits for any more may still be on its way, so wholeness is waited for.
    let whole = async {
        while !is_whole(store).await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SETTLING, whole).await.expect("an append is stored whole, with a dropped future too");
    let more = vec![
        part(&stream("left"), ExpectedVersion::StreamExists, events(1)),
        part(&stream("right"), ExpectedVersion::StreamExists, events(1)),
    ];
    try_parts(store, more).await.expect("the store goes on");
    let left = versions(&read(store, &stream("left")).await);
    let counted: Vec<_> = (1..=left.len() as u64).collect();
    assert_eq!(left, counted, "versions have no gap");
}

/// Drops `future` when it has been polled `polls` times, if it is not ready before.
pub(crate) async fn give_up_after(polls: usize, future: impl Future) {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        let answer = future.as_mut().poll(context).map(|_| ());
        if left == 0 { Poll::Ready(()) } else { answer }
    })
    .await;
}

/// The longest time that an append may be on its way after its caller has gone.
const SETTLING: Duration = Duration::from_secs(3);

/// True if both streams and the log hold the same appends.
async fn is_whole<S: EventStore>(store: &S) -> bool {
    let left = read(store, &stream("left")).await.len();
    let right = read(store, &stream("right")).await.len();
    let log = log_page(store, Cursor::START, ALL).await;
    left > 0 && left == right && log.len() == 2 * left
}
