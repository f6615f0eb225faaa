//! A request has one answer. A store that does not remember requests keeps all of this.

use es_core::{
    AnsweredRequest, Append, AppendError, EventStore, ExpectedVersion, NewEvent, NewRequest,
    Payload, RequestFingerprint, RequestId, RequestKey, RequestScope, StoreErrorKind, StreamAppend,
    StreamId, Version,
};
use tokio::task::JoinSet;

use super::subjects::{add, event, events, exact, part, read, stream};

/// The number of those that send one request at once.
const CROWD: usize = 8;

fn key(scope: &str, id: &str) -> RequestKey {
    let scope = RequestScope::new(scope).expect("a line of text");
    RequestKey::new(scope, RequestId::new(id).expect("a line of text"))
}

/// A request with another answer for each number.
fn request(id: &str, number: u64) -> NewRequest {
    let answer = Payload::parse(format!("{{\"answer\": {number}, \"é\": [1.0, null]}}"));
    NewRequest::new(key("contract", id), RequestFingerprint(number), answer.expect("JSON"))
}

/// The answer to a request as it is found again.
fn answered(request: &NewRequest, versions: &[u64]) -> AnsweredRequest {
    let versions = versions.iter().copied().map(Version).collect();
    AnsweredRequest::new(request.fingerprint, request.answer.clone(), versions)
}

fn append(to: &StreamId, events: Vec<NewEvent>, request: &NewRequest) -> Append {
    let append = Append::to(to.clone(), ExpectedVersion::Any, events);
    append.expect("events that differ").with_request(request.clone())
}

/// False if the store says that it remembers no requests.
async fn remembers<S: EventStore>(store: &S) -> bool {
    match store.find_request(&key("contract", "any")).await {
        Ok(_) => true,
        Err(error) if error.kind() == StoreErrorKind::Unsupported => false,
        Err(error) => panic!("a request can be looked for: {error:?}"),
    }
}

async fn found<S: EventStore>(store: &S, key: &RequestKey) -> Option<AnsweredRequest> {
    store.find_request(key).await.expect("a request can be looked for").answered
}

fn first_answer<T>(refused: Result<T, AppendError>) -> AnsweredRequest {
    match refused {
        Err(AppendError::Answered(first)) => *first,
        Err(other) => panic!("expected the first answer, but the append failed: {other:?}"),
        Ok(_) => panic!("expected the first answer, but the append was stored"),
    }
}

/// An answer without events, to the byte; under its id and its scope alone.
pub async fn an_answer_is_found_as_it_was_kept<S: EventStore>(store: &S) {
    if !remembers(store).await {
        return;
    }
    // The greatest fingerprint does not fit into a signed number.
    let mut new = request("Zoë'; --", 1);
    new.fingerprint = RequestFingerprint(u64::MAX);

    let kept = store.answer_request(new.clone()).await.expect("an answer can be kept");

    assert_eq!(kept, None, "it had no answer before");
    assert_eq!(found(store, &new.key).await, Some(answered(&new, &[])), "the answer as it was");
    for other in [key("contract", "zoë'; --"), key("Contract", "Zoë'; --"), key("contract", "Zo")]
    {
        assert_eq!(found(store, &other).await, None, "another request has no answer: {other:?}");
    }
}

/// The versions of an answer are those of its streams after the append, in the order of the parts.
pub async fn the_answer_of_an_append_is_found_with_its_versions<S: EventStore>(store: &S) {
    if !remembers(store).await {
        return;
    }
    add(store, &stream("b"), events(2)).await;
    let parts: Vec<StreamAppend> = vec![
        part(&stream("b"), exact(2), events(3)),
        part(&stream("a"), ExpectedVersion::NoStream, events(1)),
    ];
    let (several, one) = (request("several", 1), request("one", 2));
    let both = Append::new(parts).expect("streams that differ").with_request(several.clone());

    store.append(both).await.expect("it is stored");
    store.append(append(&stream("a"), events(2), &one)).await.expect("it is stored");

    assert_eq!(found(store, &several.key).await, Some(answered(&several, &[5, 1])));
    assert_eq!(found(store, &one.key).await, Some(answered(&one, &[3])));
}

/// The request counts before the versions: the second append would be a conflict as well.
pub async fn a_second_append_of_a_request_is_refused_with_the_first_answer<S: EventStore>(
    store: &S,
) {
    if !remembers(store).await {
        return;
    }
    let (first, second) = (request("r1", 1), request("r1", 2));
    store.append(append(&stream("one"), events(2), &first)).await.expect("it is stored");
    let late = Append::to(stream("one"), ExpectedVersion::NoStream, events(1)).expect("an event");

    let elsewhere = store.append(append(&stream("two"), events(1), &second)).await;
    let here = store.append(late.with_request(second)).await;

    assert_eq!(first_answer(elsewhere), answered(&first, &[2]));
    assert_eq!(first_answer(here), answered(&first, &[2]));
    assert_eq!(read(store, &stream("one")).await.len(), 2, "nothing is stored twice");
    assert_eq!(read(store, &stream("two")).await.len(), 0, "nothing is stored elsewhere");
}

