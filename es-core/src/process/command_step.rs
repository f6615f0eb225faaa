//! Commands that are steps: loaded and decided without the type of their aggregate.

use std::fmt;

use futures_core::future::BoxFuture;
use futures_util::FutureExt;
use serde::de::DeserializeOwned;

use crate::domain::aggregate::Aggregate;
use crate::domain::command::Command;
use crate::domain::decide::DecidedBy;
use crate::domain::decision;
use crate::error_text::chain;
use crate::event::encode_error::EncodeError;
use crate::event::metadata::Metadata;
use crate::event::recorded::NewEvent;
use crate::store::dyn_event_store::DynEventStore;
use crate::stream::{StreamId, Version};
use crate::write::execute_error::{ExecuteError, LifecycleRejection};
use crate::write::load::{Loaded, Until, load};
use crate::write::load_error::LoadError;

use super::input::Answer;
use super::request::Request;
use super::saga_error::SagaError;

/// A command that is a step or a compensation, with the aggregate that decides it; the types of both are
/// forgotten.
///
/// It is made from the stored request by [`UntypedSaga::command_of`](super::UntypedSaga::command_of). Its
/// events are appended in one append with those that follow from its answer, each stream at the version up
/// to which it was read. After a conflict it is made again, and decided on the new state.
///
/// ```
/// # use std::time::Duration;
/// use es_core::prelude::*;
/// use es_core::process::*;
/// use es_core::{DynEventStore, Position};
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # pub struct OrderPlaced {}
/// # #[derive(EventSet, Clone, Debug, PartialEq)]
/// # pub enum Starts { Placed(OrderPlaced) }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "stock-reserved")]
/// # pub struct Reserved {}
/// # #[derive(Aggregate, Default, Clone)]
/// # #[aggregate(name = "stock", id = String, events(Reserved))]
/// # pub struct Stock {}
/// # impl Apply<Reserved> for Stock { fn apply(&mut self, _: Reserved) {} }
///
/// #[derive(Command, Serialize, Deserialize, Clone)]
/// # #[serde(crate = "es_core::serde")]
/// #[command(aggregate = Stock, any)]
/// pub struct ReserveStock {
///     #[command(id)]
///     pub item: String,
/// }
/// # impl Decide<ReserveStock> for Stock {
/// #     type Events = Reserved;
/// #     fn decide(&self, _: ReserveStock) -> Result<Reserved, NoRejection> { Ok(Reserved {}) }
/// # }
/// # #[derive(Clone, Debug, PartialEq)]
/// # pub struct Delivery;
/// # impl Apply<()> for Delivery { fn apply(&mut self, (): ()) {} }
/// # impl Prepare<ReserveStock> for Delivery {
/// #     fn prepare(&self) -> ReserveStock { ReserveStock { item: "lamp".into() } }
/// # }
/// # impl Saga for Delivery {
/// #     const NAME: &'static str = "delivery";
/// #     type Id = u32;
/// #     type Start = Starts;
/// #     fn id(_: &Starts) -> u32 { 17 }
/// #     fn definition() -> Definition<Self> {
/// #         Definition::new(1, Duration::from_secs(60))
/// #             .start::<OrderPlaced>()
/// #             .step_without_compensation::<ReserveStock>("the lamp is kept", |step| step)
/// #     }
/// #     fn initial() -> Self { Self }
/// #     fn start(&mut self, _: Starts) {}
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let store = DynEventStore::new(MemoryStore::new());
/// # let event = Starts::Placed(OrderPlaced {});
/// # let start = Input::Start { event, position: Position(1) };
/// # let new = Instance::<Delivery>::of_key("17")?;
/// # let Reaction::Changed { instance, .. } =
/// #     new.decide(&Delivery::plan()?, start, Timestamp::now())? else { panic!("it starts") };
///
/// let Next::Execute(call) = instance.next() else { panic!("the stock is reserved") };
/// let mut command = Delivery::command_of(call.request)?;
/// let version = command.load(&store).await?;
/// let stream = command.stream().clone();
/// let (answer, events) = match command.decide(&Metadata::default()) {
///     Ok(events) => (Answer::done(), events),
///     Err(error) => (Answer::from(error), Vec::new()),
/// };
/// // `events` go to `stream` at `version`, in one append with what the instance decides on `answer`.
/// assert_eq!((stream.to_string(), version, events.len()), ("stock/lamp".into(), Version::NONE, 1));
/// # assert_eq!(answer, Answer::done());
/// # Ok(())
/// # }
/// ```
pub trait CommandStep: fmt::Debug + Send {
    /// The name of the command in logs and reports: [`Command::NAME`].
    fn name(&self) -> &'static str;

