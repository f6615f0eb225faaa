//! A repository that remembers states, while others write behind its back.

use es_core::prelude::*;

use crate::fixture::*;
use crate::gated::Gated;

/// Ada has ten cents, and the repository knows it.
async fn remembering() -> (Gated, Repository<Account, Gated>) {
    let store = Gated::new(bank(10).await);
    let accounts = accounts(&store).with_cache(10);
    accounts.load(&ada()).await.unwrap();
    store.forget();
    (store, accounts)
}

/// Another service on the same store.
fn elsewhere(store: &Gated) -> Repository<Account, MemoryStore> {
    accounts(&store.inner)
}

fn after(version: u64) -> Cursor<Version> {
    Cursor::After(Version(version))
}

#[tokio::test]
async fn a_remembered_aggregate_is_decided_on_without_a_read() {
    let (store, accounts) = remembering().await;

    accounts.execute(deposit(ada(), 5)).await.unwrap();
    let done = accounts.execute(withdraw(ada(), 15)).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(4), 0));
    assert_eq!(store.read(), []);
}

#[tokio::test]
async fn an_aggregate_is_remembered_from_its_first_command_on() {
    let (store, accounts) = remembering().await;

    accounts.execute(open("eve".into())).await.unwrap();
    accounts.execute(deposit("eve".into(), 5)).await.unwrap();

    assert_eq!(store.read(), [after(0)]);
}

#[tokio::test]
async fn what_others_appended_is_read_after_the_conflict_and_nothing_else() {
    let (store, accounts) = remembering().await;
    elsewhere(&store).execute(deposit(ada(), 1)).await.unwrap();

    let done = accounts.execute(deposit(ada(), 5)).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(4), 16));
    assert_eq!(store.read(), [after(2)]);
    assert_eq!(store.sent().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_told_only_after_a_look_at_what_is_new() {
    let (store, accounts) = remembering().await;

    let refused = accounts.execute(withdraw(ada(), 12)).await;

    assert!(matches!(refused, Err(ExecuteError::Rejected(_))), "{refused:?}");
    assert_eq!(store.read(), [after(2)]);
}

#[tokio::test]
async fn a_refusal_that_others_have_made_wrong_is_not_told() {
    let (store, accounts) = remembering().await;
    elsewhere(&store).execute(deposit(ada(), 2)).await.unwrap();

    let done = accounts.execute(withdraw(ada(), 12)).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(4), 0));
}

#[tokio::test]
async fn a_standard_refusal_that_others_have_made_wrong_is_not_told() {
    let store = Gated::new(bank(10).await);
    let accounts = accounts(&store).with_cache(10);
    let eve = || "eve".to_owned();
    accounts.execute(deposit(eve(), 1)).await.unwrap_err();
    elsewhere(&store).execute(open(eve())).await.unwrap();

    let done = accounts.execute(deposit(eve(), 1)).await.unwrap();

    assert_eq!(done.version, Version(2));
}

#[tokio::test]
async fn a_command_that_changes_nothing_answers_with_what_is_there_now() {
    let (store, accounts) = remembering().await;
    elsewhere(&store).execute(deposit(ada(), 1)).await.unwrap();

    let done = accounts.execute(Inspect { account: ada() }).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(3), 11));
    assert_eq!(store.read(), [after(2)]);
}

#[tokio::test]
async fn a_load_reads_what_is_new() {
    let (store, accounts) = remembering().await;
    elsewhere(&store).execute(deposit(ada(), 1)).await.unwrap();

    let first = accounts.load(&ada()).await.unwrap();
    let second = accounts.load(&ada()).await.unwrap();

    assert_eq!((first.version, first.state.cents), (Version(3), 11));
    assert_eq!(first, second);
    assert_eq!(store.read(), [after(2), after(3)]);
}

#[tokio::test]
async fn clones_remember_together() {
    let (store, accounts) = remembering().await;

    accounts.clone().execute(deposit(ada(), 5)).await.unwrap();
    accounts.execute(deposit(ada(), 5)).await.unwrap();

    assert_eq!(store.read(), []);
}

#[tokio::test]
async fn a_repository_of_no_states_works_as_one_without() {
    let store = Gated::new(bank(10).await);
    let accounts = accounts(&store).with_cache(0);

    accounts.execute(deposit(ada(), 5)).await.unwrap();
    let done = accounts.execute(deposit(ada(), 5)).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(4), 20));
}
