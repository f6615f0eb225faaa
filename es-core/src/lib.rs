//! Declarative event sourcing: the traits, values and runtime under the derives.
//!
//! A domain is written as plain structs. *Events* are facts and say under which name they are
//! stored; an *aggregate* lists the events that make its state; a *command* names its aggregate;
//! a *decision* turns state and command into events, or refuses:
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
//! #[aggregate(name = "seat", id = String, events(Reserved), error = Refusal)]
//! pub struct Seat {
//!     guest: Option<String>,
//! }
//!
//! #[derive(Debug, thiserror::Error)]
//! #[error("the seat is {0}'s")]
//! pub struct Refusal(String);
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
//!     fn decide(&self, command: Reserve) -> Result<Reserved, Refusal> {
//!         match &self.guest {
//!             None => Ok(Reserved { guest: command.guest }),
//!             Some(guest) => Err(Refusal(guest.clone())),
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
//! let refused = seats.execute(reserve("bob")).await.unwrap_err();
//! assert_eq!(refused.to_string(), "the seat is ada's");
//! # Ok(())
//! # }
//! ```
//!
//! # Where to read on
//!
//! - The derives: [`derive@Event`], [`derive@Aggregate`], [`derive@Command`], [`derive@EventSet`],
//!   [`derive@DecisionModel`], [`derive@Projection`], [`derive@Shape`].
//! - What one writes by hand: [`Apply`] for each event, [`Decide`] for each command; [`IntoEvents`]
//!   names the forms that a decision may answer in.
//! - Events that changed: [`guide::changing_events`] goes through it. The history of fields that
//!   [`derive@Event`] reads, or [`Upcast`] and [`TryUpcast`] from the struct of the version before.
//! - Events that are no longer written: [`Superseded`] says what became of one, [`Decoded`] is what
//!   it is read as.
//! - The runtime: [`Repository`] for one aggregate at a time, [`UnitOfWork`] for several at once,
//!   [`Metadata`] for who and why.
//! - Long streams and many commands: [`SnapshotPolicy`] says when a state is kept and what that may
//!   not do, [`Repository::with_cache`] remembers states. Commands that meet on one aggregate are decided
//!   one after another and appended together: [`Repository`] says how.
//! - Rules over several streams: [`Decision`], the [`DecisionModel`]s that it rests on, and
//!   [`Decisions`], which takes it. Under them: [`Tag`], [`Query`], [`Condition`].
//! - What can go wrong: [`ExecuteError`] for a command, [`DecisionError`] for a decision across
//!   streams, [`LoadError`] for a state, [`AppendError`] for events.
//! - The store: [`EventStore`] says what every store owes; [`MemoryStore`] is one. `es_postgres` is
//!   another.
//! - A history that was written wrongly: [`TransformStore`], and what to do instead.
//! - Readers of the log: [`EventStore::read_log`], and [`EventStore::resume_log`] from a
//!   [`Checkpoint`], which knows one log from another.
//! - Followers of the log: [`EventStore::subscribe`] is a [`Subscription`], what is there and then what
//!   comes.
//! - What is stored, as data for locks and catalogs: [`EventSet::history`], [`Event::schemas`], and the
//!   module [`shape`].
//! - Read models: [`Projection`], whose handlers are [`Project`], and the module [`projection`]:
//!   [`Projections`](projection::Projections) runs them in the background, on any number of processes, with
//!   what [`ProjectionStore`] keeps; [`Live`] folds one on demand. `es_postgres::guide` goes through it.
//! - Parts of the log, and what follows them: [`Selection`], [`EventStore::subscribe`].
//! - The words: [`StreamId`], [`Version`], [`Position`], [`ExpectedVersion`], [`Recorded`].
//!
//! # Dependencies of a domain crate
//!
//! `serde` (with `derive`) beside es-core, since the serde derives name it. A crate that wants to do
//! without writes `#[serde(crate = "es_core::serde")]` on each event, as the examples of this
//! documentation do behind the scenes. Commands are executed on a tokio runtime with a timer.
//!
//! # Tracing
//!
//! Spans have the target `es`: `es.command` around a command, `es.load` around a state's events,
//! `es.decision` around a decision across streams, `es.query` around the events that it reads,
//! `es.append` around an append, `es.project` around a batch of a projection, `es.save_snapshot` around
//! the writing of a snapshot, `es.replace` around the copy that takes the name of a stream. Stream ids are
//! fields of spans; nothing logs a payload.
//!
//! # Features
//!
//! - `derive` (default): the derive macros.
//! - `metrics`: gauges and counters of projections, listed at [`projection`].
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod aggregate;
mod append;
mod append_lock;
mod backoff;
mod catch_up;
mod cause;
mod checkpoint;
mod climb;
mod command;
mod contention;
mod decide;
mod decision;
mod decisions;
mod decoded;
mod describe;
mod error;
mod event;
mod event_history;
mod event_set;
mod event_types;
mod failed_step;
mod fold;
mod given_to;
pub mod guide;
mod handover;
mod held_up;
mod into_events;
mod load;
mod lossless;
mod memory;
mod metadata;
mod paging;
mod placed_event;
pub mod prelude;
pub mod projection;
mod query;
mod recorded;
mod rejection;
mod repository;
mod resend;
mod restore;
mod retag;
mod selection;
pub mod shape;
mod silence;
mod snapshot;
mod snapshot_policy;
mod snapshot_writer;
mod spans;
mod store;
mod stream;
mod subscription;
mod superseded;
mod tag;
mod text;
mod timestamp;
mod transform;
mod unit_of_work;
mod upcast;

