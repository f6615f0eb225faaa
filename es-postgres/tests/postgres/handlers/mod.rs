//! Handlers that do to their connection what one may do to a connection: one database per test.

mod damaged;
mod failures;
mod held_up;
mod inline;
mod shadowed;
mod support;
mod transactions;
