//! Rows: what is saved comes back as it was, and each question finds what it asks for.

use es_core::process::StepName;
use es_core::projection::Slot;
use es_core::sagas::{SagaFilter, SagaPhase, SagaQuery, SagaRow, SagaStore, Waits};
use es_core::{Category, EventStore, Position, StreamKey, Timestamp, Version};

use super::Subjects;
use super::subjects::{at, instance, starting};

fn saga(name: &str) -> Category {
    Category::new(name).expect("a name")
}

fn keys(rows: &[SagaRow]) -> Vec<&str> {
    rows.iter().map(|row| row.stream.key().as_str()).collect()
}

fn unattended(name: &str, slots: &[Slot], after: Option<StreamKey>) -> SagaQuery {
    SagaQuery::Unattended { saga: saga(name), slots: slots.to_vec(), after }
}

/// The transfers that are due at that second.
fn due_until(second: i64, slots: Vec<Slot>, after: Option<(Timestamp, StreamKey)>) -> SagaQuery {
    SagaQuery::Due { saga: saga("transfer"), slots, until: at(second), after }
}

fn step(name: &str) -> StepName {
    StepName::new(name).expect("a name")
}

/// A row each of whose fields is set.
fn full(key: &str) -> SagaRow {
    let mut row = starting("transfer", key);
    (row.version, row.heard, row.saga_version) = (Version(9), Position(12), Some(3));
    (row.phase, row.step, row.attempt) = (SagaPhase::Compensating, Some(step("take-payment")), 2);
    row.waits = Waits::Time { until: at(60) };
    row.error = Some("the gateway says «no»\nand no more".to_owned());
    (row.since, row.started_at, row.ended_at) = (at(5), at(1), Some(at(9)));
    row
}

/// A row comes back with all that was saved of it.
pub async fn rows_come_back_as_they_were<L: EventStore, K: SagaStore>(subjects: &Subjects<L, K>) {
    let mut rows = vec![full("a"), starting("transfer", "b")];
    rows.extend(SagaPhase::ALL.into_iter().map(|phase| {
        let mut row = full(phase.as_str());
        (row.phase, row.waits) = (phase, Waits::Nobody);
        row
    }));

    subjects.save(&rows, &[]).await;

    let found = subjects.find(&SagaQuery::List(SagaFilter::new(saga("transfer"))), 100).await;
    rows.sort_by(|a, b| a.stream.key().as_str().cmp(b.stream.key().as_str()));
    assert_eq!(found, rows);
}

/// A row that is saved again is there once, as it was saved last.
pub async fn a_row_takes_the_place_of_the_one_before<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    subjects.save(&[full("a")], &[]).await;
    let mut later = starting("transfer", "a");
    later.version = Version(10);

    subjects.save(std::slice::from_ref(&later), &[]).await;

    let found = subjects.find(&SagaQuery::List(SagaFilter::new(saga("transfer"))), 100).await;
    assert_eq!(found, [later]);
}

/// A row of an earlier version than the one that is there is not saved: the list of an instance never goes back.
pub async fn a_row_of_an_earlier_version_is_not_saved<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    let (mut earlier, other) = (full("a"), starting("transfer", "b"));
    (earlier.version, earlier.error) = (Version(8), None);
    subjects.save(&[full("a")], &[]).await;

    subjects.save(&[earlier, other.clone()], &[]).await;

    let found = subjects.find(&SagaQuery::List(SagaFilter::new(saga("transfer"))), 100).await;
    assert_eq!(found, [full("a"), other]);
}

/// A batch is given the rows of the streams that it names, and none of the others.
pub async fn a_batch_reads_the_rows_that_it_asks_for<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    let rows = [full("a"), full("b"), full("c")];
    subjects.save(&rows, &[]).await;
    let asked = [instance("transfer", "c"), instance("transfer", "a"), instance("transfer", "x")];

    let mut read = subjects.save(&[], &asked).await;

    read.sort_by(|a, b| a.stream.key().as_str().cmp(b.stream.key().as_str()));
    assert_eq!(read, [full("a"), full("c")]);
}

/// Rows that somebody is to go on with are those that wait for an attempt, in these slots, in the order of their keys
/// and after the one that is named.
pub async fn what_somebody_is_to_go_on_with_is_found_in_the_order_of_keys<
    L: EventStore,
    K: SagaStore,
