//! Nodes: each event starts one instance, crashed processes are replaced, and commands are executed once.

use std::time::Duration;

use es_core::RecordedEvent;
use es_core::prelude::*;
use es_core::process::{End, Phase, SagaEvent, StepName};
use es_core::sagas::{
    MemorySagas, Outcome, RunningSaga, SagaFilter, SagaOptions, SagaStore, Sagas,
};
use futures_util::TryStreamExt;

use super::Subjects;
use super::delivery::{Courier, Delivery, Manner, Sent, Starts, VAN, Van};
use super::subjects::eventually;

async fn run<L: EventStore, K: SagaStore>(sagas: &Sagas<L, K>, courier: &Courier) -> RunningSaga {
    let options = SagaOptions::default()
        .with_lease(Duration::from_millis(400))
        .with_grace(Duration::from_millis(100));
    let running = sagas.run_with::<Delivery, _>(courier.clone(), options).await;
    running.expect("the saga is run")
}

async fn send<L: EventStore>(log: &L, parcel: u32) {
    let sent = NewEvent::of(&Starts::Sent(Sent { parcel }), Metadata::default()).expect("an event");
    let stream = format!("parcel/{parcel}").parse().expect("a stream");
    let append = Append::to(stream, ExpectedVersion::Any, vec![sent]).expect("an append");
    log.append(append).await.expect("it is stored");
}

async fn end<L: EventStore, K: SagaStore>(sagas: &Sagas<L, K>, parcel: u32) -> Outcome {
    let ended = sagas.wait_for_end::<Delivery>(&parcel, Duration::from_secs(60)).await;
    ended.expect("it is read")
}

/// The sagas as another process sees them, which shares nothing but the stores.
fn other_process<L: EventStore, K: SagaStore>(subjects: &Subjects<L, K>) -> Sagas<L, K> {
    Sagas::new(subjects.log.clone(), subjects.kept.clone())
}

/// The number of times that each parcel is on the van.
async fn loaded<L: EventStore>(log: &L) -> Vec<(u32, i32)> {
    let van = Repository::<Van, _>::new(log.clone()).load(&VAN.to_owned()).await;
    van.expect("it is read").state.parcels.into_iter().collect()
}

/// The number of times that an attempt of an instance was stored as resumed.
async fn resumed<L: EventStore, K: SagaStore>(sagas: &Sagas<L, K>, parcel: u32) -> usize {
    let history = sagas.history::<Delivery>(&parcel).expect("a key");
    let history: Vec<_> = history.try_collect().await.expect("it is read");
    let is_resumed = |event: &RecordedEvent| event.event.name.as_str() == "saga.step-resumed";
    history.into_iter().filter(is_resumed).count()
}

/// An event that starts an instance starts it once, also if there is another one with the same id.
pub async fn each_event_starts_one_instance<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    let sagas = other_process(subjects);
    let courier = Courier::default();
    let _one = run(&sagas, &courier).await;
    let _two = run(&other_process(subjects), &courier).await;

    for parcel in (0..20).chain(0..5) {
        send(&subjects.log, parcel).await;
    }

    for parcel in 0..20 {
        assert_eq!(end(&sagas, parcel).await, Outcome::Ended(End::Completed));
    }
    assert_eq!(loaded(&subjects.log).await, (0..20).map(|parcel| (parcel, 1)).collect::<Vec<_>>());
    let mut keys = courier.keys();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 20, "one key for each: {keys:?}");
}

/// An event that was stored while no process ran the saga starts an instance as soon as one does.
pub async fn what_was_stored_before_a_crash_is_started_after_it<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    let sagas = Sagas::new(subjects.log.clone(), subjects.kept.clone());
    run(&sagas, &Courier::default()).await.stop().await;

    send(&subjects.log, 1).await;
    let courier = Courier::default();
    let _running = run(&other_process(subjects), &courier).await;

    assert_eq!(end(&sagas, 1).await, Outcome::Ended(End::Completed));
    assert_eq!(courier.keys(), ["delivery/1/deliver"]);
}

