//! What runs a projection on one of any number of processes started alike.
//!
//! One loop per projection and process, and one task that keeps the lease beside it. The loop holds some
//! of the 64 slots. It reads on from the slot that is least far, passes over what is another node's or
//! done, has the rest handled in one batch, and commits with it how far its slots have come. Nodes do not
//! know one another: who they are and what each may hold they are told with every beat, and a commit of
//! a slot that has changed hands is refused by the store.

mod alone;
mod backoff;
mod batch;
mod careful;
mod caught_up;
mod consumer;
mod contended;
mod fault;
mod going_on;
mod hand;
mod hold;
mod lease;
mod of_projection;
mod page;
mod passed_by;
mod read_ahead;
mod retries;
mod slots;
mod start;
mod stepwise;
mod too_old;
mod trouble;
mod turns;
mod waiting_keys;

pub(crate) use consumer::{Consumer, Handed};
pub(crate) use hand::Hand;
pub(crate) use lease::chain;
pub(crate) use of_projection::{OfProjection, registration};
pub(crate) use start::start;
