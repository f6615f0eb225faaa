//! Handover of work from its caller to a task, when the caller stops polling it.
//!
//! A future that was polled and is kept, as one of several in `buffered(4)` is while the body of the loop
//! awaits something else, would keep whatever it holds: a connection of the pool, its stream, a place. A
//! task for each statement would end that, and cost everybody two hops between threads. So the work stays
//! with its caller, and moves to a task when it may be kept ([`Handover`](es_core::__private::handover)):
//!
//! - at once, when the task that polled it last begins or waits for other work of the store, and when the
//!   pool has nothing left;
//! - after one look or two of a watcher, five milliseconds each, when it is under way for so long, whatever
//!   others wait for: the service for its own pool, say, or another process for a row.
//!
//! ```text
//! caller   ├─ polls ─┤ kept …                          ├─ the outcome
//! watcher         look          look, takes over
//! task                         ├─ does ─┤
//! ```

mod place;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use self::place::Driving;
pub(crate) use self::watch::Handovers;
