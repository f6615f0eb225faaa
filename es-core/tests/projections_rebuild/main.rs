//! Rows that are built again, beside those that are read and in their place; lag and health.

#![allow(unreachable_pub, reason = "the fixture is another test's as well")]

mod beside;
mod fixture;
mod in_place;
mod status;
