//! How commands and events become a chain.

use es_core::{Actor, CorrelationId, Tenant, TraceParent, TraceState, prelude::*};

use crate::fixture::*;

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
        .with_actor(Actor::new("ada").unwrap())
        .with_trace(
            TraceParent::new("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap(),
            Some(TraceState::new("vendor=1").unwrap()),
        );
    let first = accounts(&store).execute_with(open(ada()), request).await;
    let first = &first.unwrap().events[0];

    let second = accounts(&store).execute_with(deposit(ada(), 1), first).await.unwrap();

    let metadata = &second.events[0].metadata;
    assert_eq!(metadata.correlation_id, first.metadata.correlation_id);
    let causation = metadata.causation_id.as_ref().unwrap().as_str();
    assert_eq!(causation, first.id.to_string());
    assert_eq!(metadata.tenant, first.metadata.tenant);
    assert_eq!(metadata.traceparent, first.metadata.traceparent);
    assert_eq!(metadata.tracestate, first.metadata.tracestate);
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

/// As an event that was imported, or stored by another program.
#[tokio::test]
async fn an_event_without_a_conversation_begins_one_with_its_own_id() {
    let store = MemoryStore::new();
    let stream = StreamId::of::<Account>(&ada()).unwrap();
    let opened = AccountEvent::from(Opened { owner: "Ada".into(), overdraft: 0 });
    let new = NewEvent::of(&opened, Metadata::default()).unwrap();
    let id = new.id.to_string();
    let append = Append::to(stream.clone(), ExpectedVersion::NoStream, vec![new]).unwrap();
    store.append(append).await.unwrap();
    let first = store.stream_page(&stream, Cursor::START, 1).await.unwrap().remove(0);

    let second = accounts(&store).execute_with(deposit(ada(), 1), &first).await.unwrap();

    let metadata = &second.events[0].metadata;
    assert_eq!(metadata.correlation_id.as_ref().unwrap().as_str(), id);
    assert_eq!(metadata.causation_id.as_ref().unwrap().as_str(), id);
}
