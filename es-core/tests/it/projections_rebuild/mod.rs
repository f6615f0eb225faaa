//! Rows that are built again, beside those that are read and in their place; lag and health.

mod beside;
mod fixture;
mod in_place;
mod status;
