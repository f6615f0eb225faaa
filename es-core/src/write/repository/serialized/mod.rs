//! Command batching: a command among others on the same aggregate.

mod batch;
mod lane;
mod queue;

use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::Waker;

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Span;

pub(super) use self::lane::Lanes;
use self::lane::{Entered, Turn};
use self::queue::{Told, Waiting};
use super::decided::Refusal;
use super::direct::Terms;
use super::{Executed, Repository};
use crate::domain::aggregate::Aggregate;
use crate::domain::decide::DecidedBy;
use crate::event::metadata::Metadata;
use crate::store::append_error::AppendError;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::stream::StreamId;
use crate::write::execute_error::ExecuteError;
use crate::write::load::Loaded;

impl<A: Aggregate, S: EventStore> Repository<A, S> {
    pub(super) async fn execute_serialized<C: DecidedBy<A>>(
        &self,
        lanes: &Arc<Lanes<A>>,
        stream: StreamId,
        command: C,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Executed<A>, Refusal<A>> {
        // Those who wait are answered by a task.
        let Ok(runtime) = Handle::try_current() else {
            return self.execute_direct(&stream, command, Terms::of(metadata), span).boxed().await;
        };
        let entered = lanes.enter(&stream, &runtime, span, || {
            Waiting::new(command.clone(), metadata.clone(), span.clone(), runtime.clone())
        });
        match entered {
            Entered::Queued(answer) => told(answer).await,
            Entered::First(handover) => {
                let turn = Turn::new(self.clone(), lanes.clone(), stream);
                let first = turn.execute_first(command, metadata.clone(), span.clone()).boxed();
                let done = handover.drive(first, Waker::noop()).await;
                done.unwrap_or_else(|_| Err(stopped::<A>()))
            }
        }
    }
}

impl<A: Aggregate, S: EventStore> Turn<A, S> {
    /// Executes the command that opened the lane. What it leaves is for those who came meanwhile.
    async fn execute_first<C: DecidedBy<A>>(
        mut self,
        command: C,
        metadata: Metadata,
        span: Span,
    ) -> Result<Executed<A>, Refusal<A>> {
        let terms = Terms::of(&metadata);
        let done = self.repository.execute_direct(&self.stream, command, terms, &span).await?;
        if let Some(position) = done.position()
            && self.is_awaited()
        {
            let state = (self.lanes.copy)(&done.state);
            self.known = Some(Loaded { state, version: done.version, position });
        }
        Ok(done)
    }
}

async fn told<A: Aggregate>(answer: oneshot::Receiver<Told<A>>) -> Result<Executed<A>, Refusal<A>> {
    match answer.await {
        Ok(Told::Answer(answer)) => answer,
        Ok(Told::Panic(panic)) => resume_unwind(panic),
        Err(_) => Err(stopped::<A>()),
    }
}

fn stopped<A: Aggregate>() -> Refusal<A> {
    let why = "the runtime that executed the command ended before it";
    let error = StoreError::new(StoreErrorKind::Unavailable, why);
    ExecuteError::Append(AppendError::Store(error))
}