    /// The stream of the aggregate.
    fn stream(&self) -> &StreamId;

    /// Loads the aggregate as a [`Repository`](crate::Repository) does, and returns its version;
    /// [`Version::NONE`] if it does not exist.
    fn load<'a>(
        &'a mut self,
        store: &'a DynEventStore,
    ) -> BoxFuture<'a, Result<Version, LoadError>>;

    /// Decides on the state that was loaded, the lifecycle first, and returns the events to append. Without
    /// a load that is the state before the first event.
    ///
    /// # Errors
    ///
    /// If the command is rejected, or an event of the decision cannot be stored.
    fn decide(self: Box<Self>, metadata: &Metadata) -> Result<Vec<NewEvent>, CommandError>;
}

/// The error of a decision on a [`CommandStep`]. Nothing was done.
///
/// [`Answer::from`] tells it to the instance: a rejection is a refusal, and anything else a failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The aggregate rejected the command.
    #[error("{reason}")]
    Rejected {
        /// The rejection, and what it came from.
        reason: String,
    },
    /// The aggregate exists and must not, or does not exist and must.
    #[error(transparent)]
    Lifecycle(#[from] LifecycleRejection),
    /// An event of the decision cannot be stored.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl From<CommandError> for Answer {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Rejected { reason } => Self::Refused(reason),
            CommandError::Lifecycle(rejection) => Self::Refused(rejection.to_string()),
            CommandError::Encode(error) => Self::Failed(chain(&error)),
        }
    }
}

/// Makes a command from its stored request.
pub(super) type CommandFn = fn(&Request) -> Result<Box<dyn CommandStep>, SagaError>;

/// The command `C` that `request` asks for.
pub(super) fn of_request<A, C>(request: &Request) -> Result<Box<dyn CommandStep>, SagaError>
where
    A: Aggregate,
    C: DecidedBy<A> + DeserializeOwned,
{
    let cannot_be_read = |source| SagaError::Command { name: request.name.clone(), source };
    let command: C = serde_json::from_str(request.body.as_str()).map_err(cannot_be_read)?;
    let stream = StreamId::of::<A>(command.aggregate_id())?;
    Ok(Box::new(TypedCommand { command, stream, loaded: Loaded::<A>::nothing() }))
}

struct TypedCommand<A, C> {
    command: C,
    stream: StreamId,
    loaded: Loaded<A>,
}

impl<A, C: Command> fmt::Debug for TypedCommand<A, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandStep")
            .field("command", &self.command.describe())
            .field("stream", &self.stream)
            .field("version", &self.loaded.version)
            .finish()
    }
}

impl<A: Aggregate, C: DecidedBy<A>> CommandStep for TypedCommand<A, C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn stream(&self) -> &StreamId {
        &self.stream
    }

    fn load<'a>(
        &'a mut self,
        store: &'a DynEventStore,
    ) -> BoxFuture<'a, Result<Version, LoadError>> {
        async move {
            self.loaded = load(store, &self.stream, Until::End).await?;
            Ok(self.loaded.version)
        }
        .boxed()
    }

    fn decide(self: Box<Self>, metadata: &Metadata) -> Result<Vec<NewEvent>, CommandError> {
        let Self { command, stream, mut loaded } = *self;
        let version = loaded.version;
        match decision::decide(&mut loaded.state, version, &stream, command, metadata) {
            Ok(decision) => Ok(decision.new),
            Err(ExecuteError::Lifecycle(rejection)) => Err(CommandError::Lifecycle(rejection)),
            Err(ExecuteError::Encode(error)) => Err(CommandError::Encode(error)),
            Err(error) => Err(CommandError::Rejected { reason: chain(&error) }),
        }
    }
}
