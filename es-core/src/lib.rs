//! Declarative event sourcing: the traits, values and runtime behind the derives.
//!
//! A domain consists of plain structs. An *event* is a fact, stored under a name. An *aggregate* lists the
//! events that make up its state and applies them. A *command* names its aggregate. A *decision* turns a state
//! and a command into new events, or rejects the command:
//!
//! ```
//! use es_core::prelude::*;
//!
//! #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! #[event(name = "seat-reserved")]
//! pub struct Reserved {
//!     pub guest: String,
//! }
//!
//! #[derive(Aggregate, Default, Clone, Debug)]
//! #[aggregate(name = "seat", id = String, events(Reserved), error = SeatTaken)]
//! pub struct Seat {
//!     guest: Option<String>,
//! }
//!
//! #[derive(Debug, thiserror::Error)]
//! #[error("the seat is {0}'s")]
//! pub struct SeatTaken(String);
//!
//! impl Apply<Reserved> for Seat {
//!     fn apply(&mut self, event: Reserved) {
//!         self.guest = Some(event.guest);
//!     }
//! }
//!
//! #[derive(Command, Clone)]
//! #[command(aggregate = Seat, any)]
//! pub struct Reserve {
//!     #[command(id)]
//!     pub seat: String,
//!     pub guest: String,
//! }
//!
//! impl Decide<Reserve> for Seat {
//!     type Events = Reserved;
//!
//!     fn decide(&self, command: Reserve) -> Result<Reserved, SeatTaken> {
//!         match &self.guest {
//!             None => Ok(Reserved { guest: command.guest }),
//!             Some(guest) => Err(SeatTaken(guest.clone())),
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let seats = Repository::<Seat, _>::new(MemoryStore::new());
//! let reserve = |guest: &str| Reserve { seat: "12a".into(), guest: guest.into() };
//!
//! let done = seats.execute(reserve("ada")).await?;
//! assert_eq!(done.version, Version(1));
//!
//! let rejected = seats.execute(reserve("bob")).await.unwrap_err();
//! assert_eq!(rejected.to_string(), "the seat is ada's");
//! # Ok(())
//! # }
//! ```
//!
//! [`guide`] has the chapters. The following lists are an index by topic.
//!
//! # Domain
//!
//! - Derives: [`derive@Event`], [`derive@Aggregate`], [`derive@Command`], [`derive@EventSet`],
//!   [`derive@DecisionModel`], [`derive@Projection`], [`derive@Saga`], [`derive@Activity`], [`derive@Shape`].
//! - Hand-written traits: [`Apply`] for each event, [`Decide`] for each command. [`IntoEvents`] lists the types
//!   that a decision can return.
//! - Decisions across streams: [`Decision`], its [`DecisionModel`]s, and [`Decisions`], which executes it. They
//!   are built on [`Tag`], [`Query`] and [`Condition`].
//! - Schema evolution: the field history of [`derive@Event`]; [`Upcast`] and [`TryUpcast`] from the struct of
//!   the previous version; [`Superseded`] for events that are no longer written, and [`Decoded`] for their
//!   replacements. [`guide::changing_events`] explains when to use which.
//! - Schemas as data, for locks and catalogs: [`EventSet::history`], [`Event::schemas`], and the module
//!   [`shape`].
//!
//! # Commands
//!
//! - [`Repository`] executes commands on one aggregate. Concurrent commands on one aggregate are decided one
//!   after another and appended together.
//! - [`UnitOfWork`] appends to several aggregates at once.
//! - [`Metadata`] records the actor, the reason and the causation of events.
//! - [`SnapshotPolicy`] stores states of long streams; [`Repository::with_cache`] keeps states in memory.
//! - Errors, one type per operation: [`ExecuteError`] of a command, [`DecisionError`] of a decision across
//!   streams, [`LoadError`] of a load, [`AppendError`] of an append.
//!
//! # Stores
//!
//! - [`EventStore`] defines the guarantees of every store, [`EventStoreExt`] adds reads on top of it.
//!   [`MemoryStore`] is the store in memory, `es_postgres` the one on PostgreSQL. [`EventStoreDecorator`] adds
//!   something to a store, [`DynEventStore`] forgets its type.
//! - Values: [`StreamId`], [`Version`], [`Position`], [`ExpectedVersion`], [`Recorded`].
//! - Reading the log: [`EventStoreExt::read_log`]; [`EventStoreExt::resume_log`] continues from a [`Checkpoint`],
//!   which detects that a log was replaced.
//! - Maintenance: [`RetagStore`] backfills tags, [`TransformStore`] replaces a stream by a corrected copy.
//!
//! # Read models and subscriptions
//!
//! - [`Projection`] and its handlers [`Project`]. [`Projections`](projection::Projections) runs projections in
//!   the background, on any number of processes, with rows and checkpoints in a [`ProjectionStore`]. A
//!   [`ProjectionHandle`](projection::ProjectionHandle) waits for a projection and looks after it. [`Live`]
//!   folds a projection on demand. `es_postgres::guide` has the chapters on read models.
//! - [`EventStoreExt::subscribe`] is a catch-up [`Subscription`]: existing events, then live ones. A [`Selection`]
//!   limits it to a part of the log.
//!
//! # Processes
//!
//! - [`process`] is the machine of sagas: processes over several aggregates and services, which take back what
//!   they tried. [`sagas`] runs them, and looks after their instances.
//!
//! # Dependencies of a domain crate
//!
//! A domain crate depends on `serde` (with the feature `derive`) beside es-core, because the serde derives
//! refer to it. Alternatively, write `#[serde(crate = "es_core::serde")]` on each event. Commands are executed
//! on a tokio runtime with time enabled.
//!
//! # Tracing
//!
//! Spans have the target `es`. Stream ids are fields of spans; payloads are never logged.
//!
//! | Span | Operation |
//! |---|---|
//! | `es.command` | A command |
//! | `es.load` | Reading the events of a state |
//! | `es.decision` | A decision across streams |
//! | `es.query` | Reading the events of such a decision |
//! | `es.append` | An append |
//! | `es.project` | A batch of a projection |
//! | `es.save_snapshot` | Writing a snapshot |
//! | `es.replace` | Replacing a stream by its corrected copy |
//!
//! # Features
//!
//! - `derive` (default): the derive macros.
//! - `metrics`: gauges and counters of projections, listed at [`projection`].
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod domain;
mod error_text;
mod event;
pub mod guide;
mod memory;
pub mod prelude;
pub mod process;
mod read;
pub mod sagas;
pub mod shape;
mod store;
mod stream;
mod task;
mod timestamp;
mod transform;
mod validated_text;
mod write;

