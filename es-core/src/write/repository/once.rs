//! Commands that are answered once, however often a client sends them.

use futures_core::future::BoxFuture;
use futures_util::FutureExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tracing::{Instrument, Span};

use super::decided::Refusal;
use super::direct::Terms;
use super::{Executed, Repository};
use crate::domain::aggregate::Aggregate;
use crate::domain::decide::DecidedBy;
use crate::event::metadata::Metadata;
use crate::store::append_error::AppendError;
use crate::store::cursor::Cursor;
use crate::store::event_store::EventStore;
use crate::store::request::{AnsweredRequest, RequestId, RequestScope};
use crate::store::silence::answered;
use crate::store::spans;
use crate::stream::{StreamId, Version};
use crate::write::execute_error::{ExecuteError, LifecycleRejection};
use crate::write::load::Loaded;
use crate::write::load_error::LoadError;
use crate::write::once::{AskedOnce, OnceFailure};
use crate::write::retry::until_answered;

/// The answer to a command, as it is kept. The state and the events are in the store already.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeptAnswer<E> {
    /// The number of events of one append.
    Stored(usize),
    /// The version at which the command changed nothing.
    Unchanged(Version),
    Rejected(E),
    NotFound,
    AlreadyExists(Version),
}

/// An answer without the error of an aggregate.
pub(super) type KeptSuccess = KeptAnswer<()>;

impl<A: Aggregate, S: EventStore> Repository<A, S> {
    /// Executes a command that a client may send again, an HTTP request with an `Idempotency-Key` for example:
    /// it is carried out once, and answered each time as it was the first time.
    ///
    /// ```
    /// # use es_core::prelude::*;
    /// # use es_core::{NoRejection, RequestId};
    /// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// # #[event(name = "counted")]
    /// # pub struct Counted { by: i64 }
    /// # #[derive(Aggregate, Default, Clone, Debug)]
    /// # #[aggregate(name = "counter", id = String, events(Counted))]
    /// # pub struct Counter { total: i64 }
    /// # impl Apply<Counted> for Counter { fn apply(&mut self, e: Counted) { self.total += e.by; } }
    /// # impl Decide<Count> for Counter {
    /// #     type Events = Counted;
    /// #     fn decide(&self, c: Count) -> Result<Counted, NoRejection> { Ok(Counted { by: c.by }) }
    /// # }
    /// #[derive(Command, Serialize, Clone)]
    /// # #[serde(crate = "es_core::serde")]
    /// #[command(aggregate = Counter, any)]
    /// pub struct Count {
    ///     #[command(id)]
    ///     counter: String,
    ///     by: i64,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let counters = Repository::<Counter, _>::new(MemoryStore::new());
    /// let request = RequestId::new("ada:req-7f3a")?;
    /// let count = || Count { counter: "doors".into(), by: 2 };
    ///
    /// let done = counters.execute_once(&request, count()).await?;
    /// let again = counters.execute_once(&request, count()).await?;
    ///
    /// assert_eq!((done.state.total, done.again()), (2, false));
    /// assert_eq!((again.state.total, again.again()), (2, true));
    /// assert_eq!(again.events, done.events);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Guarantees
    ///
    /// - **One effect.** The events and the answer are stored together or not at all, whatever becomes of the
    ///   connection or of the process. Of requests with one id that run at the same time, one is carried out;
    ///   the others wait for it.
    /// - **One answer.** It is the first one also for a refusal, although the aggregate has changed since, and
    ///   for a command that changed nothing: version, events with their ids and metadata, and the state at that
    ///   version, folded from the log. What is no answer of the aggregate is not kept: after a failure of the
    ///   store, a conflict or a panic the command is executed when it is sent again.
    /// - **One command.** The same id with another command, by its name and its fields as JSON, is refused
    ///   with [`RequestError::Reused`](crate::RequestError::Reused); an optional field that is `null` counts as
    ///   absent. A `HashSet` or another type that is not written the same each time must be no field of it.
    ///
    /// Answers are remembered by the store: for seven days at least, unless it is told otherwise. It forgets them
    /// when a request comes; where requests keep coming, an answer is forgotten by the first one after twice that
    /// time. Afterwards a request with a UUID of version 7 at the end of its id is refused with
    /// [`RequestError::TooOld`](crate::RequestError::TooOld); any other is taken for a new one. An hour is allowed
    /// for clocks of clients that are fast.
    ///
    /// The metadata of the request that comes again is not stored. A stream that was
    /// [transformed](crate::TransformStore) since has other events: the request is not carried out again, and
    /// its answer is [`LoadError::Archived`].
    ///
    /// # Cost
    ///
    /// A look-up before the command, and a row with its events. The command goes by itself: it is not
    /// decided [together with others](Self#commands-that-meet) at the aggregate, so for the others it is one of
    /// another process.
    ///
    /// # Errors
    ///
    /// Those of [`execute`](Self::execute), and [`ExecuteError::Request`].
    /// [`Unsupported`](crate::StoreErrorKind::Unsupported) from a store that does not remember requests.
    pub fn execute_once<C>(
        &self,
        request: &RequestId,
        command: C,
    ) -> BoxFuture<'_, Result<Executed<A>, ExecuteError<A::Error>>>
    where
        C: DecidedBy<A> + Serialize,
        A::Error: Serialize + DeserializeOwned,
    {
        self.execute_once_with(request, command, Metadata::default())
    }

