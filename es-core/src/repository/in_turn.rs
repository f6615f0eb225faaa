//! A command among others on the same aggregate.

use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Span;

use super::decided::Refusal;
use super::lane::{Entered, Lanes, Turn};
use super::waiting::{Told, Waiting};
use super::{Executed, Repository};
use crate::aggregate::Aggregate;
use crate::decide::DecidedBy;
use crate::error::{AppendError, ExecuteError, StoreError, StoreErrorKind};
use crate::load::Loaded;
use crate::metadata::Metadata;
use crate::store::EventStore;
use crate::stream::StreamId;

impl<A: Aggregate, S: EventStore> Repository<A, S> {
    pub(super) async fn execute_in_turn<C: DecidedBy<A>>(
        &self,
        lanes: &Arc<Lanes<A>>,
        stream: StreamId,
        command: C,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Executed<A>, Refusal<A>> {
        // Those who wait are answered by a task.
        let Ok(runtime) = Handle::try_current() else {
            return self.execute_alone(&stream, command, metadata, span).await;
        };
        let mut place = None;
        loop {
            let entered = lanes.enter(&stream, place.take(), |place| {
                let (metadata, span) = (metadata.clone(), span.clone());
                Waiting::new(command.clone(), metadata, span, runtime.clone(), place)
            });
            match entered {
                Entered::First => {
                    let repository = self.clone();
                    let mut turn = Turn { repository, lanes: lanes.clone(), stream, known: None };
                    let done = self.execute_alone(&turn.stream, command, metadata, span).await?;
                    if let Some(position) = done.position()
                        && turn.is_awaited()
                    {
                        let state = (lanes.copy)(&done.state);
                        turn.known = Some(Loaded { state, version: done.version, position });
                    }
                    return Ok(done);
                }
                Entered::Queued(answer) => return told(answer).await,
                Entered::Full(places) => place = places.acquire_owned().await.ok(),
            }
        }
    }
}

async fn told<A: Aggregate>(answer: oneshot::Receiver<Told<A>>) -> Result<Executed<A>, Refusal<A>> {
    match answer.await {
        Ok(Told::Answer(answer)) => answer,
        Ok(Told::Panic(panic)) => resume_unwind(panic),
        Err(stopped) => {
            let error = StoreError::new(StoreErrorKind::Unavailable, stopped);
            Err(ExecuteError::Append(AppendError::Store(error)))
        }
    }
}
