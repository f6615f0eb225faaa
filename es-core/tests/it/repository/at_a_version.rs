//! Commands for an aggregate at a version that is given.

use es_core::{Conflict, prelude::*};

use super::accounts;
use crate::fixture::*;
use crate::gated::Fault::{Outrun, ReplyLost};
use crate::gated::Gated;

type Answer = Result<Executed<Account>, ExecuteError<AccountError>>;

fn conflict(answer: Answer) -> Conflict {
    match answer {
        Err(ExecuteError::OtherVersion(conflict)) => conflict,
        other => panic!("no other version: {other:?}"),
    }
}

fn at(expected: Version, actual: Version) -> Conflict {
    let stream = StreamId::of::<Account>(&ada()).unwrap();
    Conflict::new(stream, ExpectedVersion::Exact(expected), actual)
}

#[tokio::test]
async fn a_command_is_executed_at_its_version() {
    let store = bank(10).await;

    let done = accounts(&store).execute_at(deposit(ada(), 1), Version(2)).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(3), 11));
}

#[tokio::test]
async fn a_command_for_another_version_is_refused_with_the_one_that_is_there() {
    let store = bank(10).await;

    let early = accounts(&store).execute_at(deposit(ada(), 1), Version(1)).await;
    let late = accounts(&store).execute_at(deposit(ada(), 1), Version(3)).await;

    assert_eq!(conflict(early), at(Version(1), Version(2)));
    assert_eq!(conflict(late), at(Version(3), Version(2)));
}

#[tokio::test]
async fn the_version_counts_before_a_refusal_and_for_what_changes_nothing() {
    let store = bank(10).await;

    let refused = accounts(&store).execute_at(withdraw(ada(), 99), Version(1)).await;
    let nothing = accounts(&store).execute_at(deposit(ada(), 0), Version(1)).await;

    assert_eq!(conflict(refused), at(Version(1), Version(2)));
    assert_eq!(conflict(nothing), at(Version(1), Version(2)));
}

#[tokio::test]
async fn it_is_not_tried_again_when_others_are_faster() {
    let store = Gated::new(bank(10).await);
    store.appends.fail([Outrun]);

    let outrun = accounts(&store).execute_at(deposit(ada(), 1), Version(2)).await;

    assert_eq!(conflict(outrun), at(Version(2), Version(99)));
    assert_eq!(store.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_append_whose_reply_is_lost_is_stored_once() {
    let store = Gated::new(bank(10).await);
    store.appends.fail([ReplyLost]);

    let done = accounts(&store).execute_at(deposit(ada(), 1), Version(2)).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(3), 11));
}
