//! Handlers that do to their connection what one may do to a connection: one database per test.

mod failures;
mod inline;
mod support;
mod transactions;