/// An attempt that a process was cut off from is made again by another, under the same key, after it has stored that.
pub async fn another_node_goes_on_with_what_was_cut_off<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    let sagas = Sagas::new(subjects.log.clone(), subjects.kept.clone());
    let courier = Courier::default();
    let running = run(&sagas, &courier.in_manner(Manner::Hangs)).await;
    send(&subjects.log, 1).await;
    let deliver = StepName::new("deliver").expect("a name");
    let all = SagaFilter::new(Category::new("delivery").expect("a name"));
    eventually(async || {
        let rows = sagas.list(all.clone().with_step(deliver.clone()), 1).await;
        rows.expect("rows are read").pop()
    })
    .await;
    // Nothing of the log is left to be heard: the next node finds the instance by its row.
    running.stop().await;

    let _running = run(&other_process(subjects), &courier).await;

    assert_eq!(end(&sagas, 1).await, Outcome::Ended(End::Completed));
    assert_eq!(courier.keys(), ["delivery/1/deliver"; 2]);
    assert_eq!(resumed(&sagas, 1).await, 1);
}

/// A command is executed once, also where nodes that do not know one another drive the same instance. An attempt of an
/// activity that one of them makes beside another is stored as resumed.
pub async fn a_command_is_executed_once_by_nodes_that_do_not_know_one_another<
    L: EventStore,
    K: SagaStore,
>(
    subjects: &Subjects<L, K>,
) {
    let ours = Sagas::new(subjects.log.clone(), subjects.kept.clone());
    let others = Sagas::new(subjects.log.clone(), MemorySagas::new());
    let courier = Courier::default();
    let (_one, _two) = (run(&ours, &courier).await, run(&others, &courier).await);

    for parcel in 0..20 {
        send(&subjects.log, parcel).await;
    }

    for parcel in 0..20 {
        assert_eq!(end(&ours, parcel).await, Outcome::Ended(End::Completed));
        let key = format!("delivery/{parcel}/deliver");
        let attempts = courier.keys().into_iter().filter(|of| *of == key).count();
        let resumed = resumed(&ours, parcel).await;
        assert!(attempts == 1 || resumed == 1, "{attempts} attempts, {resumed} resumed");
    }
    assert_eq!(loaded(&subjects.log).await, (0..20).map(|parcel| (parcel, 1)).collect::<Vec<_>>());
}

/// An instance that waits for its next attempt is driven when it is due, by whichever process there is then.
pub async fn what_waits_for_an_instant_is_driven_then<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    let sagas = Sagas::new(subjects.log.clone(), subjects.kept.clone());
    let courier = Courier::default().in_manner(Manner::NeedsTwo);
    let _running = run(&sagas, &courier).await;

    send(&subjects.log, 1).await;

    assert_eq!(end(&sagas, 1).await, Outcome::Ended(End::Completed));
    let instance = sagas.load::<Delivery>(&1).await.expect("it is read").instance;
    assert_eq!(*instance.phase(), Phase::Ended(End::Completed));
    assert_eq!(courier.keys().len(), 2);
    let history = sagas.history::<Delivery>(&1).expect("a key");
    let history: Vec<_> = history.try_collect().await.expect("it is read");
    let events = history.into_iter().flat_map(|event| event.decode::<SagaEvent>().expect("ours"));
    let begun: Vec<_> = events.map(|event| (event.event.clone(), event.recorded_at)).collect();
    let failed = begun.iter().find_map(|(event, _)| match event {
        SagaEvent::StepFailed(failed) => failed.retry_at,
        _ => None,
    });
    let again = begun.iter().rev().find_map(|(event, at)| match event {
        SagaEvent::StepStarted(begun) if begun.attempt == 2 => Some(*at),
        _ => None,
    });
    assert!(failed.is_some() && again >= failed, "never early: {failed:?}, {again:?}");
}
