//! A snapshot is a cache: with or without, whatever happens to it, a state is the fold of its events.

mod order;
mod reading;
mod writing;
