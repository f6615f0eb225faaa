//! What a query finds.

use es_core::prelude::*;
use es_core::{
    AppendError, Condition, EventName, MatchingEvent, NewEvent, Query, QueryItem, StoreErrorKind,
    Tag,
};
use es_postgres::sqlx;

use crate::support::{Dice, Fixture, fixture, item, stream, tagged};

async fn put(fixture: &Fixture, key: &str, name: &str, tags: &[&str]) -> Position {
    let append = Append::to(stream(key), ExpectedVersion::Any, vec![tagged(name, tags)]).unwrap();
    fixture.store.append(append).await.unwrap().position().unwrap()
}

async fn found(fixture: &Fixture, items: Vec<QueryItem>, after: Position) -> Vec<MatchingEvent> {
    fixture.store.query_page(&Query::new(items).unwrap(), after, 1000).await.unwrap().events
}

fn positions(events: &[MatchingEvent]) -> Vec<Position> {
    events.iter().map(|found| found.event.position).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_comes_with_the_items_that_it_matches() {
    let fixture = fixture().await;
    put(&fixture, "c1", "defined", &["course:c1"]).await;
    put(&fixture, "s1", "registered", &["student:s1"]).await;
    let both = put(&fixture, "c1-s1", "subscribed", &["course:c1", "student:s1"]).await;

    let items = vec![
        item(&[], &["course:c1", "student:s1"]),
        item(&["registered"], &[]),
        item(&["subscribed"], &["student:s1"]),
        item(&["defined"], &["student:s1"]),
    ];
    let events = found(&fixture, items, Position::START).await;

    let items: Vec<_> = events.iter().map(|found| found.items.clone()).collect();
    assert_eq!(items, [vec![1], vec![0, 2]]);
    assert_eq!(events[1].event.position, both);
    assert_eq!(events[1].event.stream, stream("c1-s1"));
}

/// The first page's `safe` and what was seen beyond it are what a decision may rest on.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_under_way_holds_back_what_is_safe_and_not_what_is_found() {
    let fixture = fixture().await;
    put(&fixture, "a", "subscribed", &["course:c1"]).await;
    let mut tx = fixture.pool.begin().await.unwrap();
    let late = Append::to(stream("b"), ExpectedVersion::Any, vec![tagged("x", &["course:c1"])]);
    let late = fixture.store.append_within(&mut tx, late.unwrap()).await.unwrap();
    let seen = put(&fixture, "c", "subscribed", &["course:c1"]).await;

    let query = Query::new(vec![item(&[], &["course:c1"])]).unwrap();
    let page = fixture.store.query_page(&query, Position::START, 9).await.unwrap();
    tx.commit().await.unwrap();
    let rest = found(&fixture, vec![item(&[], &["course:c1"])], page.safe).await;

    assert_eq!(page.safe, Position(1));
    assert_eq!(positions(&page.events), [Position(1), seen]);
    assert_eq!(positions(&rest), [late.position().unwrap(), seen]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_there_twice_counts_once() {
    let fixture = fixture().await;

    let once = put(&fixture, "a", "x", &["course:c1", "course:c1"]).await;

    let events = found(&fixture, vec![item(&[], &["course:c1", "course:c1"])], Position::START);
    assert_eq!(positions(&events.await), [once]);
}

/// The rarer tag lies behind 300 entries of the others: whichever leads, the same is found.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_hot_tags_finds_where_they_meet() {
    let fixture = fixture().await;
    let events = (0..700)
        .map(|nth| match nth {
            650 => tagged("x", &["a:1", "b:1"]),
            nth if nth % 2 == 0 => tagged("x", &["a:1"]),
            _ => tagged("x", &["b:1"]),
        })
        .collect();
    fixture
        .store
        .append(Append::to(stream("a"), ExpectedVersion::Any, events).unwrap())
        .await
        .unwrap();

    let meeting = found(&fixture, vec![item(&[], &["a:1", "b:1"])], Position::START).await;

    assert_eq!(positions(&meeting), [Position(651)]);
}

/// Seeded events and queries: the store finds what `Query::matching_items` finds, page by page.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_finds_what_its_definition_says() {
    let fixture = fixture().await;
    let mut dice = Dice(20_261_121);
    let mut log: Vec<(Position, EventName, Vec<Tag>)> = Vec::new();
    for nth in 0..40 {
        let events: Vec<_> = (0..=dice.below(8)).map(|_| dice_event(&mut dice)).collect();
        let append = Append::to(stream(&(nth % 7).to_string()), ExpectedVersion::Any, events);
        let append = append.unwrap();
        let appended = fixture.store.append(append.clone()).await.unwrap();
        for (event, position) in append.parts()[0].events.iter().zip(&appended.streams[0].positions)
        {
            log.push((*position, event.event.name.clone(), event.tags.clone()));
        }
    }

    for _ in 0..200 {
        let items = (0..=dice.below(4)).map(|_| dice_item(&mut dice)).collect();
        let query = Query::new(items).unwrap();
        let after = Position(dice.below(120));
        let limit = 1 + u32::try_from(dice.below(30)).unwrap();
        let expected: Vec<_> = log
            .iter()
            .map(|(position, name, tags)| (*position, query.matching_items(name, tags)))
            .filter(|(position, items)| *position > after && !items.is_empty())
            .take(limit as usize)
            .collect();

        let page = fixture.store.query_page(&query, after, limit).await.unwrap();

        let page: Vec<_> = page.events.into_iter().map(|e| (e.event.position, e.items)).collect();
        assert_eq!(page, expected, "{query:?} after {after:?}, {limit}");
    }
}