>(
    subjects: &Subjects<L, K>,
) {
    let mut rows: Vec<_> =
        (0..40).map(|nth| starting("transfer", &format!("k-{nth:02}"))).collect();
    (rows[1].waits, rows[2].waits) = (Waits::Nobody, Waits::Time { until: at(1) });
    subjects.save(&rows, &[]).await;
    let slots: Vec<_> = Slot::all().filter(|slot| slot.number() % 2 == 0).collect();
    let wanted =
        |row: &&SagaRow| matches!(row.waits, Waits::Attempt { .. }) && slots.contains(&row.slot());
    let wanted: Vec<_> = rows.iter().filter(wanted).cloned().collect();
    assert!(wanted.len() > 3, "keys spread over the slots");

    let query = |after: Option<StreamKey>| unattended("transfer", &slots, after);

    assert_eq!(keys(&subjects.find(&query(None), 100).await), keys(&wanted));
    assert_eq!(keys(&subjects.find(&query(None), 2).await), keys(&wanted[..2]));
    let after = query(Some(wanted[1].stream.key().clone()));
    assert_eq!(keys(&subjects.find(&after, 100).await), keys(&wanted[2..]));
}

/// The rows that are due are those of these slots that need attention up to the instant, the most overdue first.
pub async fn what_is_due_is_found_in_the_order_of_instants<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    let row = |key: &str, waits| {
        let mut row = starting("transfer", key);
        row.waits = waits;
        row
    };
    let rows = [
        row("late", Waits::Time { until: at(30) }),
        row("first", Waits::Attempt { due: at(10) }),
        row("never", Waits::Nobody),
        row("second", Waits::Time { until: at(20) }),
    ];
    subjects.save(&rows, &[]).await;
    let due = |slots, until| due_until(until, slots, None);
    let all: Vec<_> = Slot::all().collect();

    assert_eq!(keys(&subjects.find(&due(all.clone(), 20), 100).await), ["first", "second"]);
    assert_eq!(keys(&subjects.find(&due(all.clone(), 30), 1).await), ["first"]);
    let after = Some((at(10), rows[1].stream.key().clone()));
    let rest = due_until(30, all.clone(), after);
    assert_eq!(keys(&subjects.find(&rest, 100).await), ["second", "late"]);
    let others = all.into_iter().filter(|slot| *slot != rows[1].slot()).collect();
    assert!(!keys(&subjects.find(&due(others, 20), 100).await).contains(&"first"));
}

/// A list has the rows of its filter, a page at a time.
pub async fn a_list_has_the_rows_of_its_filter<L: EventStore, K: SagaStore>(
    subjects: &Subjects<L, K>,
) {
    let row = |key: &str, phase, at_step: &str, version| {
        let mut row = full(key);
        (row.phase, row.step, row.saga_version) = (phase, Some(step(at_step)), Some(version));
        row
    };
    let rows = [
        row("a", SagaPhase::Forward, "pay", 1),
        row("b", SagaPhase::Intervention, "pay", 2),
        row("c", SagaPhase::Forward, "ship", 2),
        row("d", SagaPhase::Forward, "pay", 2),
    ];
    subjects.save(&rows, &[]).await;
    let all = || SagaFilter::new(saga("transfer"));
    let listed = async |filter, limit| {
        let found = subjects.find(&SagaQuery::List(filter), limit).await;
        found.iter().map(|row| row.stream.key().to_string()).collect::<Vec<_>>()
    };
    let pay = step("pay");

    assert_eq!(listed(all(), 3).await, ["a", "b", "c"]);
    assert_eq!(listed(all().with_after(StreamKey::new("b").expect("a key")), 3).await, ["c", "d"]);
    assert_eq!(listed(all().with_phase(SagaPhase::Intervention), 9).await, ["b"]);
    assert_eq!(listed(all().with_step(pay.clone()), 9).await, ["a", "b", "d"]);
    assert_eq!(listed(all().with_version(2), 9).await, ["b", "c", "d"]);
    let narrow = all().with_phase(SagaPhase::Forward).with_step(pay).with_version(2);
    assert_eq!(listed(narrow, 9).await, ["d"]);
}

/// Instances of another saga with the same key are other instances.
pub async fn sagas_do_not_see_one_another<L: EventStore, K: SagaStore>(subjects: &Subjects<L, K>) {
    let rows = [starting("transfer", "a"), starting("order", "a"), starting("order", "b")];

    subjects.save(&rows, &[]).await;

    let slots: Vec<_> = Slot::all().collect();
    let of_order = unattended("order", &slots, None);
    assert_eq!(subjects.find(&of_order, 9).await, rows[1..]);
    let due = due_until(0, slots, None);
    assert_eq!(subjects.find(&due, 9).await, rows[..1]);
    let listed = SagaQuery::List(SagaFilter::new(saga("transfer")));
    assert_eq!(subjects.find(&listed, 9).await, rows[..1]);
}
