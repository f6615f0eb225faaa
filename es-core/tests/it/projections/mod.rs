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
mod read_ahead;
mod registering;
mod rollout;
mod running;
mod stopping;
mod versions;
mod waiting;
