//! Declarative event sourcing.
#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

mod aggregate;
mod append;
mod command;
mod decide;
mod decision;
mod describe;
mod error;
mod event;
mod event_set;
mod into_events;
mod load;
mod memory;
mod metadata;
mod paging;
pub mod prelude;
mod recorded;
mod repository;
mod spans;
mod store;
mod stream;
mod text;
mod timestamp;
mod unit_of_work;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use serde;

#[cfg(feature = "derive")]
#[doc(inline)]
pub use es_macros::{Aggregate, Command, Event, EventSet};

pub use aggregate::{Aggregate, AggregateId, Apply};
pub use append::{Append, Appended, AppendedStream, StreamAppend};
pub use command::{Command, Lifecycle};
pub use decide::Decide;
pub use describe::{Describe, Description, FieldDescription, Shape, Shown};
pub use error::{
    AppendError, Conflict, DecodeError, EncodeError, ExecuteError, InvalidAppend,
    LifecycleRejection, LoadError, RecordedDecodeError, StoreError, StoreErrorKind,
};
pub use event::{Event, EventId, EventName, Payload, SchemaVersion};
pub use event_set::{EventSet, EventType};
pub use into_events::IntoEvents;
pub use load::{Loaded, Moment};
pub use memory::MemoryStore;
pub use metadata::{
    Actor, CausationId, CorrelationId, HeaderName, HeaderValue, Metadata, Tenant, TraceParent,
    TraceState,
};
pub use recorded::{NewEvent, RawEvent, Recorded, RecordedEvent};
pub use repository::{Executed, Repository};
pub use store::{Cursor, EventStore, LogPage};
pub use stream::{Category, ExpectedVersion, Position, StreamId, StreamKey, Version};
pub use text::InvalidText;
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use unit_of_work::{Committed, UnitOfWork};
