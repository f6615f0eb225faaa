//! A command by itself: load, decide, append, and again if others were faster.

use tracing::Span;

use super::decided::{Decided, Refusal};
use super::{Executed, Repository};
use crate::aggregate::Aggregate;
use crate::backoff;
use crate::decide::DecidedBy;
use crate::decision;
use crate::error::{AppendError, Conflict, ExecuteError};
use crate::load::Loaded;
use crate::metadata::Metadata;
use crate::recorded::NewEvent;
use crate::store::EventStore;
use crate::stream::StreamId;

impl<A: Aggregate, S: EventStore> Repository<A, S> {
    pub(super) async fn execute_alone<C: DecidedBy<A>>(
        &self,
        stream: &StreamId,
        command: C,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Executed<A>, Refusal<A>> {
        let mut delays = backoff::delays();
        let mut attempts = 1;
        loop {
            span.record("es.attempts", attempts);
            let known = self.recall(stream).filter(|_| attempts == 1);
            let conflict = match self.attempt(stream, known, command.clone(), metadata).await? {
                Ok(done) => {
                    if let Some(position) = done.position() {
                        span.record("es.global_position", position.0);
                    }
                    return Ok(done);
                }
                Err(conflict) => conflict,
            };
            self.found(stream, conflict.actual);
            if attempts == self.max_attempts {
                return Err(ExecuteError::Conflict { attempts, source: conflict });
            }
            if attempts > 1 {
                tokio::time::sleep(delays.next().unwrap_or_default()).await;
            }
            attempts += 1;
        }
    }

    /// One attempt; the inner error is a conflict, which may be tried again.
    ///
    /// What is decided on a remembered state counts only if there is an append to check the version of
    /// that state. A refusal, or a command that changes nothing, is decided again on what the store
    /// holds now.
    async fn attempt<C: DecidedBy<A>>(
        &self,
        stream: &StreamId,
        known: Option<Loaded<A>>,
        command: C,
        metadata: &Metadata,
    ) -> Result<Result<Executed<A>, Conflict>, Refusal<A>> {
        if let Some(known) = known
            && let Ok((decided, new)) = decide(known, stream, command.clone(), metadata)
            && !new.is_empty()
        {
            return self.store_alone(stream, decided, new, metadata).await;
        }
        let loaded = self.load_to_decide(stream).await?;
        let (decided, new) = decide(loaded, stream, command, metadata)?;
        if new.is_empty() {
            return Ok(Ok(decided.unchanged()));
        }
        self.store_alone(stream, decided, new, metadata).await
    }

    async fn store_alone(
        &self,
        stream: &StreamId,
        decided: Decided<A>,
        new: Vec<NewEvent>,
        metadata: &Metadata,
    ) -> Result<Result<Executed<A>, Conflict>, Refusal<A>> {
        match self.store_at(stream, decided.before, new).await {
            Ok(appended) => {
                self.remember(stream, &decided.state, &appended);
                Ok(Ok(decided.stored(&appended, metadata)))
            }
            Err(AppendError::Conflict(conflict)) => Ok(Err(conflict)),
            Err(error) => Err(ExecuteError::Append(error)),
        }
    }
}

/// Decides on `loaded`; with the decision come its events as a store takes them.
fn decide<A: Aggregate, C: DecidedBy<A>>(
    loaded: Loaded<A>,
    stream: &StreamId,
    command: C,
    metadata: &Metadata,
) -> Result<(Decided<A>, Vec<NewEvent>), Refusal<A>> {
    let Loaded { mut state, version, .. } = loaded;
    let decision = decision::decide(&mut state, version, stream, command, metadata)?;
    Ok(Decided::new(state, version, decision))
}
