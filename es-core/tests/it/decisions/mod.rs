//! Decisions across streams: courses with seats, students with a limit.

mod answers;
mod by_hand;
mod condition;
pub(crate) mod courses;
mod forms;
mod locked;
mod meeting;
mod nights;
mod one_fold;
mod order;
mod panics;
mod race;
mod retag;
pub(crate) mod store;
mod transformed;
