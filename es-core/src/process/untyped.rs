//! Sagas as the machine sees them: steps by their names, requests and answers as payloads.

use std::fmt;

use crate::event::payload::Payload;
use crate::event::set::EventSet;

use super::command_step::CommandStep;
use super::names::StepName;
use super::plan::Plan;
use super::plan_error::PlanError;
use super::request::Request;
use super::saga_error::SagaError;
use super::trail::Tried;

/// The code of a saga as the machine sees it: steps by their names, requests and answers as payloads.
///
/// Every [`Saga`](super::Saga) is one, through its definition.
///
/// All methods are pure: they depend on nothing but the state and their arguments. `apply_start` and
/// `apply_output` fold, and are called again whenever an instance is read; `request_of` and
/// `compensation_of` decide, and their answer is stored: they are called once for a step, and once more for
/// a compensation whenever an operator asks for further attempts.
pub trait UntypedSaga: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The category of the streams of its instances.
    const CATEGORY: &'static str;

    /// The events that start an instance.
    type Start: EventSet + Clone + fmt::Debug + PartialEq;

    /// The plan of this version of the saga.
    ///
    /// # Errors
    ///
    /// If no instance could follow it.
    fn plan() -> Result<Plan, PlanError>;

    /// The state before the first event.
    #[must_use]
    fn initial_state() -> Self;

    /// Applies the event that started the instance.
    fn apply_start(&mut self, event: Self::Start);

    /// Applies the answer of `step`.
    ///
    /// # Errors
    ///
    /// If the answer cannot be read.
    fn apply_output(&mut self, step: &StepName, output: &Payload) -> Result<(), SagaError>;

    /// Returns what is asked for as `step`.
    ///
    /// # Errors
    ///
    /// If there is no such step, or its request cannot be stored. The step has failed then.
    fn request_of(&self, step: &StepName) -> Result<Request, SagaError>;

    /// Returns what takes `step` back. The event that started the instance is a step as well, under its
    /// name and with the answer `null`.
    ///
    /// # Errors
    ///
    /// If there is no such step, its answer cannot be read, or the request cannot be stored. A person has to
    /// intervene then.
    fn compensation_of(
        &self,
        step: &StepName,
        tried: Tried<&Payload>,
    ) -> Result<Request, SagaError>;

    /// True if this version of the saga makes such requests, or did and has kept their types: those of retired
    /// steps.
    #[must_use]
    fn lists(request: &Request) -> bool;

    /// Returns the command that `request` asks for, to be loaded and decided.
    ///
    /// # Errors
    ///
    /// If the saga asks for no such command, its fields cannot be read, or its id is no key of a stream. It
    /// is an answer then as well: [`Answer::Failed`](super::Answer::Failed).
    fn command_of(request: &Request) -> Result<Box<dyn CommandStep>, SagaError>;
}
