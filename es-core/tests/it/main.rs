//! Aggregates, decisions, projections and the store in memory, as a service uses them.
//!
//! Beside it stand the tests that need a process or a crate of their own: `gauges` sets the recorder of a process,
//! `shape` pins fingerprints, which know the name of the crate, `tasks` runs the source of the tasks on another runtime,
//! and `ui` runs the compiler.

mod bad_input;
mod bounded;
mod cache;
mod command_batching;
mod decisions;
mod derives;
mod event_schemas;
mod event_types;
mod fixture;
mod forwarding;
mod gated;
mod history;
mod imported;
mod live;
mod lossless;
mod metadata;
mod once;
mod project_span;
mod projection_derive;
mod projections;
mod projections_rebuild;
mod repository;
mod saga_derive;
mod sagas_run;
mod shape_serde;
mod snapshots;
mod spans;
mod spawned;
mod stale_states;
mod subscriptions;
mod superseded;
mod transformed;
mod unit_of_work;
mod watched;
