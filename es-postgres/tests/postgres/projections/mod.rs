//! Where projections keep their rows, on a real PostgreSQL: one database per test.

mod batch;
mod support;
