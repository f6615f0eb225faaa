//! Guide chapters: one topic each, from the first decision to the last detail.
//!
//! - [Commands and the repository](commands_and_repository): decisions, conflicts, retries, snapshots.
//! - [Commands answered once](commands_answered_once): requests that a client sends again.
//! - [Decisions across streams](decisions_across_streams): tags, decision models, append conditions.
//! - [Processes](processes): sagas, what services owe them, and what a person does when one is stuck.
//! - [Changing events](changing_events): schema evolution, tag backfill, and rolling deployments.
//! - [Guarantees](guarantees), each with the test that proves it.
//! - [Writing a store](writing_a_store): an adapter for another database, and the contracts that test it.
//! - [Glossary](glossary).
//!
//! Read models and PostgreSQL in production are chapters of `es_postgres::guide`, testing is one of
//! `es_testing::guide`.

// A chapter is a file that is read on GitHub too, where its links go to files. The definitions here come first
// and win: the links of the rendered documentation go to the items.

/// [`MemoryStore`]: crate::MemoryStore
/// [`Repository::execute`]: crate::Repository::execute
/// [`Repository::with_time_limit`]: crate::Repository::with_time_limit
/// [`Repository::execute_at`]: crate::Repository::execute_at
/// [`Repository::with_cache`]: crate::Repository::with_cache
/// [`Executed`]: crate::Executed
/// [`ExecuteError`]: crate::ExecuteError
/// [`AppendError`]: crate::AppendError
/// [`Metadata`]: crate::Metadata
/// [`UnitOfWork`]: crate::UnitOfWork
/// [read models]: ../../../es_postgres/guide/read_models/index.html
/// [running in production]: ../../../es_postgres/guide/running_in_production/index.html
/// [mails and other effects]: ../../../es_postgres/guide/mails_and_other_effects/index.html
/// [decisions across streams]: decisions_across_streams
/// [answered once]: commands_answered_once
/// [saga]: crate::process
///
#[doc = include_str!("../guide/commands-and-repository.md")]
pub mod commands_and_repository {}

/// [`Metadata`]: crate::Metadata
/// [`Decisions::execute_once`]: crate::Decisions::execute_once
/// [`EventStore::find_request`]: crate::EventStore::find_request
/// [`EventStore::answer_request`]: crate::EventStore::answer_request
/// [`Append::with_request`]: crate::Append::with_request
/// [command batching]: commands_and_repository
///
#[doc = include_str!("../guide/commands-answered-once.md")]
pub mod commands_answered_once {}

/// [`Decisions`]: crate::Decisions
/// [`Decisions::decide`]: crate::Decisions::decide
/// [`Query`]: crate::Query
/// [`Append::with_condition`]: crate::Append::with_condition
/// [`DecisionError`]: crate::DecisionError
/// [testing]: ../../../es_testing/guide/testing/index.html
/// [running in production]: ../../../es_postgres/guide/running_in_production/index.html
/// [changing events]: changing_events
///
#[doc = include_str!("../guide/decisions-across-streams.md")]
pub mod decisions_across_streams {}

/// [`Definition`]: crate::process::Definition
/// [`Saga`]: macro@crate::Saga
/// [`Call::compensates`]: crate::process::Call::compensates
/// [`ProjectionHandle::drop_parked`]: crate::projection::ProjectionHandle::drop_parked
/// [`ProjectionHandle::parked`]: crate::projection::ProjectionHandle::parked
/// [`ProjectionHandle::replay`]: crate::projection::ProjectionHandle::replay
/// [`SagaOptions::with_grace`]: crate::sagas::SagaOptions::with_grace
/// [`SagaPhase::Intervention`]: crate::sagas::SagaPhase::Intervention
/// [`Sagas::follower`]: crate::sagas::Sagas::follower
/// [`Sagas::health`]: crate::sagas::Sagas::health
/// [`Sagas::load`]: crate::sagas::Sagas::load
/// [`Sagas::load_at`]: crate::sagas::Sagas::load_at
/// [`Sagas::load_as_of`]: crate::sagas::Sagas::load_as_of
/// [`Sagas::rehearse`]: crate::sagas::Sagas::rehearse
/// [`Sagas::retry`]: crate::sagas::Sagas::retry
/// [`Sagas::mark_compensated`]: crate::sagas::Sagas::mark_compensated
/// [`Sagas::cancel`]: crate::sagas::Sagas::cancel
/// [`Sagas::skip`]: crate::sagas::Sagas::skip
/// [`TellError::NewerVersion`]: crate::sagas::TellError::NewerVersion
///
#[doc = include_str!("../guide/processes.md")]
pub mod processes {}