/// The ids of events count before the request: whoever lost the answer of the store has it again.
pub async fn an_append_of_a_request_that_is_sent_again_has_its_own_answer<S: EventStore>(
    store: &S,
) {
    if !remembers(store).await {
        return;
    }
    let append = append(&stream("one"), events(2), &request("r1", 1));
    let first = store.append(append.clone()).await.expect("it is stored");
    add(store, &stream("one"), events(1)).await;

    let again = store.append(append).await.expect("it is answered");

    assert!(again.already, "the second stored nothing");
    assert_eq!(again.streams, first.streams, "the first answer");
}

/// An append that is refused leaves no answer: the request can still have one.
pub async fn an_append_that_is_refused_answers_no_request<S: EventStore>(store: &S) {
    if !remembers(store).await {
        return;
    }
    let new = request("r1", 1);
    let late = Append::to(stream("one"), exact(7), events(1)).expect("an event");
    let conflict = store.append(late.with_request(new.clone())).await;
    assert!(matches!(conflict, Err(AppendError::Conflict(_))), "a conflict: {conflict:?}");
    assert_eq!(found(store, &new.key).await, None, "a refused append is no answer");

    store.append(append(&stream("one"), events(1), &new)).await.expect("it is stored");

    assert_eq!(found(store, &new.key).await, Some(answered(&new, &[1])));
}

/// The first answer is told to whoever comes later, and stays.
pub async fn an_answer_without_events_stays<S: EventStore>(store: &S) {
    if !remembers(store).await {
        return;
    }
    let (first, second) = (request("r1", 1), request("r1", 2));
    store.answer_request(first.clone()).await.expect("an answer can be kept");

    let again = store.answer_request(second.clone()).await.expect("it is answered");
    let appended = store.append(append(&stream("one"), events(1), &second)).await;

    assert_eq!(again, Some(answered(&first, &[])), "the first answer");
    assert_eq!(first_answer(appended), answered(&first, &[]));
    assert_eq!(found(store, &first.key).await, Some(answered(&first, &[])), "it stays");
    assert_eq!(read(store, &stream("one")).await.len(), 0, "nothing is stored");
}

/// The appends write to streams of their own, so that nothing but the request keeps them apart.
pub async fn of_appends_that_race_for_a_request_one_is_stored<S: EventStore>(store: &S) {
    if !remembers(store).await {
        return;
    }
    for round in 0..10 {
        let mut racing = JoinSet::new();
        for nth in 0..CROWD {
            let (store, id) = (store.clone(), format!("r{round}"));
            racing.spawn(async move {
                let to = stream(&format!("{round}-{nth}"));
                let new = request(&id, nth as u64);
                match store.append(append(&to, vec![event(1)], &new)).await {
                    Ok(_) => (true, answered(&new, &[1])),
                    refused => (false, first_answer(refused)),
                }
            });
        }
        let answers = racing.join_all().await;

        let stored: Vec<_> = answers.iter().filter(|(is_stored, _)| *is_stored).collect();
        assert_eq!(stored.len(), 1, "of {CROWD} appends with one request one is stored");
        let same = answers.iter().all(|(_, answer)| *answer == stored[0].1);
        assert!(same, "all are told the answer of that one: {answers:?}");
    }
}

/// Appends and answers without events of one request.
pub async fn appends_and_answers_that_race_have_one_answer<S: EventStore>(store: &S) {
    if !remembers(store).await {
        return;
    }
    for round in 0..10 {
        let mut racing = JoinSet::new();
        for nth in 0..CROWD {
            let (store, id) = (store.clone(), format!("r{round}"));
            racing.spawn(async move {
                let new = request(&id, nth as u64);
                if nth % 2 == 0 {
                    let first = store.answer_request(new.clone()).await.expect("it is answered");
                    return first.unwrap_or_else(|| answered(&new, &[]));
                }
                let to = stream(&format!("{round}-{nth}"));
                match store.append(append(&to, vec![event(1)], &new)).await {
                    Ok(_) => answered(&new, &[1]),
                    refused => first_answer(refused),
                }
            });
        }
        let answers = racing.join_all().await;

        let kept = found(store, &key("contract", &format!("r{round}"))).await;
        let kept = kept.expect("one of them is kept");
        assert!(answers.iter().all(|answer| *answer == kept), "one answer: {answers:?}");
        let mut stored = 0;
        for nth in 0..CROWD {
            stored += read(store, &stream(&format!("{round}-{nth}"))).await.len();
        }
        assert_eq!(stored, kept.versions.len(), "the events of the answer, and no others");
    }
}
