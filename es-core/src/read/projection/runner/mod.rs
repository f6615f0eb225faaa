//! Runner of a projection on one of any number of identical processes.
//!
//! There is one loop per projection and process, and one task that keeps the lease beside it. The
//! loop holds some of the 64 slots. It reads on from its slot with the lowest checkpoint, skips the
//! events that belong to another node or are done, handles the rest in one batch, and commits the
//! checkpoints of its slots with the batch. Nodes do not know one another: each heartbeat tells a
//! node how many there are and what it may hold, and the store refuses a commit for a slot that has
//! changed hands.

mod backoff;
mod batch;
mod blocked_keys;
mod chained;
mod consumer;
mod contended;
mod draft;
mod fault;
mod hand;
mod lease;
mod one_by_one;
mod page;
mod page_reader;
mod passed_by;
mod phase;
mod projection_consumer;
mod promotion;
mod rebalance;
mod retries;
mod run_loop;
mod single;
mod sink;
mod slot_holder;
mod slots;
mod start;
mod stepwise;
mod too_old;
mod transient_retry;

pub(crate) use consumer::{Consumer, Handed};
pub(crate) use hand::Hand;
pub(crate) use lease::chain;
pub(crate) use projection_consumer::{OfProjection, registration};
pub(crate) use sink::{External, OwnTransaction, Sink};
pub(crate) use start::start;