/// [`TryUpcast`]: crate::TryUpcast
/// [`MissingTag`]: crate::DecisionError::MissingTag
/// [`retag`]: crate::RetagStore::retag
/// [`LacksTag`]: crate::AppendError::LacksTag
/// [`TransformStore`]: crate::TransformStore
/// [`DecodeError`]: crate::DecodeError
/// [`RecordedDecodeError`]: crate::RecordedDecodeError
///
#[doc = include_str!("../guide/changing-events.md")]
pub mod changing_events {}

/// [running in production]: ../../../es_postgres/guide/running_in_production/index.html
/// [mails and other effects]: ../../../es_postgres/guide/mails_and_other_effects/index.html
///
#[doc = include_str!("../guide/guarantees.md")]
pub mod guarantees {}

/// [commands answered once]: commands_answered_once
/// [`EventStore`]: crate::EventStore
/// [`AppendError`]: crate::AppendError
/// [`StoreError`]: crate::StoreError
/// [`ProjectionBackend`]: crate::projection::ProjectionBackend
/// [`SagaStore`]: crate::sagas::SagaStore
/// [`ProjectionBatch`]: crate::projection::ProjectionBatch
/// [`ProjectionStore`]: crate::projection::ProjectionStore
/// [`MemoryProjections`]: crate::projection::MemoryProjections
/// [`Scope::Registry`]: crate::projection::Scope::Registry
/// [`es_core::projection::version`]: crate::projection::version
/// [`Progress`]: crate::projection::Progress
/// [`CommitError::Lost`]: crate::projection::CommitError::Lost
///
#[doc = include_str!("../guide/writing-a-store.md")]
pub mod writing_a_store {}

/// [`Event`]: trait@crate::Event
/// [`EventSet`]: trait@crate::EventSet
/// [`Payload`]: crate::Payload
/// [`SchemaVersion`]: crate::SchemaVersion
/// [`Upcast`]: crate::Upcast
/// [`Superseded`]: crate::Superseded
/// [`Shape`]: trait@crate::Shape
/// [`Metadata`]: crate::Metadata
/// [`StreamId`]: crate::StreamId
/// [`Version`]: crate::Version
/// [`Position`]: crate::Position
/// [`Checkpoint`]: crate::Checkpoint
/// [`Incarnation`]: crate::Incarnation
/// [`Token`]: crate::Token
/// [`Aggregate`]: trait@crate::Aggregate
/// [`Apply`]: crate::Apply
/// [`Command`]: trait@crate::Command
/// [`Decide`]: crate::Decide
/// [`Rejection`]: crate::Rejection
/// [`Repository`]: crate::Repository
/// [`UnitOfWork`]: crate::UnitOfWork
/// [`Append`]: crate::Append
/// [`ExpectedVersion`]: crate::ExpectedVersion
/// [`Conflict`]: crate::Conflict
/// [`SnapshotPolicy`]: crate::SnapshotPolicy
/// [`Tag`]: crate::Tag
/// [`Decision`]: crate::Decision
/// [`DecisionModel`]: trait@crate::DecisionModel
/// [`Condition`]: crate::Condition
/// [`RetagStore`]: crate::RetagStore
/// [`Subscription`]: crate::Subscription
/// [`ProjectionHandle`]: crate::projection::ProjectionHandle
/// [`Projection`]: trait@crate::Projection
/// [`ReadModel`]: crate::ReadModel
/// [`Project`]: crate::Project
/// [`React`]: crate::React
/// [`Live`]: crate::Live
/// [`TransformStore`]: crate::TransformStore
/// [`Activity`]: crate::process::Activity
/// [`Saga`]: crate::process::Saga
/// [`Plan`]: crate::process::Plan
/// [`Slot`]: crate::read::projection::Slot
/// [`Parked`]: crate::read::projection::Parked
/// [mails and other effects]: ../../../es_postgres/guide/mails_and_other_effects/index.html
///
#[doc = include_str!("../guide/glossary.md")]
pub mod glossary {}
