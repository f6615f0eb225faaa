//! What cannot be read back is never stored, by whatever way it is on.

mod by_hand;
mod kinds;
mod lab;
mod refused;
mod stored;
mod ways;