    /// Executes like [`execute_once`](Self::execute_once), with what is known of the request: see
    /// [`execute_with`](Self::execute_with).
    pub fn execute_once_with<C>(
        &self,
        request: &RequestId,
        command: C,
        metadata: impl Into<Metadata>,
    ) -> BoxFuture<'_, Result<Executed<A>, ExecuteError<A::Error>>>
    where
        C: DecidedBy<A> + Serialize,
        A::Error: Serialize + DeserializeOwned,
    {
        let (request, metadata) = (request.clone(), metadata.into());
        let executing = async move {
            let span = spans::command(A::NAME, C::NAME);
            let answering = self.answer_once(&request, command, metadata.completed(), &span);
            answering.instrument(span.clone()).await
        };
        executing.boxed()
    }

    async fn answer_once<C>(
        &self,
        request: &RequestId,
        command: C,
        metadata: Metadata,
        span: &Span,
    ) -> Result<Executed<A>, Refusal<A>>
    where
        C: DecidedBy<A> + Serialize,
        A::Error: Serialize + DeserializeOwned,
    {
        let stream = StreamId::of::<A>(command.aggregate_id()).map_err(LoadError::from)?;
        span.record("es.stream.id", tracing::field::display(&stream));
        let scope = RequestScope::of::<A>();
        let asked = AskedOnce::new(scope, request, C::NAME, &stream, &command)?;
        if let Some(first) = asked.find(&self.store).await? {
            return self.answer_again::<C>(&stream, &asked, &first).await;
        }
        let terms = Terms { metadata: &metadata, request: Some(&asked) };
        let answer = self.execute_direct(&stream, command, terms, span).await;
        let first = match &answer {
            Ok(done) if done.events.is_empty() => {
                asked.keep(&self.store, &KeptSuccess::Unchanged(done.version)).await?
            }
            Err(ExecuteError::Rejected(error)) => {
                asked.keep(&self.store, &KeptAnswer::Rejected(error)).await?
            }
            Err(ExecuteError::Lifecycle(refusal)) => {
                asked.keep(&self.store, &KeptSuccess::from(refusal)).await?
            }
            Err(ExecuteError::Append(AppendError::Answered(first))) => Some((**first).clone()),
            Ok(_) | Err(_) => None,
        };
        match first {
            Some(first) => self.answer_again::<C>(&stream, &asked, &first).await,
            None => answer,
        }
    }

    /// The answer of the first time.
    async fn answer_again<C>(
        &self,
        stream: &StreamId,
        asked: &AskedOnce,
        first: &AnsweredRequest,
    ) -> Result<Executed<A>, Refusal<A>>
    where
        C: DecidedBy<A>,
        A::Error: DeserializeOwned,
    {
        let stream = stream.clone();
        match asked.read(first)? {
            KeptAnswer::Stored(events) => {
                let version = first.versions.first().copied().unwrap_or_default();
                self.executed_at(&stream, version, events).await
            }
            KeptAnswer::Unchanged(version) => self.executed_at(&stream, version, 0).await,
            KeptAnswer::Rejected(error) => Err(ExecuteError::Rejected(error)),
            KeptAnswer::NotFound => {
                Err(LifecycleRejection::NotFound { command: C::NAME, stream }.into())
            }
            KeptAnswer::AlreadyExists(version) => {
                Err(LifecycleRejection::AlreadyExists { command: C::NAME, stream, version }.into())
            }
        }
    }

    /// The answer to the command that brought a stream to `version` with so many events.
    async fn executed_at(
        &self,
        stream: &StreamId,
        version: Version,
        events: usize,
    ) -> Result<Executed<A>, Refusal<A>> {
        let Loaded { state, .. } = until_answered(|| self.load_version(stream, version)).await?;
        let before = Cursor::After(Version(version.0.saturating_sub(events as u64)));
        let limit = u32::try_from(events).unwrap_or(u32::MAX);
        let page = || answered(self.store.stream_page(stream, before, limit));
        let mut recorded = Vec::with_capacity(events);
        if events > 0 {
            for raw in until_answered(page).await.map_err(LoadError::from)? {
                recorded.extend(raw.decode::<A::Event>().map_err(LoadError::from)?);
            }
        }
        Ok(Executed { state, version, events: recorded, again: true })
    }
}

impl From<&LifecycleRejection> for KeptSuccess {
    fn from(rejection: &LifecycleRejection) -> Self {
        match rejection {
            LifecycleRejection::NotFound { .. } => Self::NotFound,
            LifecycleRejection::AlreadyExists { version, .. } => Self::AlreadyExists(*version),
        }
    }
}

impl<E> From<OnceFailure> for ExecuteError<E> {
    fn from(failure: OnceFailure) -> Self {
        match failure {
            OnceFailure::Request(error) => Self::Request(error),
            OnceFailure::Store(error) => LoadError::Store(error).into(),
        }
    }
}
