//! A condition holds in the order of the log, however many append at once.
//!
//! Checked by an audit afterwards: each condition of an append that was accepted is asked once more,
//! of the log as it stands before the append.

use std::collections::HashMap;

use es_core::{
    AppendError, Appended, Condition, Cursor, EventId, EventStore, ExpectedVersion, NewEvent,
    Position, Query, QueryItem,
};
use tokio::task::{JoinSet, yield_now};

use super::seeded::Seeded;
use super::subjects::{
    ALL, about, broken_condition, ids, item, log_page, part, query, query_page, stream, try_on,
    try_parts, until_safe,
};

/// One of many appends that want to be the first of a kind at once succeeds, in every round.
pub async fn of_those_that_rest_on_one_condition_one_wins<S: EventStore>(store: &S) {
    const ROUNDS: usize = 20;
    const WRITERS: usize = 8;

    for round in 0..ROUNDS {
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let store = store.clone();
            let first = format!("seat:{round}");
            writers.spawn(async move {
                let condition = Condition::new(query([item(&[], &[&first])]), Position::START);
                let taken = vec![about("taken", &[&first])];
                let key = format!("writer-{writer}");
                try_on(&store, condition, vec![part(&stream(&key), ExpectedVersion::Any, taken)])
                    .await
            });
        }
        let winners = winners(writers).await;
        assert_eq!(winners, 1, "of {WRITERS} that rest on one condition one wins");
    }
}

/// Write skew: each rests on what the other writes.
///
/// ```text
/// writer 1   requires no left:n    writes right:n
/// writer 2   requires no right:n   writes left:n
/// ```
///
/// In whichever order they stand in the log, the second is contradicted by the first.
pub async fn two_that_write_what_the_other_forbids_never_both_succeed<S: EventStore>(store: &S) {
    for round in 0..40 {
        let (left, right) = (format!("left:{round}"), format!("right:{round}"));
        let mut writers = JoinSet::new();
        for (forbidden, written) in [(left.clone(), right.clone()), (right, left)] {
            let store = store.clone();
            writers.spawn(async move {
                let condition = Condition::new(query([item(&[], &[&forbidden])]), Position::START);
                let new = vec![about("taken", &[&written])];
                let own = stream(&written.replace(':', "-"));
                try_on(&store, condition, vec![part(&own, ExpectedVersion::Any, new)]).await
            });
        }
        let winners = winners(writers).await;
        assert_eq!(winners, 1, "of two that write what the other forbids one succeeds");
    }
}

/// A condition that names types and no tag is met by appends that carry neither tag nor condition,
/// and holds against them all the same.
pub async fn a_condition_on_types_holds_against_plain_appends<S: EventStore>(store: &S) {
    const ROUNDS: usize = 40;

    let mut decisions = Vec::new();
    for round in 0..ROUNDS {
        let condition = seen(store, query([item(&["counted"], &[])])).await;
        let mut writers = JoinSet::new();
        for writer in 0..4 {
            let store = store.clone();
            let condition = (writer == round % 4).then(|| condition.clone());
            let new = vec![about("counted", &[])];
            writers.spawn(decide(store, format!("writer-{writer}"), condition, new));
        }
        decisions.extend(writers.join_all().await);
    }

    audit(store, &decisions).await;
}

/// Tasks read, think and append over and over, on conditions of every form, beside some that append
/// without any; what each does is drawn from a seed, how they meet is not.
pub async fn no_condition_is_broken_in_the_order_of_the_log<S: EventStore>(store: &S) {
    const WRITERS: u64 = 8;
    const TURNS: usize = 20;

    let mut writers = JoinSet::new();
    for seed in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            let mut draw = Seeded::new(seed);
            let mut decisions = Vec::new();
            for _ in 0..TURNS {
                let condition = match draw.below(4) {
                    0 => None,
                    _ => Some(seen(&store, any_query(&mut draw)).await),
                };
                for _ in 0..draw.below(8) {
                    yield_now().await;
                }
                let key = format!("shared-{}", draw.below(3));
                let new = (0..=draw.below(2)).map(|_| any_event(&mut draw)).collect();
                decisions.push(decide(store.clone(), key, condition, new).await);
            }
            decisions
        });
    }

    let decisions: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    audit(store, &decisions).await;
}

