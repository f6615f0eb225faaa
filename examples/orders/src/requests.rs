//! Commands that are asked with the id of a request, and happen once however often they are asked.
//!
//! Nothing is kept for it beside the events: their ids follow from the id of the request, and a store
//! never holds an id twice. So whoever asks again, because the answer was lost or out of impatience,
//! finds the event in the history of the order and is answered from there, as the first time. Two who
//! ask at the same moment append the same ids; one of them stores, and both find.
//!
//! A refusal stores nothing, so it is decided anew when it is asked again.

use es_core::prelude::*;
use es_core::{Actor, CausationId, CorrelationId, InvalidText};
use futures_util::TryStreamExt;
use uuid::Uuid;

use crate::decisions::Refusal;
use crate::order::{Order, OrderEvent};

/// The namespace of all ids that this service makes from the ids of requests.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c1f_0c5e_8a4b_4f0e_9d53_0b7a_2f4e_91d7);

/// The number of times that others may be faster before the caller is told to come back.
const ATTEMPTS: u32 = 10;

/// The id that a caller gave its request: unique among all that are ever sent, a UUID say.
#[derive(Clone, Debug)]
pub struct RequestId(String);

impl RequestId {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The order that the request places.
    pub fn order(&self) -> Uuid {
        Uuid::new_v5(&NAMESPACE, format!("order {}", self.0).as_bytes())
    }

    fn event(&self, nth: usize) -> EventId {
        Uuid::new_v5(&NAMESPACE, format!("event {nth} of {}", self.0).as_bytes()).into()
    }

    fn metadata(&self, user: &Actor) -> Result<Metadata, InvalidText> {
        Ok(Metadata::default()
            .with_correlation_id(CorrelationId::new(self.0.clone())?)
            .with_causation_id(CausationId::new(self.0.clone())?)
            .with_actor(user.clone()))
    }
}

/// The result of a request, whether it was done now or when it was asked first.
#[derive(Debug)]
pub struct Done {
    pub order: Uuid,
    pub state: Order,
    pub version: Version,
    pub position: Position,
}

/// The reason that a request has done nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("there is no order {0}")]
    NoSuchOrder(Uuid),
    #[error("this request id was used for another request: every request has its own")]
    Reused,
    #[error("the order is changed by others all the time")]
    Busy,
    #[error(transparent)]
    Read(#[from] LoadError),
    #[error(transparent)]
    Store(#[from] es_core::StoreError),
    #[error(transparent)]
    Invalid(#[from] anyhow::Error),
}

/// The orders of the service.
#[derive(Clone, Debug)]
pub struct Orders<S> {
    repository: Repository<Order, S>,
}

impl<S: EventStore> Orders<S> {
    pub fn new(store: S) -> Self {
        Self { repository: Repository::new(store) }
    }

    /// Everything that happened to an order; empty if there is none.
    pub async fn history(&self, order: Uuid) -> Result<Vec<Recorded<OrderEvent>>, LoadError> {
        self.repository.history(&order, Cursor::START)?.try_collect().await
    }

    /// Does what `request` asks, once.
    ///
    /// The answer is always read from the log, also the first time: so the first and each later one are
    /// the same. A request is the same one if, in the state that it found, it would have done what it
    /// did.
    pub async fn execute<C>(
        &self,
        request: &RequestId,
        user: &Actor,
        command: C,
    ) -> Result<Done, NotDone>
    where
        C: Command<Aggregate = Order> + es_core::DecidedBy<Order>,
    {
        let order = *command.aggregate_id();
        for _ in 0..ATTEMPTS {
            let history = self.history(order).await?;
            let asked_before = history.iter().position(|event| event.id == request.event(0));
            let (before, after) = history.split_at(asked_before.unwrap_or(history.len()));
            let mut state = state_after(before);
            let decided = decide(order, command.clone(), &state, !before.is_empty());
            if asked_before.is_some() {
                let events = decided.map_err(|_| NotDone::Reused)?;
                let stored = after.get(..events.len()).ok_or(NotDone::Reused)?;
                if !stored.iter().map(|stored| &stored.event).eq(&events) {
                    return Err(NotDone::Reused);
                }
                let last = stored.last().ok_or(NotDone::Reused)?;
                for event in events {
                    state.evolve(event);
                }
                return Ok(Done { order, state, version: last.version, position: last.position });
            }
            let expected = before.last().map_or(Version::NONE, |last| last.version);
            self.append(request, user, order, expected, &decided?).await?;
        }
        Err(NotDone::Busy)
    }

    /// Stores what was decided, unless that happened meanwhile, or something else did.
    async fn append(
        &self,
        request: &RequestId,
        user: &Actor,
        order: Uuid,
        expected: Version,
        decided: &[OrderEvent],
    ) -> Result<(), NotDone> {
        let metadata = request.metadata(user).map_err(anyhow::Error::from)?;
        let new = decided.iter().enumerate().map(|(nth, event)| {
            Ok(NewEvent::of(event, metadata.clone())?.with_id(request.event(nth)))
        });
        let new = new.collect::<anyhow::Result<Vec<_>>>()?;
        let stream = StreamId::of::<Order>(&order).map_err(LoadError::from)?;
        let append = Append::to(stream, ExpectedVersion::Exact(expected), new);
        match self.repository.store().append(append.map_err(anyhow::Error::from)?).await {
            Ok(_) | Err(AppendError::Conflict(_)) => Ok(()),
            // It stands in the history of another order.
            Err(AppendError::DuplicateEvent { .. }) => Err(NotDone::Reused),
            Err(AppendError::Store(error)) => Err(error.into()),
            Err(other) => Err(anyhow::Error::from(other).into()),
        }
    }
}

fn state_after(history: &[Recorded<OrderEvent>]) -> Order {
    let mut state = Order::default();
    for recorded in history {
        state.evolve(recorded.event.clone());
    }
    state
}

fn decide<C>(
    order: Uuid,
    command: C,
    state: &Order,
    exists: bool,
) -> Result<Vec<OrderEvent>, NotDone>
where
    C: es_core::DecidedBy<Order>,
{
    match (C::LIFECYCLE, exists) {
        (Lifecycle::Needs, false) => Err(NotDone::NoSuchOrder(order)),
        // The id of an order follows from that of the request that placed it.
        (Lifecycle::Creates, true) => Err(NotDone::Reused),
        _ => Ok(command.decided_by(state)?),
    }
}
