//! A command that waits for its turn, whatever its type.

use std::any::Any;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Span;

use crate::domain::aggregate::Aggregate;
use crate::domain::decide::DecidedBy;
use crate::domain::decision::{self, Decision};
use crate::event::metadata::Metadata;
use crate::stream::{StreamId, Version};
use crate::write::repository::Executed;
use crate::write::repository::decided::Refusal;

/// The payload of a panic.
pub(super) type Panic = Box<dyn Any + Send>;

/// The answer to the caller of a command.
pub(super) enum Told<A: Aggregate> {
    Answer(Result<Executed<A>, Refusal<A>>),
    /// The decision, or what it rests on, panicked: the panic goes on where the command came from.
    Panic(Panic),
}

type DecideOn<A> = dyn Fn(&mut A, Version, &StreamId) -> Result<Decision<<A as Aggregate>::Event>, Refusal<A>>
    + Send;

/// A command and where its answer goes. If its caller is gone nobody reads the answer.
pub(super) struct Waiting<A: Aggregate> {
    decide: Box<DecideOn<A>>,
    pub(super) metadata: Metadata,
    /// The command's own.
    pub(super) span: Span,
    /// The runtime of the caller, on which its command may run.
    pub(super) runtime: Handle,
    /// The attempt that it is in, from 1.
    pub(super) attempts: u32,
    /// The time at which it came.
    pub(super) since: Instant,
    caller: oneshot::Sender<Told<A>>,
}

impl<A: Aggregate> Waiting<A> {
    pub(super) fn new<C: DecidedBy<A>>(
        command: C,
        metadata: Metadata,
        span: Span,
        runtime: Handle,
    ) -> (Self, oneshot::Receiver<Told<A>>) {
        let (caller, answer) = oneshot::channel();
        let decided_with = metadata.clone();
        let decide = move |state: &mut A, version, stream: &StreamId| {
            decision::decide(state, version, stream, command.clone(), &decided_with)
        };
        let decide = Box::new(decide);
        let since = Instant::now();
        (Self { decide, metadata, span, runtime, attempts: 1, since, caller }, answer)
    }

    /// True if the caller still waits for the answer.
    pub(super) fn is_wanted(&self) -> bool {
        !self.caller.is_closed()
    }

    /// The time that is left to it, of so much.
    pub(super) fn left(&self, limit: Duration) -> Duration {
        limit.saturating_sub(self.since.elapsed())
    }

    /// Decides and applies; a refusal leaves the state as it was, a panic may not.
    pub(super) fn decide(
        &self,
        state: &mut A,
        version: Version,
        stream: &StreamId,
    ) -> Result<Decision<A::Event>, Refusal<A>> {
        self.span.in_scope(|| (self.decide)(state, version, stream))
    }

    pub(super) fn tell(self, told: Told<A>) {
        if let Told::Answer(Ok(done)) = &told
            && let Some(position) = done.position()
        {
            self.span.record("es.global_position", position.0);
        }
        // Whoever went away has given up the answer.
        let _ = self.caller.send(told);
    }
}
