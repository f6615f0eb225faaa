//! Projections that run in the background, on a store in memory.

mod fixture;
mod running;
