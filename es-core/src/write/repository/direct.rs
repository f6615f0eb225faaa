//! A command by itself: load, decide, append, and again if others were faster.

use std::panic::resume_unwind;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::{Instrument, Span};

use super::decided::{Decided, Refusal};
use super::{Executed, Repository};
use crate::domain::aggregate::Aggregate;
use crate::domain::decide::DecidedBy;
use crate::domain::decision;
use crate::event::metadata::Metadata;
use crate::event::recorded::NewEvent;
use crate::store::append::{Append, StreamAppend};
use crate::store::append_error::{AppendError, Conflict};
use crate::store::append_lock::AppendLock;
use crate::store::event_store::EventStore;
use crate::stream::{ExpectedVersion, StreamId, Version};
use crate::write::contention::{self, Attempts};
use crate::write::execute_error::ExecuteError;
use crate::write::load::Loaded;

/// An append that came too late.
pub(super) struct Lost {
    pub(super) conflict: Conflict,
    /// The append.
    draft: Append,
}

/// The outcome of an attempt, if it came to its end.
type Attempt<A> = Result<Executed<A>, Box<Lost>>;

impl<A: Aggregate, S: EventStore> Repository<A, S> {
    pub(super) async fn execute_direct<C: DecidedBy<A>>(
        &self,
        stream: &StreamId,
        command: C,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Executed<A>, Refusal<A>> {
        let known = self.recall(stream);
        span.record("es.attempts", 1);
        let first = self.attempt(stream, known, command.clone(), metadata).await?;
        let done = match first {
            Ok(done) => done,
            // On the heap: nearly no command needs it, and all would carry it.
            Err(lost) => Box::pin(self.attempt_on(lost, stream, command, metadata, span)).await?,
        };
        if let Some(position) = done.position() {
            span.record("es.global_position", position.0);
        }
        Ok(done)
    }

    /// Makes further attempts: one at once, then each with its turn at the stream, if the store
    /// gives turns.
    async fn attempt_on<C: DecidedBy<A>>(
        &self,
        mut lost: Box<Lost>,
        stream: &StreamId,
        command: C,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Executed<A>, Refusal<A>> {
        let mut attempts = Attempts::within(self.time_limit);
        loop {
            self.found(stream, lost.conflict.actual);
            attempts.next().map_err(|over| ExecuteError::Conflict {
                attempts: over.attempts,
                elapsed: over.elapsed,
                source: lost.conflict.clone(),
            })?;
            span.record("es.attempts", attempts.nth);
            let (command, draft) = (command.clone(), lost.draft);
            let attempt = if attempts.is_locked() {
                let wait = attempts.left();
                let locked =
                    self.attempt_locked(draft, wait, stream, command.clone(), metadata).await?;
                if let Some(attempt) = locked {
                    attempt
                } else {
                    attempts.pause().await;
                    self.attempt(stream, None, command, metadata).await?
                }
            } else {
                self.attempt(stream, None, command, metadata).await?
            };
            match attempt {
                Ok(done) => return Ok(done),
                Err(again) => lost = again,
            }
        }
    }

    /// Makes one attempt.
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
    ) -> Result<Attempt<A>, Refusal<A>> {
        if let Some(known) = known
            && let Ok((decided, new)) = decide(known, stream, command.clone(), metadata)
            && !new.is_empty()
        {
            return self.store_direct(stream, decided, new, metadata, None).await;
        }
        let loaded = self.load_to_decide(stream, None).await?;
        let (decided, new) = decide(loaded, stream, command, metadata)?;
        if new.is_empty() {
            return Ok(Ok(decided.unchanged()));
        }
        self.store_direct(stream, decided, new, metadata, None).await
    }

    /// One attempt that has its turn at the stream: nobody appends to it between the load and the
    /// append. None if there was no turn to be had.
    ///
    /// On a task of its own: whoever has a turn keeps others waiting, and the caller may keep its future
    /// without polling it.
    async fn attempt_locked<C: DecidedBy<A>>(
        &self,
        draft: Append,
        wait: Duration,
        stream: &StreamId,
        command: C,
        metadata: &Metadata,
    ) -> Result<Option<Attempt<A>>, Refusal<A>> {
        let Ok(runtime) = Handle::try_current() else {
            return Ok(None);
        };
        let (repository, stream, metadata) = (self.clone(), stream.clone(), metadata.clone());
        let (mut caller, answer) = oneshot::channel();
        let task = async move {
            let lock = tokio::select! {
                lock = contention::lock(&repository.store, &draft, wait) => lock,
                () = caller.closed() => return,
            };
            let attempt = match lock {
                Some(lock) => repository.attempt_through(lock, &stream, command, &metadata).await,
                None => Ok(None),
            };
            // The caller may have gone meanwhile.
            let _ = caller.send(attempt);
        };
        let task = runtime.spawn(task.in_current_span());
        if let Ok(attempt) = answer.await {
            return attempt;
        }
        match task.await {
            Err(ended) if ended.is_panic() => resume_unwind(ended.into_panic()),
            _ => Ok(None),
        }
    }

    async fn attempt_through<C: DecidedBy<A>>(
        &self,
        lock: AppendLock,
        stream: &StreamId,
        command: C,
        metadata: &Metadata,
    ) -> Result<Option<Attempt<A>>, Refusal<A>> {
        let Some(loaded) = self.load_through(&lock, None, stream).await? else {
            return Ok(None);
        };
        let (decided, new) = decide(loaded, stream, command, metadata)?;
        if new.is_empty() {
            return Ok(Some(Ok(decided.unchanged())));
        }
        self.store_direct(stream, decided, new, metadata, Some(lock)).await.map(Some)
    }

    async fn store_direct(
        &self,
        stream: &StreamId,
        decided: Decided<A>,
        new: Vec<NewEvent>,
        metadata: &Metadata,
        lock: Option<AppendLock>,
    ) -> Result<Attempt<A>, Refusal<A>> {
        let draft = append_at(stream, decided.before, new);
        match self.store_one(&draft, lock).await {
            Ok(appended) => {
                self.remember(stream, &decided.state, &appended);
                Ok(Ok(decided.stored(&appended, metadata)))
            }
            Err(AppendError::Conflict(conflict)) => Ok(Err(Box::new(Lost { conflict, draft }))),
            Err(error) => Err(ExecuteError::Append(error)),
        }
    }

    /// Executes at a version that is given: one attempt.
    pub(super) async fn execute_once_at<C: DecidedBy<A>>(
        &self,
        stream: &StreamId,
        command: C,
        version: Version,
        metadata: &Metadata,
    ) -> Result<Executed<A>, Refusal<A>> {
        let expected = ExpectedVersion::Exact(version);
        let loaded = self.load_to_decide(stream, None).await?;
        if loaded.version != version {
            let actual = loaded.version;
            return Err(ExecuteError::OtherVersion(Conflict::new(
                stream.clone(),
                expected,
                actual,
            )));
        }
        let (decided, new) = decide(loaded, stream, command, metadata)?;
        if new.is_empty() {
            return Ok(decided.unchanged());
        }
        match self.store_direct(stream, decided, new, metadata, None).await? {
            Ok(done) => Ok(done),
            Err(lost) => {
                self.found(stream, lost.conflict.actual);
                Err(ExecuteError::OtherVersion(lost.conflict))
            }
        }
    }
}

/// The append of a command's events.
pub(super) fn append_at(stream: &StreamId, version: Version, new: Vec<NewEvent>) -> Append {
    let expected = ExpectedVersion::Exact(version);
    Append::of_fresh(vec![StreamAppend::new(stream.clone(), expected, new)])
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
