//! Types of requests, as a definition knows them.

use std::any::TypeId;

use crate::event::name::SchemaVersion;

use super::command_step::CommandFn;
use super::step_request::{KindOf, ListedRequest, RequestKind};

/// The type of a request that a saga makes.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestType {
    pub(super) name: &'static str,
    pub(super) version: SchemaVersion,
    pub(super) id: TypeId,
    pub(super) kind: RequestKind,
    pub(super) command: Option<CommandFn>,
}

impl RequestType {
    pub(super) fn of<R: ListedRequest>() -> Self {
        Self {
            name: R::REQUEST_NAME,
            version: R::REQUEST_VERSION,
            id: TypeId::of::<R>(),
            kind: <R::Kind as KindOf<R>>::KIND,
            command: <R::Kind as KindOf<R>>::COMMAND,
        }
    }
}