#[doc(hidden)]
pub mod __private;

pub use serde;

#[cfg(feature = "derive")]
#[doc(inline)]
pub use es_macros::{Aggregate, Command, DecisionModel, Event, EventSet, Projection, Shape};

pub use aggregate::{Aggregate, AggregateId, Apply};
pub use append::{Append, Appended, AppendedStream, StreamAppend};
pub use append_lock::{AppendLock, Locked, LockedStore};
pub use cause::Cause;
pub use checkpoint::{Checkpoint, HandedParts, Incarnation, ResumeError};
pub use command::{Command, Lifecycle};
pub use decide::{Decide, DecidedBy};
pub use decisions::{
    Decided, Decision, DecisionError, DecisionModel, DecisionModels, Decisions, TaggedEvent,
    TaggedEvents,
};
pub use decoded::{Decoded, DecodedEvents};
pub use describe::{Describe, Description, FieldDescription, FieldStyle, Shown};
pub use error::{
    AppendError, ConditionFailed, Conflict, DecodeError, EncodeError, ExecuteError, InvalidAppend,
    LifecycleRejection, LoadError, RecordedDecodeError, StoreError, StoreErrorKind,
};
pub use event::{Event, EventId, EventName, InvalidPayload, Payload, SchemaVersion, Tagged};
pub use event_history::EventHistory;
pub use event_set::{EventSet, EventType};
pub use failed_step::FailedStep;
pub use held_up::HeldUp;
pub use into_events::{IntoEvents, Takes};
pub use load::{Loaded, Moment};
pub use lossless::{ChangedField, Loss};
pub use memory::MemoryStore;
pub use metadata::{
    Actor, CausationId, CorrelationId, HeaderName, HeaderValue, Metadata, Reason, Tenant,
    TraceParent, TraceState,
};
pub use placed_event::PlacedEvent;
pub use projection::{
    Live, MemoryProjections, OnFailure, Project, ProjectAll, ProjectError, Projection,
    ProjectionId, ProjectionKey, ProjectionName, ProjectionStore, Projects, React, ReadModel,
    Token,
};
pub use query::{Condition, InvalidQuery, Query, QueryItem};
pub use recorded::{EventPart, NewEvent, RawEvent, Recorded, RecordedEvent, TooManyTags};
pub use rejection::Rejection;
pub use repository::{Executed, Repository};
pub use retag::{
    EventTag, LacksTag, MissingTag, Retag, RetagError, RetagProgress, RetagStore, Retagged,
    TaggedPosition,
};
pub use selection::{Scope, SelectedPage, Selection};
pub use shape::Shape;
pub use snapshot::{Fingerprint, Snapshot, SnapshotPage, Unfit};
pub use snapshot_policy::{SnapshotPolicy, SnapshotState};
pub use store::{Cursor, EventStore, LogPage, MatchingEvent, Place, QueryPage};
pub use stream::{Category, ExpectedVersion, Position, StreamId, StreamKey, Version};
pub use subscription::{Start, Subscription, SubscriptionError, TypedSubscription};
pub use superseded::Superseded;
pub use tag::Tag;
pub use text::InvalidText;
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use transform::{
    Replacement, Replica, Rewrite, Transform, TransformError, TransformStore, Transformation,
    Transformed,
};
pub use unit_of_work::UnitOfWork;
pub use upcast::{TryUpcast, Upcast};
