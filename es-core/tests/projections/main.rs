//! Projections that run in the background, on stores in memory.

mod away;
mod durable;
mod effects;
mod elsewhere;
mod failing;
mod faulty;
mod fixture;
mod handing_over;
mod handle;
mod many_parked;
mod nodes;
mod parked;
mod put_back;
mod rollout;
mod running;
mod stopping;
mod versions;
mod waiting;
#[path = "../snapshots/watched.rs"]
#[allow(dead_code, reason = "what is watched elsewhere as well")]
mod watched;
