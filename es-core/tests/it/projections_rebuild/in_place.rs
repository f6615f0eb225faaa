//! Rows are built again where they are.

use std::sync::Arc;
use std::time::Duration;

use es_core::projection::{RebuildError, RunOptions};
use es_core::{Position, ProjectError, Projection, Projects, ReadModel, Recorded};
use tokio::sync::Semaphore;

use super::fixture::*;

/// A projection by letter, which has no effects.
type Plain = Balances<1, true>;

/// Rows that were made by a handler that was wrong, up to 100.
async fn wrong_rows(store: &es_core::MemoryStore, kept: &Kept) {
    let wrong = Plain { too_much: 1, ..Plain::default() };
    let running = projections(store, kept).run(wrong).await.unwrap();
    until_at(kept, 1, 100).await;
    running.stop().await;
}

#[tokio::test]
async fn the_rows_are_built_from_the_whole_log() {
    let (store, kept) = (bank(10).await, Kept::new());
    wrong_rows(&store, &kept).await;
    more(&store, 100).await;

    let rebuilt = projections(&store, &kept).rebuild_in_place(&Plain::default()).await.unwrap();

    assert_eq!((rebuilt.events, rebuilt.position), (1100, Position(1100)));
    assert_eq!(read(&kept), each_has(110));
}

#[tokio::test]
async fn whoever_runs_the_projection_goes_on_from_the_new_rows() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let wrong = Plain { too_much: 1, refused: 5, ..Plain::default() };
    let options = RunOptions::default().with_lease(Duration::from_millis(300));
    let _running = projections.run_with(wrong, options).await.unwrap();
    until_at(&kept, 1, 100).await;
    deposit(&store, "a", 5).await;
    until(async || version(&kept, 1).await.parked_keys == 1).await;

    projections.rebuild_in_place(&Plain::default()).await.unwrap();
    deposit(&store, "b", 7).await;
    until_at(&kept, 1, 102).await;

    let mut expected = each_has(10);
    expected.insert("a".into(), 15);
    expected.insert("b".into(), 18);
    assert_eq!(read(&kept), expected);
    assert_eq!(version(&kept, 1).await.parked_keys, 0);
}

#[tokio::test]
async fn the_old_rows_are_read_until_the_end_and_stay_if_it_is_broken_off() {
    let (store, kept) = (bank(10).await, Kept::new());
    wrong_rows(&store, &kept).await;
    let gate = Arc::new(Semaphore::new(50));
    let right = Plain { gate: Arc::clone(&gate), ..Plain::default() };
    let projections = projections(&store, &kept);

    {
        let mut rebuild = std::pin::pin!(projections.rebuild_in_place(&right));
        tokio::select! {
            _ = &mut rebuild => panic!("it ended"),
            () = until(async || gate.available_permits() == 0) => {}
        }
        assert_eq!(read(&kept), each_has(20));
    }

    assert_eq!(read(&kept), each_has(20));
    assert_eq!(version(&kept, 1).await.position(), Position(100));
}

#[tokio::test]
async fn an_event_that_fails_is_named_and_nothing_is_changed() {
    let (store, kept) = (bank(10).await, Kept::new());
    wrong_rows(&store, &kept).await;
    deposit(&store, "a", 13).await;
    let right = Plain { refused: 13, ..Plain::default() };

    let failed = projections(&store, &kept).rebuild_in_place(&right).await.unwrap_err();

    let RebuildError::Event(unhandled) = &failed else { panic!("{failed:?}") };
    assert_eq!(unhandled.position, Position(101));
    assert_eq!(
        failed.to_string(),
        "`money-deposited`, version 11 of stream `account/a` at position 101, cannot be projected"
    );
    assert_eq!(read(&kept), each_has(20));
}

#[tokio::test]
async fn progress_is_told_after_every_page() {
    let (store, kept) = (bank(120).await, Kept::new());
    let mut told = Vec::new();

    let projections = projections(&store, &kept);
    let tell = |progress: &es_core::projection::RebuildProgress| {
        told.push((progress.events, progress.position.0, progress.of.0, progress.left.is_some()));
    };
    projections.rebuild_in_place_with(&Plain::default(), tell).await.unwrap();

    assert_eq!(told.last(), Some(&(1200, 1200, 1200, true)));
    assert_eq!(told.first(), Some(&(500, 500, 1200, true)));
}

