//! Events that are no longer written are read as what became of them, wherever a set is read.

mod customer;
mod decisions;
mod forms;
mod paths;
