//! A lock keeps others out for as long as it lasts. A store without locks keeps all of this.

use std::time::Duration;

use es_core::{
    Append, AppendError, AppendLock, Appended, Condition, Cursor, EventStore, ExpectedVersion,
    Position, Version,
};
use tokio::time::timeout;

use super::subjects::{about, add, events, item, part, query, read, stream, versions};

/// The longest time to wait for a lock.
const WAIT: Duration = Duration::from_secs(10);

/// A time within which an append that is not kept out is stored.
const MEANWHILE: Duration = Duration::from_millis(100);

/// A lock that nobody uses is over by then, and those who wait for it have appended.
const SETTLING: Duration = Duration::from_secs(30);

async fn lock<S: EventStore>(store: &S, draft: &Append) -> Option<AppendLock> {
    store.lock(draft, WAIT).await.expect("nobody else has a lock")
}

fn to_one(expected: ExpectedVersion) -> Append {
    Append::new(vec![part(&stream("one"), expected, events(1))]).expect("one part")
}

/// Starts an append of another task.
fn others<S: EventStore>(
    store: &S,
    append: Append,
) -> tokio::task::JoinHandle<Result<Appended, AppendError>> {
    let store = store.clone();
    tokio::spawn(async move { store.append(append).await })
}

/// A state that is read under the lock is still so at the append, however many others append meanwhile; they
/// go on afterwards.
pub async fn an_append_under_the_lock_of_its_stream_finds_no_conflict<S: EventStore>(store: &S) {
    add(store, &stream("one"), events(1)).await;
    let Some(lock) = lock(store, &to_one(ExpectedVersion::Any)).await else { return };

    let mut other = others(store, to_one(ExpectedVersion::Any));
    let page = lock.stream_page(&stream("one"), Cursor::START, 10).await.expect("it is read");
    let kept_out = timeout(MEANWHILE, &mut other).await.is_err();
    let expected = ExpectedVersion::Exact(page.last().expect("an event").version);
    let appended = lock.append(to_one(expected)).await;

    assert!(kept_out, "nobody else appends to the stream of a lock");
    appended.expect("what was read under the lock is still so");
    let other = timeout(SETTLING, other).await.expect("the others go on").expect("no panic");
    assert_eq!(other.expect("any version").streams[0].version, Version(3));
}

/// An append under a lock finds its condition unbroken, in whichever stream an event that breaks it
/// would be stored.
pub async fn an_append_under_the_lock_of_its_condition_finds_it_unbroken<S: EventStore>(store: &S) {
    add(store, &stream("one"), vec![about("opened", &["course:c1"])]).await;
    let condition = |after| Condition::new(query([item(&["opened"], &["course:c1"])]), after);
    let draft = to_one(ExpectedVersion::Any).with_condition(condition(Position::START));
    let Some(lock) = lock(store, &draft).await else { return };

    let tagged = vec![about("opened", &["course:c1"])];
    let elsewhere = Append::to(stream("two"), ExpectedVersion::Any, tagged).expect("one part");
    let mut other = others(store, elsewhere);
    let asked = query([item(&["opened"], &["course:c1"])]);
    let page = lock.query_page(&asked, Position::START, 10).await.expect("it is read");
    let kept_out = timeout(MEANWHILE, &mut other).await.is_err();
    let known = page.events.iter().map(|found| found.event.position).collect();
    let condition = condition(page.safe).with_known(known);
    let appended = lock.append(to_one(ExpectedVersion::Any).with_condition(condition)).await;

    assert!(kept_out, "nobody else writes what the condition of a lock rests on");
    appended.expect("the condition holds");
    let other = timeout(SETTLING, other).await.expect("the others go on").expect("no panic");
    other.expect("any version");
}

/// A lock on one stream keeps nobody out of another.
pub async fn a_lock_keeps_nobody_out_of_other_streams<S: EventStore>(store: &S) {
    let Some(_lock) = lock(store, &to_one(ExpectedVersion::Any)).await else { return };

    let append = Append::to(stream("two"), ExpectedVersion::Any, events(1)).expect("one part");
    let other = timeout(SETTLING, store.append(append)).await;

    other.expect("another stream is not locked").expect("any version");
}

/// The next one has its turn.
pub async fn a_lock_that_is_dropped_is_over<S: EventStore>(store: &S) {
    let draft = to_one(ExpectedVersion::Any);
    let Some(first) = lock(store, &draft).await else { return };
    drop(first);

    let next = store.lock(&draft, Duration::from_secs(1)).await;

    let next = next.expect("a lock that was dropped is over").expect("a lock");
    next.append(to_one(ExpectedVersion::NoStream)).await.expect("nobody appended");
}

/// A lock that its owner has forgotten comes to its end, and appends nothing afterwards.
pub async fn a_lock_that_is_kept_comes_to_its_end<S: EventStore>(store: &S) {
    let Some(kept) = lock(store, &to_one(ExpectedVersion::Any)).await else { return };

    let other = timeout(SETTLING, store.append(to_one(ExpectedVersion::NoStream))).await;

    other.expect("a lock that is kept comes to its end").expect("nobody appended");
    let late = kept.append(to_one(ExpectedVersion::Any)).await;
    assert!(late.is_err(), "a lock that is over appends nothing");
    assert_eq!(versions(&read(store, &stream("one")).await), [1]);
}