#[doc(hidden)]
pub mod __private;

pub use serde;

#[cfg(feature = "derive")]
#[doc(inline)]
pub use es_macros::{
    Activity, Aggregate, Command, DecisionModel, Event, EventSet, Projection, Saga, Shape,
};

pub use domain::aggregate::{Aggregate, AggregateId, Apply};
pub use domain::command::{Command, Lifecycle};
pub use domain::decide::{Decide, DecidedBy};
pub use domain::into_events::{IntoEvents, Takes};
pub use domain::rejection::{NoRejection, Rejection};
pub use event::decode_error::Cause;
pub use event::decode_error::FailedStep;
pub use event::decode_error::{DecodeError, RecordedDecodeError};
pub use event::decoded::{Decoded, DecodedEvents};
pub use event::definition::{Event, Tagged};
pub use event::describe::{Describe, Description, FieldDescription, FieldStyle, Shown};
pub use event::encode_error::EncodeError;
pub use event::history::EventHistory;
pub use event::lossless::{ChangedField, Loss};
pub use event::metadata::{
    Actor, CausationId, CorrelationId, HeaderName, HeaderValue, Metadata, Reason, Tenant,
    TraceParent, TraceState,
};
pub use event::name::{EventId, EventName, SchemaVersion};
pub use event::payload::{InvalidPayload, Payload};
pub use event::placed_event::PlacedEvent;
pub use event::recorded::{EventPart, NewEvent, RawEvent, Recorded, RecordedEvent, TooManyTags};
pub use event::set::{EventSet, EventType};
pub use event::superseded::Superseded;
pub use event::tag::Tag;
pub use event::upcast::{TryUpcast, Upcast};
pub use memory::MemoryStore;
pub use read::event_store_ext::EventStoreExt;
pub use read::projection;
pub use read::projection::{
    Live, MemoryProjections, OnFailure, Project, ProjectAll, ProjectError, Projection,
    ProjectionId, ProjectionKey, ProjectionName, ProjectionStore, Projects, React, ReadModel,
    Token,
};
pub use read::subscription::{Start, Subscription, SubscriptionError, TypedSubscription};
pub use shape::Shape;
pub use store::append::{Append, Appended, AppendedStream, StreamAppend};
pub use store::append_error::{AppendError, ConditionFailed, Conflict, InvalidAppend};
pub use store::append_lock::{AppendLock, Locked, LockedStore};
pub use store::checkpoint::{Checkpoint, HandedParts, Incarnation, ResumeError};
pub use store::cursor::{Cursor, CursorKey};
pub use store::decorator::EventStoreDecorator;
pub use store::dyn_event_store::DynEventStore;
pub use store::error::{StoreError, StoreErrorKind};
pub use store::event_store::EventStore;
pub use store::held_up::HeldUp;
pub use store::page::{LogPage, MatchingEvent, QueryPage};
pub use store::query::{Condition, InvalidQuery, Query, QueryItem};
pub use store::request::{
    AnsweredRequest, NewRequest, RequestFingerprint, RequestId, RequestKey, RequestMemory,
    RequestScope,
};
pub use store::retag::{
    EventTag, LacksTag, MissingTag, Retag, RetagError, RetagProgress, RetagStore, Retagged,
    TaggedPosition,
};
pub use store::selection::{Scope, SelectedPage, Selection};
pub use store::snapshot::{Fingerprint, Snapshot, SnapshotPage, UnusableSnapshot};
pub use stream::{Category, ExpectedVersion, Position, StreamId, StreamKey, Version};
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use transform::{
    CopiedEvent, Replacement, Rewrite, Transform, TransformError, TransformStore, Transformation,
    Transformed,
};
pub use validated_text::InvalidText;
pub use write::decisions::{
    Decided, Decision, DecisionError, DecisionModel, DecisionModels, Decisions, TaggedEvent,
    TaggedEvents,
};
pub use write::execute_error::{ExecuteError, LifecycleRejection};
pub use write::load::{Loaded, Moment};
pub use write::load_error::LoadError;
pub use write::repository::{Executed, Repository};
pub use write::request_error::RequestError;
pub use write::snapshot_policy::{SnapshotPolicy, SnapshotState};
pub use write::unit_of_work::UnitOfWork;
