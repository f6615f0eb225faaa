//! Two releases of a service. The second one changed an event that the first one had released.

/// The events after a change that should have been a new version, and one more that is not released
/// yet.
pub mod present;
/// The events as they were released: `events.lock` and `tests/golden` were made from them.
pub mod released;
