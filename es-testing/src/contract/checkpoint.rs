//! A reader goes on from its checkpoint in the log that it was reading, and in no other.

use es_core::{Checkpoint, Cursor, EventStore, EventStoreExt, Incarnation, Position, ResumeError};
use tokio::task::JoinSet;

use super::subjects::{ALL, add, events, log_up_to, stream};

/// A reader resumes from any place of the log, and from its end.
pub async fn a_checkpoint_goes_on_where_it_was_left<S: EventStore>(store: &S) {
    let last = add(store, &stream("one"), events(5)).await;
    let log = log_up_to(store, &last).await;
    let incarnation = incarnation(store).await;
    let after = async |position| {
        let page = store.resume_log(Checkpoint::new(incarnation, position), ALL).await;
        page.expect("a checkpoint of this log").events
    };

    assert_eq!(after(Position::START).await, log, "from the beginning");
    assert_eq!(after(log[2].position).await, log[3..], "after the third comes the fourth");
    assert_eq!(after(log[4].position).await, [], "at the end comes nothing");

    let new = add(store, &stream("one"), events(1)).await;
    let grown = log_up_to(store, &new).await;
    assert_eq!(after(log[4].position).await, grown[5..], "and then what is new");
}

/// A reader ahead of a log that lost its end is refused: positions come a second time there.
pub async fn a_checkpoint_ahead_of_the_log_is_refused<S: EventStore>(store: &S) {
    let last = add(store, &stream("one"), events(2)).await;
    let log = log_up_to(store, &last).await;
    let incarnation = incarnation(store).await;
    let head = store.log_page(Cursor::START, 0).await.expect("the log can be read").head;
    assert!(head >= log[1].position, "the head is not behind what was given");

    for ahead in [Position(head.0 + 1), Position(head.0 + 1000), Position::MAX] {
        let checkpoint = Checkpoint::new(incarnation, ahead);
        match store.resume_log(checkpoint, ALL).await {
            Err(ResumeError::AheadOfLog { checkpoint: refused, head }) => {
                assert_eq!((refused, head >= log[1].position), (checkpoint, true), "what is told");
            }
            other => panic!("expected a checkpoint that is ahead of the log, but: {other:?}"),
        }
    }
}

/// A checkpoint of another log is refused even where its position would fit.
pub async fn a_checkpoint_of_another_log_is_refused<S: EventStore>(store: &S) {
    let last = add(store, &stream("one"), events(2)).await;
    log_up_to(store, &last).await;
    let actual = incarnation(store).await;

    for position in [Position::START, last.position().expect("two events"), Position::MAX] {
        let checkpoint = Checkpoint::new(Incarnation::generate(), position);
        match store.resume_log(checkpoint, ALL).await {
            Err(ResumeError::OtherLog { checkpoint: refused, actual: told }) => {
                assert_eq!((refused, told), (checkpoint, actual), "what is told");
            }
            other => panic!("expected a checkpoint of another log, but: {other:?}"),
        }
    }
}

/// The incarnation is the same before and after the first event, in both directions, for every
/// clone and in every task.
pub async fn all_pages_are_of_one_incarnation<S: EventStore>(store: &S) {
    let first = incarnation(store).await;
    add(store, &stream("one"), events(1)).await;
    let mut readers = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        readers.spawn(async move { incarnation(&store).await });
    }

    for read in readers.join_all().await {
        assert_eq!(read, first, "a clone reads the same log");
    }
    let end: Cursor<Position> = Cursor::END;
    let downwards = store.log_page(end, 1).await.expect("the log can be read").incarnation;
    assert_eq!(downwards, first, "it is the same log downwards");
}

async fn incarnation<S: EventStore>(store: &S) -> Incarnation {
    store.log_page(Cursor::START, 1).await.expect("the log can be read").incarnation
}
