//! How commands and events become a chain.

mod fixture;

use es_core::{Actor, CorrelationId, Tenant, prelude::*};
use fixture::*;

#[tokio::test]
async fn a_command_without_metadata_begins_a_chain() {
    let store = MemoryStore::new();

    let done = accounts(&store).execute(open(ada())).await.unwrap();

    let metadata = &done.events[0].metadata;
    let correlation = metadata.correlation_id.as_ref().unwrap().as_str();
    assert_eq!(correlation, metadata.causation_id.as_ref().unwrap().as_str());
}

#[tokio::test]
async fn a_command_that_follows_from_an_event_goes_on_with_its_chain() {
    let store = MemoryStore::new();
    let request = Metadata::default()
        .with_correlation_id(CorrelationId::new("request-7").unwrap())
        .with_tenant(Tenant::new("north").unwrap())
        .with_actor(Actor::new("ada").unwrap());
    let first = accounts(&store).execute_with(open(ada()), request).await;
    let first = &first.unwrap().events[0];

    let second = accounts(&store).execute_with(deposit(ada(), 1), first).await.unwrap();

    let metadata = &second.events[0].metadata;
    assert_eq!(metadata.correlation_id, first.metadata.correlation_id);
    let causation = metadata.causation_id.as_ref().unwrap().as_str();
    assert_eq!(causation, first.id.to_string());
    assert_eq!(metadata.tenant, first.metadata.tenant);
    assert_eq!(metadata.actor, None);
}

#[tokio::test]
async fn a_named_conversation_gets_the_command_as_its_cause() {
    let store = MemoryStore::new();
    let request = Metadata::default().with_correlation_id(CorrelationId::new("request-7").unwrap());

    let done = accounts(&store).execute_with(open(ada()), request).await;

    let metadata = &done.unwrap().events[0].metadata;
    let correlation = metadata.correlation_id.as_ref().unwrap().as_str();
    assert_eq!(correlation, "request-7");
    assert!(metadata.causation_id.is_some());
}

#[tokio::test]
async fn each_command_is_a_cause_of_its_own() {
    let store = bank(10).await;
    let done = accounts(&store).execute(withdraw(ada(), 1)).await.unwrap();
    let next = accounts(&store).execute(withdraw(ada(), 1)).await.unwrap();

    assert_ne!(done.events[0].metadata.causation_id, next.events[0].metadata.causation_id);
}
