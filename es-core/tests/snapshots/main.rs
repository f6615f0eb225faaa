//! A snapshot is a cache: with or without, whatever happens to it, a state is the fold of its events.

#[path = "../fixture/mod.rs"]
mod fixture;
mod order;
mod reading;
mod watched;
mod writing;
