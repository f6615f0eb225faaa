//! Metadata of an event: on whose behalf, why and in which chain it happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::name::EventId;
use crate::event::recorded::Recorded;
use crate::validated_text::{InvalidText, Rule, text_value};

text_value! {
    /// The id that all events of one conversation share, from the first request to the last
    /// reaction.
    ///
    /// 1 to 256 bytes of UTF-8 without control characters: an id of the outside world fits in.
    CorrelationId, "correlation id", Rule::Line { max: 256 }
}

text_value! {
    /// The message that led to an event: the id of a command or of another event.
    ///
    /// 1 to 256 bytes of UTF-8 without control characters.
    CausationId, "causation id", Rule::Line { max: 256 }
}

text_value! {
    /// The user, service or job on whose behalf something happens.
    ///
    /// 1 to 256 bytes of UTF-8 without control characters.
    Actor, "actor", Rule::Line { max: 256 }
}

text_value! {
    /// The customer of the service for whom something happens.
    ///
    /// 1 to 256 bytes of UTF-8 without control characters.
    Tenant, "tenant", Rule::Line { max: 256 }
}

text_value! {
    /// The W3C `traceparent` of the request, verbatim:
    /// `00-<32 hex digits>-<16 hex digits>-<2 hex digits>` in lower case.
    TraceParent, "traceparent", Rule::TraceParent
}

text_value! {
    /// The W3C `tracestate` of the request, verbatim. 1 to 512 bytes.
    TraceState, "tracestate", Rule::Line { max: 512 }
}

text_value! {
    /// The name of a free header. 1 to 128 bytes of UTF-8 without control characters.
    HeaderName, "header name", Rule::Line { max: 128 }
}

text_value! {
    /// The value of a free header. 1 to 4096 bytes of UTF-8 without control characters.
    HeaderValue, "header value", Rule::Line { max: 4096 }
}

impl From<EventId> for CausationId {
    fn from(cause: EventId) -> Self {
        Self(cause.to_string().into())
    }
}

impl From<EventId> for CorrelationId {
    fn from(first: EventId) -> Self {
        Self(first.to_string().into())
    }
}

text_value! {
    /// The reason for something that the course of things does not explain: a correction, an end.
    ///
    /// 1 to 1024 bytes of UTF-8 without control characters.
    Reason, "reason", Rule::Line { max: 1024 }
}

/// The headers that this crate writes itself.
const REASON: &str = "reason";
const COPY_OF: &str = "copy-of";
const IMPORTED: &str = "imported";

/// The metadata of an event, stored beside its payload.
///
/// A command that is executed without any starts a chain: its own id becomes correlation and
/// causation of its events. A command that follows from an event goes on with that event's chain;
/// [`Metadata::following`] says how, and [`Recorded`] turns into it by itself:
///
/// ```
/// use es_core::{CorrelationId, Metadata};
///
/// let request = Metadata::default()
///     .with_correlation_id(CorrelationId::new("request-7")?)
///     .with_header("user-agent", "curl/8")?;
/// assert_eq!(request.header("user-agent"), Some("curl/8"));
/// # Ok::<(), es_core::InvalidText>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Metadata {
    /// The conversation that the event belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<CorrelationId>,
    /// The message that led to the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<CausationId>,
    /// The actor on whose behalf it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// The customer of the service for whom it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Tenant>,
    /// The trace that it happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<TraceParent>,
    /// The data that vendors added to that trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracestate: Option<TraceState>,
    /// Any other headers that the service wants to keep.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<HeaderName, HeaderValue>,
}

impl Metadata {
    /// The metadata of what follows from `event`: same correlation (or the event's own id, if it
    /// began the chain without one), the event as cause, same tenant and trace.
    ///
    /// Actor and headers stay behind: they belong to the request that caused the event.
    #[must_use]
    pub fn following<E>(event: &Recorded<E>) -> Self {
        let before = &event.metadata;
        Self {
            correlation_id: Some(before.correlation_id.clone().unwrap_or_else(|| event.id.into())),
            causation_id: Some(event.id.into()),
            tenant: before.tenant.clone(),
            traceparent: before.traceparent.clone(),
            tracestate: before.tracestate.clone(),
            ..Self::default()
        }
    }

    /// Sets the correlation id.
    #[must_use]
    pub fn with_correlation_id(mut self, id: CorrelationId) -> Self {
        self.correlation_id = Some(id);
        self
    }

    /// Sets the causation id.
    #[must_use]
    pub fn with_causation_id(mut self, id: CausationId) -> Self {
        self.causation_id = Some(id);
        self
    }

    /// Sets the actor.
    #[must_use]
    pub fn with_actor(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Sets the tenant.
    #[must_use]
    pub fn with_tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Sets the trace of the request.
    #[must_use]
    pub fn with_trace(mut self, parent: TraceParent, state: Option<TraceState>) -> Self {
        self.traceparent = Some(parent);
        self.tracestate = state;
        self
    }

    /// Adds a header, or replaces the one of the same name.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, InvalidText> {
        self.headers.insert(HeaderName::new(name)?, HeaderValue::new(value)?);
        Ok(self)
    }

