//! What cannot be read back is never stored, by whatever way it is on.

#[path = "../gated/mod.rs"]
mod gated;

mod by_hand;
mod kinds;
mod lab;
mod refused;
mod stored;
mod ways;
