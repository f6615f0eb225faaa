//! Models of the tasks of this crate: the source of `task/worker.rs` and `task/handover.rs` on a lock and
//! a runtime that shuttle schedules, so that their steps come in many orders.
//!
//! A wake-up that is lost is a deadlock here, which shuttle reports with the order that led to it.

#![expect(unreachable_pub, reason = "the source is that of a library")]

#[path = "../../src/task/handover.rs"]
mod handover;
mod handover_model;
mod sync;
#[path = "../../src/task/worker.rs"]
mod worker;
mod worker_model;

/// The number of orders in which the steps of each model come: several times as many as it takes to find
/// a wake-up that is lost, and few enough for a second.
const ORDERS: usize = 1_000;

/// The number of steps at which a thread is held up.
const HELD_UP: usize = 3;

/// Runs a model, and its tasks to their ends, in many orders of their steps: any at random, and such in
/// which a thread is held up for long at a few steps.
fn check(model: impl Fn() + Send + Sync + Clone + 'static) {
    let model = move || {
        model();
        sync::Handle::current().wait_for_tasks();
    };
    shuttle::check_random(model.clone(), ORDERS);
    shuttle::check_pct(model, ORDERS, HELD_UP);
}
