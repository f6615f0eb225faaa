//! What a domain and its service use every day: `use es_core::prelude::*;`.

pub use serde::{Deserialize, Serialize};

// `Event`, `EventSet`, `Aggregate`, `Command`, `DecisionModel`, `Projection` and `Shape` are trait and
// derive at once.
pub use crate::{
    Aggregate, Append, AppendError, Apply, Category, Command, Conflict, Cursor, Decide, Decided,
    Decision, DecisionError, DecisionModel, Decisions, Describe, Event, EventId, EventSet,
    EventStore, ExecuteError, Executed, ExpectedVersion, Lifecycle, LifecycleRejection, LoadError,
    Loaded, MemoryStore, Metadata, NewEvent, Position, Project, ProjectError, Projection,
    ReadModel, Recorded, Repository, SchemaVersion, Shape, StreamId, StreamKey, Superseded,
    Timestamp, TryUpcast, UnitOfWork, Upcast, Version,
};
