//! Chapters that go through one matter from end to end. There is nothing to call here.

#[doc = include_str!("../guide/changing-events.md")]
pub mod changing_events {}
