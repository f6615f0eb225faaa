//! Decisions across streams: courses with seats, students with a limit.

mod answers;
mod by_hand;
mod condition;
mod courses;
mod forms;
mod meeting;
mod nights;
mod one_fold;
mod order;
mod race;
mod retag;
mod store;
mod transformed;
