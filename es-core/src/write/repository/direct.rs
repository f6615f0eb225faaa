//! A command by itself: load, decide, append, and again if others were faster.

use std::panic::resume_unwind;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::{Instrument, Span};

use super::decided::{Decided, Refusal};
use super::once::KeptSuccess;
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
use crate::write::once::AskedOnce;
use crate::write::request_error::RequestError;

/// The context of a command: what is known of it beside its fields.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) metadata: &'a Metadata,
    /// The request that its append answers.
    pub(super) request: Option<&'a AskedOnce>,
}

impl<'a> Terms<'a> {
    /// The context of a command that is no request of a client.
    pub(super) fn of(metadata: &'a Metadata) -> Self {
        Self { metadata, request: None }
    }

    /// The append of the command's events, with the answer to its request.
    fn append_at(
        self,
        stream: &StreamId,
        version: Version,
        new: Vec<NewEvent>,
    ) -> Result<Append, RequestError> {
        let Some(request) = self.request else { return Ok(append_at(stream, version, new)) };
        let answered = request.answered(&KeptSuccess::Stored(new.len()))?;
        Ok(append_at(stream, version, new).with_request(answered))
    }
}

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
        terms: Terms<'_>,
        span: &Span,
    ) -> Result<Executed<A>, Refusal<A>> {
        let known = self.recall(stream);
        span.record("es.attempts", 1);
        let first = self.attempt(stream, known, command.clone(), terms).await?;
        let done = match first {
            Ok(done) => done,
            // On the heap: nearly no command needs it, and all would carry it.
            Err(lost) => Box::pin(self.attempt_on(lost, stream, command, terms, span)).await?,
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
        terms: Terms<'_>,
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
                    self.attempt_locked(draft, wait, stream, command.clone(), terms).await?;
                if let Some(attempt) = locked {
                    attempt
                } else {
                    attempts.pause().await;
                    self.attempt(stream, None, command, terms).await?
                }
            } else {
                self.attempt(stream, None, command, terms).await?
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
        terms: Terms<'_>,
    ) -> Result<Attempt<A>, Refusal<A>> {
        if let Some(known) = known
            && let Ok((decided, new)) = decide(known, stream, command.clone(), terms)
            && !new.is_empty()
        {
            return self.store_direct(stream, decided, new, terms, None).await;
        }
        let loaded = self.load_to_decide(stream, None).await?;
        let (decided, new) = decide(loaded, stream, command, terms)?;
        if new.is_empty() {
            return Ok(Ok(decided.unchanged()));
        }
        self.store_direct(stream, decided, new, terms, None).await
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
        terms: Terms<'_>,
    ) -> Result<Option<Attempt<A>>, Refusal<A>> {
        let Ok(runtime) = Handle::try_current() else {
            return Ok(None);
        };
        let (repository, stream) = (self.clone(), stream.clone());
        let (metadata, request) = (terms.metadata.clone(), terms.request.cloned());
        let (mut caller, answer) = oneshot::channel();
        let task = async move {
            let lock = tokio::select! {
                lock = contention::lock(&repository.store, &draft, wait) => lock,
                () = caller.closed() => return,
            };
            let terms = Terms { metadata: &metadata, request: request.as_ref() };
            let attempt = match lock {
                Some(lock) => repository.attempt_through(lock, &stream, command, terms).await,
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
        terms: Terms<'_>,
    ) -> Result<Option<Attempt<A>>, Refusal<A>> {
        let Some(loaded) = self.load_through(&lock, None, stream).await? else {
            return Ok(None);
        };
        let (decided, new) = decide(loaded, stream, command, terms)?;
        if new.is_empty() {
            return Ok(Some(Ok(decided.unchanged())));
        }
        self.store_direct(stream, decided, new, terms, Some(lock)).await.map(Some)
    }

    async fn store_direct(
        &self,
        stream: &StreamId,
        decided: Decided<A>,
        new: Vec<NewEvent>,
        terms: Terms<'_>,
        lock: Option<AppendLock>,
    ) -> Result<Attempt<A>, Refusal<A>> {
        let draft = terms.append_at(stream, decided.before, new)?;
        match self.store_one(&draft, lock).await {
            Ok(appended) => {
                self.remember(stream, &decided.state, &appended);
                Ok(Ok(decided.stored(&appended, terms.metadata)))
            }
            Err(AppendError::Conflict(conflict)) => Ok(Err(Box::new(Lost { conflict, draft }))),
            Err(error) => Err(ExecuteError::Append(error)),
        }
    }

    /// Executes at a version that is given: one attempt.
    pub(super) async fn execute_at_version<C: DecidedBy<A>>(
        &self,
        stream: &StreamId,
        command: C,
        version: Version,
        terms: Terms<'_>,
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
        let (decided, new) = decide(loaded, stream, command, terms)?;
        if new.is_empty() {
            return Ok(decided.unchanged());
        }
        match self.store_direct(stream, decided, new, terms, None).await? {
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
    terms: Terms<'_>,
) -> Result<(Decided<A>, Vec<NewEvent>), Refusal<A>> {
    let Loaded { mut state, version, .. } = loaded;
    let decision = decision::decide(&mut state, version, stream, command, terms.metadata)?;
    Ok(Decided::new(state, version, decision))
}
