//! Guide chapter: testing with this crate. There is nothing to call here.

// A chapter ends with the destinations of its links for whoever reads it as a file. The definitions above
// it come first, so that here the same links lead into the documentation.

/// [`Decision`]: es_core::Decision
/// [`EventStore`]: es_core::EventStore
/// [`ProjectionBackend`]: es_core::projection::ProjectionBackend
/// [contract]: mod@crate::contract
/// [`saga_lock`]: mod@crate::saga_lock
/// [read models]: ../../../es_postgres/guide/read_models/index.html
/// [changing events]: es_core::guide::changing_events
/// [the chapter on guarantees]: es_core::guide::guarantees
///
#[doc = include_str!("../guide/testing.md")]
pub mod testing {}