fn dice_event(dice: &mut Dice) -> NewEvent {
    let name = match dice.below(3) {
        0 => "opened",
        1 => "moved",
        _ => "closed",
    };
    let tags: Vec<_> =
        ["a:1", "a:2", "b:1", "b:2"].into_iter().filter(|_| dice.below(3) == 0).collect();
    tagged(name, &tags)
}

fn dice_item(dice: &mut Dice) -> QueryItem {
    loop {
        let types: Vec<_> =
            ["opened", "moved", "closed"].into_iter().filter(|_| dice.below(3) == 0).collect();
        let tags: Vec<_> =
            ["a:1", "a:2", "b:1", "b:2"].into_iter().filter(|_| dice.below(3) == 0).collect();
        if !types.is_empty() || !tags.is_empty() {
            return item(&types, &tags);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_not_migrated_says_so() {
    let fixture = fixture().await;
    sqlx::query("DROP TABLE es.tags").execute(&fixture.pool).await.unwrap();
    let query = Query::new(vec![item(&["x"], &[])]).unwrap();

    let error = fixture.store.query_page(&query, Position::START, 1).await.unwrap_err();

    assert_eq!(error.kind(), StoreErrorKind::NotMigrated);
}

/// Every subset of four tags is on some event, so that each tag is the one that is missing once.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_matches_events_that_have_all_of_its_tags() {
    const TAGS: [&str; 4] = ["a:1", "b:1", "c:1", "d:1"];
    let fixture = fixture().await;
    let subset = |bits: usize| -> Vec<&str> {
        TAGS.iter()
            .enumerate()
            .filter(|(nth, _)| bits >> nth & 1 == 1)
            .map(|(_, tag)| *tag)
            .collect()
    };
    let mut at = Vec::new();
    for bits in 0..16 {
        at.push(put(&fixture, "a", "x", &subset(bits)).await);
    }

    for bits in 1..16 {
        let expected: Vec<_> = (0..16).filter(|on| on & bits == bits).map(|on| at[on]).collect();
        let by_tags = found(&fixture, vec![item(&[], &subset(bits))], Position::START).await;
        let also_by_type = vec![item(&[], &subset(bits)), item(&["never"], &[])];
        let also_by_type = found(&fixture, also_by_type, Position::START).await;

        assert_eq!(positions(&by_tags), expected, "{:?}", subset(bits));
        assert_eq!(positions(&also_by_type), expected, "{:?}", subset(bits));
        let condition = |known| {
            let query = Query::new(vec![item(&[], &subset(bits))]).unwrap();
            let condition = Condition::new(query, Position::START).with_known(known);
            let append = Append::to(stream("b"), ExpectedVersion::Any, vec![tagged("y", &[])]);
            fixture.store.append(append.unwrap().with_condition(condition))
        };
        let AppendError::Condition(failed) = condition(vec![]).await.unwrap_err() else {
            panic!("not for the condition")
        };
        assert!(expected.contains(&failed.position), "{:?}", subset(bits));
        condition(expected).await.unwrap();
    }
}
