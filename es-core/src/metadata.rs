//! What is known of an event beside what happened: who, why, in which chain.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::EventId;
use crate::recorded::Recorded;
use crate::text::{InvalidText, Rule, text_value};

text_value! {
    /// What all events of one conversation share, from the first request to the last reaction.
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
    /// On whose behalf: a user, a service, a job. 1 to 256 bytes of UTF-8 without control characters.
    Actor, "actor", Rule::Line { max: 256 }
}

text_value! {
    /// For which customer of the service. 1 to 256 bytes of UTF-8 without control characters.
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
    /// Why something was done that the course of things does not explain: a correction, an end.
    ///
    /// 1 to 1024 bytes of UTF-8 without control characters.
    Reason, "reason", Rule::Line { max: 1024 }
}

/// The headers that this crate writes itself.
const REASON: &str = "reason";
const COPY_OF: &str = "copy-of";

/// Travels with every event, stored beside its payload.
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
    /// On whose behalf it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// For which customer of the service it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Tenant>,
    /// The trace that it happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<TraceParent>,
    /// What vendors added to that trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracestate: Option<TraceState>,
    /// Whatever else the service wants to keep.
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

    /// With the conversation named.
    #[must_use]
    pub fn with_correlation_id(mut self, id: CorrelationId) -> Self {
        self.correlation_id = Some(id);
        self
    }

    /// With the cause named.
    #[must_use]
    pub fn with_causation_id(mut self, id: CausationId) -> Self {
        self.causation_id = Some(id);
        self
    }

    /// With the actor named.
    #[must_use]
    pub fn with_actor(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// With the tenant named.
    #[must_use]
    pub fn with_tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Within the trace of a request.
    #[must_use]
    pub fn with_trace(mut self, parent: TraceParent, state: Option<TraceState>) -> Self {
        self.traceparent = Some(parent);
        self.tracestate = state;
        self
    }

    /// With one more header, or the same header anew.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, InvalidText> {
        self.headers.insert(HeaderName::new(name)?, HeaderValue::new(value)?);
        Ok(self)
    }

    /// With why it is done, as the header `reason`: for what the course of things does not explain. With
    /// an [actor](Self::actor) it makes a correction or an end one that can be accounted for.
    #[must_use]
    pub fn with_reason(self, reason: Reason) -> Self {
        self.with_own(REASON, reason.0)
    }

    /// Why it was done, if somebody said so.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        Reason::new(self.header(REASON)?).ok()
    }

    /// Of a copy that a [transformation](crate::TransformStore) wrote, the event that it stands for:
    /// the header `copy-of`.
    #[must_use]
    pub fn copy_of(&self) -> Option<EventId> {
        Uuid::try_parse(self.header(COPY_OF)?).ok().map(EventId::from)
    }

    pub(crate) fn with_copy_of(self, original: EventId) -> Self {
        self.with_own(COPY_OF, original.to_string().into())
    }

    fn with_own(mut self, name: &str, value: std::sync::Arc<str>) -> Self {
        self.headers.insert(HeaderName(name.into()), HeaderValue(value));
        self
    }

    /// The value of a free header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = HeaderName::new(name).ok()?;
        self.headers.get(&name).map(HeaderValue::as_str)
    }

    /// With what a command leaves unsaid: a fresh command id as cause, and as the start of a
    /// conversation where there is none.
    #[must_use]
    pub(crate) fn completed(mut self) -> Self {
        if self.causation_id.is_none() || self.correlation_id.is_none() {
            let command: std::sync::Arc<str> = Uuid::now_v7().to_string().into();
            self.causation_id.get_or_insert_with(|| CausationId(command.clone()));
            self.correlation_id.get_or_insert(CorrelationId(command));
        }
        self
    }
}

/// As [`Metadata::following`].
impl<E> From<&Recorded<E>> for Metadata {
    fn from(event: &Recorded<E>) -> Self {
        Self::following(event)
    }
}
