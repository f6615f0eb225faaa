//! Parts of the log beside an append that is under way: none is read beyond where the log is complete.

use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{
    Actor, EventName, Reason, Rewrite, SelectedPage, Selection, Transform, TransformStore,
};
use es_postgres::sqlx::{Postgres, Transaction};

use crate::support::{Fixture, append, exact, fixture, stream, tagged};

/// An event of every part, and then a position that an append has taken and not written.
async fn held_up() -> (Fixture, Transaction<'static, Postgres>) {
    let fixture = fixture().await;
    put(&fixture, 1).await;
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("held", exact(0), 1)).await.unwrap();
    (fixture, tx)
}

async fn put(fixture: &Fixture, events: usize) {
    let told = (0..events).map(|_| tagged("told", &["course:c1", "room:r1"])).collect();
    let append = Append::to(stream("a"), ExpectedVersion::Any, told).unwrap();
    fixture.store.append(append).await.unwrap();
}

/// Every way to read a part, with types and without.
fn parts() -> Vec<Selection> {
    let tag = |text: &str| text.parse().unwrap();
    let places = [
        Selection::log(),
        Selection::category(stream("a").category().clone()),
        Selection::stream(stream("a")),
        Selection::tags(tag("course:c1"), []),
        Selection::tags(tag("course:c1"), [tag("room:r1")]),
    ];
    let told = || [EventName::new("told").unwrap()];
    let typed = places.clone().map(|place| place.with_types(told()));
    places.into_iter().chain(typed).collect()
}

async fn page(fixture: &Fixture, part: &Selection, after: u64, limit: u32) -> SelectedPage {
    fixture.store.select_page(part, Position(after), limit).await.unwrap()
}

fn positions(page: &SelectedPage) -> Vec<u64> {
    page.events.iter().map(|event| event.position.0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_goes_beyond_an_append_that_is_under_way() {
    let (fixture, tx) = held_up().await;
    put(&fixture, 3).await;

    for part in parts() {
        // As many as there are up to the append, and windows that end behind it.
        for limit in [1, 2, 3, 9] {
            let page = page(&fixture, &part, 0, limit).await;
            let told = (positions(&page), page.through, page.safe);
            assert_eq!(told, (vec![1], Position(1), Position(1)), "{limit} of {part:?}");
        }
    }
    tx.commit().await.unwrap();
    for part in parts() {
        let rest = positions(&page(&fixture, &part, 1, 9).await);
        assert!(rest.ends_with(&[3, 4, 5]), "{rest:?} of {part:?}");
    }
}

/// The copies come later than the append that is under way, and so does the record.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_transformed_behind_an_append_is_read_when_that_is_done() {
    let (fixture, tx) = held_up().await;
    let (actor, reason) = (Actor::new("mia").unwrap(), Reason::new("a test").unwrap());
    let whole = Transform::new(stream("a"), actor, reason);
    let kept = fixture.store.transform(whole, |_| Ok::<_, Infallible>(Rewrite::Keep));
    kept.await.unwrap();
    let part = Selection::stream(stream("a"));

    let held = page(&fixture, &part, 0, 9).await;
    tx.commit().await.unwrap();
    let free = page(&fixture, &part, held.through.0, 9).await;

    assert_eq!((positions(&held), held.through), (vec![], Position(1)));
    assert_eq!(positions(&free), [3, 4]);
}