    /// Sets the reason, as the header `reason`: for what the course of things does not explain.
    ///
    /// What happened wrongly is set right by one more event (a compensation), and what ended has an
    /// event that ends it (a tombstone). Both are commands like any other; who asked for them and why
    /// goes with their events, and stays with them.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// use es_core::{Actor, Reason};
    ///
    /// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// # #[event(name = "money-deposited")]
    /// # pub struct Deposited { pub cents: i64 }
    /// #
    /// /// Sets a deposit right that was entered wrongly. The wrong one stays in the books.
    /// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// #[event(name = "deposit-corrected")]
    /// pub struct Corrected { pub by: i64 }
    ///
    /// /// The end: nothing happens to the account after it.
    /// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// #[event(name = "account-ended")]
    /// pub struct Ended {}
    ///
    /// # #[derive(Aggregate, Default, Clone)]
    /// # #[aggregate(name = "account", id = String, events(Deposited, Corrected, Ended), error = IsOver)]
    /// # pub struct Account { cents: i64, over: bool }
    /// # impl Apply<Deposited> for Account {
    /// #     fn apply(&mut self, event: Deposited) { self.cents += event.cents; }
    /// # }
    /// impl Apply<Corrected> for Account {
    ///     fn apply(&mut self, event: Corrected) { self.cents += event.by; }
    /// }
    ///
    /// impl Apply<Ended> for Account {
    ///     fn apply(&mut self, _: Ended) { self.over = true; }
    /// }
    ///
    /// # #[derive(Debug)]
    /// # pub struct IsOver;
    /// # impl std::error::Error for IsOver {}
    /// # impl std::fmt::Display for IsOver {
    /// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("over") }
    /// # }
    /// # #[derive(Command, Clone)]
    /// # #[command(aggregate = Account)]
    /// # pub struct Correct { #[command(id)] pub account: String, pub by: i64 }
    /// # #[derive(Command, Clone)]
    /// # #[command(aggregate = Account)]
    /// # pub struct End { #[command(id)] pub account: String }
    /// impl Decide<Correct> for Account {
    ///     type Events = Corrected;
    ///     fn decide(&self, command: Correct) -> Result<Corrected, IsOver> {
    ///         if self.over { Err(IsOver) } else { Ok(Corrected { by: command.by }) }
    ///     }
    /// }
    /// # impl Decide<End> for Account {
    /// #     type Events = Option<Ended>;
    /// #     fn decide(&self, _: End) -> Result<Option<Ended>, IsOver> { Ok((!self.over).then_some(Ended {})) }
    /// # }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = MemoryStore::new();
    /// # let deposited = NewEvent::of(&AccountEvent::from(Deposited { cents: 1000 }), Metadata::default())?;
    /// # let ada = StreamId::of::<Account>(&"ada".to_owned())?;
    /// # store.append(Append::to(ada, ExpectedVersion::NoStream, vec![deposited])?).await?;
    /// # let accounts = Repository::<Account, _>::new(store);
    /// let why = |reason: &str| -> Result<_, es_core::InvalidText> {
    ///     let who = Actor::new("mia, back office")?;
    ///     Ok(Metadata::default().with_actor(who).with_reason(Reason::new(reason)?))
    /// };
    /// let correct = Correct { account: "ada".into(), by: -500 };
    /// let done = accounts.execute_with(correct.clone(), why("entered twice, ticket 4711")?).await?;
    /// assert_eq!(done.events[0].metadata.reason(), Some(Reason::new("entered twice, ticket 4711")?));
    ///
    /// accounts.execute_with(End { account: "ada".into() }, why("the contract is over")?).await?;
    /// let refused = accounts.execute(correct).await;
    /// assert!(matches!(refused, Err(ExecuteError::Rejected(IsOver))));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_reason(self, reason: Reason) -> Self {
        self.with_own(REASON, reason.0)
    }

    /// The reason for it, if one was given.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        Reason::new(self.header(REASON)?).ok()
    }

    /// The original of a copy that a [transformation](crate::TransformStore) wrote: the header
    /// `copy-of`.
    #[must_use]
    pub fn copy_of(&self) -> Option<EventId> {
        Uuid::try_parse(self.header(COPY_OF)?).ok().map(EventId::from)
    }

    /// True if the event was recorded elsewhere and imported with
    /// [its own instant](crate::NewEvent::with_recorded_at): the header `imported`.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        self.header(IMPORTED).is_some()
    }

    pub(crate) fn imported(self) -> Self {
        self.with_own(IMPORTED, "true".into())
    }

    pub(crate) fn with_copy_of(self, original: EventId) -> Self {
        self.with_own(COPY_OF, original.to_string().into())
    }

    fn with_own(mut self, name: &str, value: Arc<str>) -> Self {
        self.headers.insert(HeaderName(name.into()), HeaderValue(value));
        self
    }

    /// The value of a free header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = HeaderName::new(name).ok()?;
        self.headers.get(&name).map(HeaderValue::as_str)
    }

    /// Fills in what a command leaves open: a fresh command id as cause, and as the start of a
    /// conversation where there is none.
    #[must_use]
    pub(crate) fn completed(mut self) -> Self {
        if self.causation_id.is_none() || self.correlation_id.is_none() {
            let id = Uuid::now_v7();
            let mut text = Uuid::encode_buffer();
            let command: Arc<str> = Arc::from(&*id.hyphenated().encode_lower(&mut text));
            self.causation_id.get_or_insert_with(|| CausationId(command.clone()));
            self.correlation_id.get_or_insert(CorrelationId(command));
        }
        self
    }
}

/// The same as [`Metadata::following`].
impl<E> From<&Recorded<E>> for Metadata {
    fn from(event: &Recorded<E>) -> Self {
        Self::following(event)
    }
}
