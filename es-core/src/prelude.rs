//! What a domain and its service use every day: `use es_core::prelude::*;`.

pub use serde::{Deserialize, Serialize};

// `Event`, `EventSet`, `Aggregate`, `Command`, `DecisionModel` and `Shape` are trait and derive at once.
pub use crate::{
    Aggregate, Append, AppendError, Apply, Category, Command, Conflict, Cursor, Decide, Decided,
    Decision, DecisionError, DecisionModel, Decisions, Describe, Event, EventId, EventSet,
    EventStore, ExecuteError, Executed, ExpectedVersion, Lifecycle, LifecycleRejection, LoadError,
    Loaded, MemoryStore, Metadata, NewEvent, Position, Recorded, Repository, SchemaVersion, Shape,
    StreamId, StreamKey, Timestamp, UnitOfWork, Version,
};