/// A decision of a task: its condition, its events, and the answer that it got.
struct Decision {
    condition: Option<Condition>,
    events: Vec<NewEvent>,
    answer: Result<Appended, AppendError>,
}

async fn decide<S: EventStore>(
    store: S,
    key: String,
    condition: Option<Condition>,
    events: Vec<NewEvent>,
) -> Decision {
    let parts = vec![part(&stream(&key), ExpectedVersion::Any, events.clone())];
    let answer = match condition.clone() {
        Some(condition) => try_on(&store, condition, parts).await,
        None => try_parts(&store, parts).await,
    };
    Decision { condition, events, answer }
}

/// The condition that nothing matches `query` but the events that match now.
async fn seen<S: EventStore>(store: &S, query: Query) -> Condition {
    let page = query_page(store, &query, Position::START, ALL).await;
    let found = page.events.iter().map(|found| found.event.position);
    let known = found.filter(|position| *position > page.safe).collect();
    Condition::new(query, page.safe).with_known(known)
}

async fn winners(mut writers: JoinSet<Result<Appended, AppendError>>) -> usize {
    let mut winners = 0;
    while let Some(answer) = writers.join_next().await {
        match answer.expect("a writer does not panic") {
            Ok(_) => winners += 1,
            lost => {
                broken_condition(lost);
            }
        }
    }
    winners
}

/// Asks each condition again, of the log.
async fn audit<S: EventStore>(store: &S, decisions: &[Decision]) {
    let accepted = || decisions.iter().filter_map(|decision| decision.answer.as_ref().ok());
    let last = accepted().filter_map(Appended::position).max().expect("one is accepted");
    until_safe(store, last).await;
    let log = log_page(store, Cursor::START, ALL).await;
    let new = decisions.iter().flat_map(|decision| &decision.events);
    let new: HashMap<EventId, &NewEvent> = new.map(|event| (event.id, event)).collect();
    let unseen = |condition: &Condition, position: Position, id: EventId| {
        let Condition { query, after, known, .. } = condition;
        let event = new[&id];
        position > *after
            && !known.contains(&position)
            && query.matches(&event.event.name, &event.tags)
    };

    for Decision { condition, events, answer } in decisions {
        let Some(condition) = condition else {
            assert!(answer.is_ok(), "an append without a condition: {answer:?}");
            continue;
        };
        match answer {
            Ok(appended) => {
                let (own, end) = (ids(events), appended.position().expect("it has events"));
                let before = log.iter().filter(|at| at.position < end && !own.contains(&at.id));
                let broken = before.filter(|at| unseen(condition, at.position, at.id)).count();
                assert_eq!(broken, 0, "a condition is broken in the order of the log");
            }
            Err(AppendError::Condition(failed)) => {
                let named = log.iter().find(|at| at.position == failed.position);
                let named = named.expect("a broken condition names an event of the log");
                let right = unseen(condition, named.position, named.id);
                assert!(right, "an append is refused for an event that matches and was not seen");
            }
            Err(other) => panic!("a condition is met or broken: {other:?}"),
        }
    }
}

fn any_query(draw: &mut Seeded) -> Query {
    match draw.below(3) {
        0 => query([any_item(draw)]),
        _ => query([any_item(draw), any_item(draw)]),
    }
}

fn any_item(draw: &mut Seeded) -> QueryItem {
    let types = *draw.one_of(&[&[][..], &["opened"], &["opened", "closed"]]);
    let tags = *draw.one_of(&[&["a:1"][..], &["a:2"], &["b:1"], &["a:1", "b:1"]]);
    match (types, draw.below(8)) {
        ([_, ..], 0) => item(types, &[]),
        _ => item(types, tags),
    }
}

fn any_event(draw: &mut Seeded) -> NewEvent {
    let name = *draw.one_of(&["opened", "closed", "moved"]);
    let tags =
        *draw.one_of(&[&[][..], &["a:1"], &["a:2"], &["b:1"], &["a:1", "b:1"], &["a:2", "b:1"]]);
    about(name, tags)
}
