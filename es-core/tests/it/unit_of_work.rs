//! Several aggregates, one append.

use es_core::{Conflict, prelude::*};

use crate::fixture::*;

fn unit<S: EventStore>(store: &S) -> UnitOfWork<S> {
    UnitOfWork::new(store.clone(), Metadata::default())
}

/// Whose account is not open yet.
fn eve() -> String {
    "eve".into()
}

async fn cents(store: &MemoryStore, account: String) -> i64 {
    accounts(store).load(&account).await.unwrap().state.cents
}

fn conflict(answer: Result<es_core::Appended, AppendError>) -> Conflict {
    match answer {
        Err(AppendError::Conflict(conflict)) => conflict,
        other => panic!("expected a conflict, not {other:?}"),
    }
}

#[tokio::test]
async fn a_transfer_arrives_on_both_sides() {
    let store = bank(300).await;

    let mut transfer = unit(&store);
    transfer.execute(withdraw(ada(), 100)).await.unwrap();
    transfer.execute(deposit(bob(), 100)).await.unwrap();
    let committed = transfer.commit().await.unwrap();

    assert_eq!(cents(&store, ada()).await, 200);
    assert_eq!(cents(&store, bob()).await, 100);
    let versions: Vec<_> = committed
        .streams
        .iter()
        .map(|stream| (stream.stream.to_string(), stream.version))
        .collect();
    let expected = [("account/ada".to_owned(), Version(3)), ("account/bob".to_owned(), Version(2))];
    assert_eq!(versions, expected);
    let last = committed.streams[1].positions[0];
    assert_eq!(committed.position(), Some(last));
}

#[tokio::test]
async fn nothing_of_a_transfer_arrives_if_one_side_changed() {
    let store = bank(300).await;

    let mut transfer = unit(&store);
    transfer.execute(withdraw(ada(), 100)).await.unwrap();
    transfer.execute(deposit(bob(), 100)).await.unwrap();
    accounts(&store).execute(deposit(bob(), 1)).await.unwrap();
    let conflict = conflict(transfer.commit().await);

    assert_eq!(conflict.stream.to_string(), "account/bob");
    assert_eq!(conflict.actual, Version(2));
    assert_eq!(cents(&store, ada()).await, 300);
    assert_eq!(cents(&store, bob()).await, 1);
}

#[tokio::test]
async fn an_account_that_was_only_read_counts_as_well() {
    let store = bank(300).await;

    let mut unit = unit(&store);
    let inspect = Inspect { account: bob() };
    unit.execute(inspect).await.unwrap();
    unit.execute(withdraw(ada(), 100)).await.unwrap();
    let close = Close { account: bob() };
    accounts(&store).execute(close).await.unwrap();
    let conflict = conflict(unit.commit().await);

    assert_eq!(conflict.stream.to_string(), "account/bob");
    assert_eq!(cents(&store, ada()).await, 300);
}

#[tokio::test]
async fn a_refusal_adds_no_event() {
    let store = bank(300).await;

    let mut unit = unit(&store);
    unit.execute(withdraw(ada(), 100)).await.unwrap();
    let refused = unit.execute(withdraw(ada(), 201)).await.unwrap_err();
    unit.execute(withdraw(ada(), 200)).await.unwrap();
    unit.commit().await.unwrap();

    assert!(matches!(
        refused,
        ExecuteError::Rejected(AccountError::InsufficientFunds { missing: 1 })
    ));
    assert_eq!(cents(&store, ada()).await, 0);
}

#[tokio::test]
async fn what_refused_has_been_read_and_counts_at_the_commit() {
    let store = bank(300).await;

    let mut unit = unit(&store);
    unit.execute(withdraw(ada(), 100)).await.unwrap();
    unit.execute(deposit(eve(), 100)).await.unwrap_err();
    accounts(&store).execute(open(eve())).await.unwrap();
    let conflict = conflict(unit.commit().await);

    assert_eq!(conflict.stream, StreamId::of::<Account>(&eve()).unwrap());
    assert_eq!(cents(&store, ada()).await, 300);
}