#[tokio::test]
async fn effects_are_neither_repeated_nor_lost() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let it = Balances::<1>::default();
    let running = projections.run(it.clone()).await.unwrap();
    until_at(&kept, 1, 100).await;
    running.stop().await;
    more(&store, 10).await;

    let rebuilt = projections.rebuild_in_place(&it).await.unwrap();
    let _running = projections.run(it.clone()).await.unwrap();
    until_at(&kept, 1, 200).await;

    assert_eq!((rebuilt.events, rebuilt.position), (100, Position(100)));
    let mut sent = it.mails.lock().unwrap().clone();
    sent.sort_unstable();
    assert_eq!(sent, (1..=200).collect::<Vec<_>>());
    assert_eq!(read(&kept), each_has(20));
}

#[tokio::test]
async fn effects_of_parked_events_are_not_lost_without_a_word() {
    let (store, kept) = (bank(1).await, Kept::new());
    deposit(&store, "a", 13).await;
    let projections = projections(&store, &kept);
    let it = Balances::<1> { refused: 13, ..Default::default() };
    let running = projections.run(it).await.unwrap();
    until_at(&kept, 1, 11).await;
    running.stop().await;

    let refused = projections.rebuild_in_place(&Balances::<1>::default()).await.unwrap_err();

    assert!(matches!(refused, RebuildError::ParkedEffects { events: 1, .. }), "{refused:?}");
}

/// Counts the deposits of a page with one call, and refuses one of 13 cents, and one of 14 that is not alone.
struct InBulk;

impl Projection for InBulk {
    const NAME: &'static str = "balances";
    const VERSION: u32 = 1;
    type Event = BalancesEvent;
}

impl Projects<Rows> for InBulk {
    const IS_BULK: bool = true;

    async fn project(
        &self,
        event: Recorded<BalancesEvent>,
        rows: &mut Rows,
    ) -> Result<(), ProjectError> {
        self.project_all(vec![event], rows).await
    }

    async fn project_all(
        &self,
        events: Vec<Recorded<BalancesEvent>>,
        rows: &mut Rows,
    ) -> Result<(), ProjectError> {
        *rows.cents.entry("calls".into()).or_default() += 1;
        *rows.cents.entry("events".into()).or_default() += i64::try_from(events.len())?;
        let BalancesEvent::Deposited(last) = &events[events.len() - 1].event;
        let is_refused = last.cents == 13 || (last.cents == 14 && events.len() > 1);
        if is_refused { Err(ProjectError::new("that amount is refused")) } else { Ok(()) }
    }
}

impl ReadModel<Rows> for InBulk {}

#[tokio::test]
async fn a_page_is_one_call_of_a_bulk_handler() {
    let (store, kept) = (bank(120).await, Kept::new());

    projections(&store, &kept).rebuild_in_place(&InBulk).await.unwrap();

    assert_eq!(read(&kept), [("calls".into(), 3), ("events".into(), 1200)].into());
}

#[tokio::test]
async fn the_event_of_a_bulk_that_fails_is_named() {
    let (store, kept) = (bank(1).await, Kept::new());
    deposit(&store, "a", 13).await;

    let failed = projections(&store, &kept).rebuild_in_place(&InBulk).await.unwrap_err();

    let RebuildError::Event(unhandled) = &failed else { panic!("{failed:?}") };
    assert_eq!((unhandled.position, unhandled.among), (Position(11), 1));
}

#[tokio::test]
async fn a_page_that_fails_as_a_whole_and_not_in_parts_is_handled_in_parts() {
    let (store, kept) = (bank(1).await, Kept::new());
    deposit(&store, "a", 14).await;

    projections(&store, &kept).rebuild_in_place(&InBulk).await.unwrap();

    assert_eq!(read(&kept), [("calls".into(), 11), ("events".into(), 11)].into());
}