/// With `?` on both: what a service writes.
#[tokio::test]
async fn commands_and_commit_fail_with_one_error_type() {
    async fn save(store: &MemoryStore) -> Result<(), ExecuteError<AccountError>> {
        let mut unit = unit(store);
        unit.execute(deposit(ada(), 1)).await?;
        accounts(store).execute(deposit(ada(), 1)).await?;
        unit.commit().await?;
        Ok(())
    }

    let error = save(&bank(300).await).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Conflict { attempts: 1, .. }), "{error:?}");
}

#[tokio::test]
async fn a_command_sees_what_the_commands_before_it_did() {
    let store = MemoryStore::new();

    let mut unit = unit(&store);
    unit.execute(open(ada())).await.unwrap();
    let again = unit.execute(open(ada())).await.unwrap_err();
    unit.execute(deposit(ada(), 5)).await.unwrap();
    let events = unit.execute(withdraw(ada(), 3)).await.unwrap();
    let committed = unit.commit().await.unwrap();

    assert!(matches!(
        again,
        ExecuteError::Lifecycle(LifecycleRejection::AlreadyExists { version: Version(1), .. })
    ));
    let withdrawn = Withdrawn { cents: 3, balance: 2 };
    assert_eq!(events, [AccountEvent::from(withdrawn)]);
    assert_eq!(committed.streams[0].version, Version(3));
}

#[tokio::test]
async fn all_events_share_the_metadata_of_the_unit() {
    let store = bank(300).await;

    let mut transfer = unit(&store);
    transfer.execute(withdraw(ada(), 100)).await.unwrap();
    transfer.execute(deposit(bob(), 100)).await.unwrap();
    let committed = transfer.commit().await.unwrap();

    let first = committed.streams[0].positions[0];
    let page = store.log_page(Cursor::After(Position(first.0 - 1)), 2).await;
    let events = page.unwrap().events;
    assert_eq!(events[0].metadata, events[1].metadata);
    assert!(events[0].metadata.correlation_id.is_some());
    assert!(events[0].metadata.causation_id.is_some());
}

#[tokio::test]
async fn a_unit_that_is_dropped_stores_nothing() {
    let store = bank(300).await;

    let mut unit = unit(&store);
    unit.execute(withdraw(ada(), 100)).await.unwrap();
    drop(unit);

    assert_eq!(cents(&store, ada()).await, 300);
}

#[tokio::test]
async fn a_unit_without_commands_commits_nothing() {
    let committed = unit(&MemoryStore::new()).commit().await.unwrap();

    assert_eq!(committed.streams, []);
    assert_eq!(committed.position(), None);
}

#[tokio::test]
async fn one_stream_is_one_type_of_aggregate() {
    let store = bank(300).await;

    let mut unit = unit(&store);
    unit.execute(withdraw(ada(), 100)).await.unwrap();
    let other = unit.execute(Impersonate { account: ada() }).await;

    assert_eq!(
        other.unwrap_err().to_string(),
        "stream `account/ada` is in this unit of work as another type of aggregate"
    );
    unit.commit().await.unwrap();
    assert_eq!(cents(&store, ada()).await, 200);
}

#[tokio::test]
async fn a_unit_goes_on_after_a_stream_that_could_not_be_loaded() {
    let store = bank(300).await;
    let mut unit = unit(&store);

    let unreadable = unit.execute(Impersonate { account: ada() }).await;
    unit.execute(withdraw(ada(), 100)).await.unwrap();
    unit.commit().await.unwrap();

    let unreadable = unreadable.unwrap_err();
    assert!(matches!(unreadable, ExecuteError::Load(LoadError::Decode(_))));
    assert_eq!(cents(&store, ada()).await, 200);
}
