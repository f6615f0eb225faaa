//! Sagas as the machine sees them: steps by their names, requests and answers as payloads.

use std::fmt;

use crate::event::payload::Payload;
use crate::event::set::EventSet;

use super::names::StepName;
use super::plan::Plan;
use super::plan_error::PlanError;
use super::request::Request;
use super::saga_error::SagaError;
use super::trail::Tried;

/// The code of a saga as the machine sees it: steps by their names, requests and answers as payloads.
///
/// All methods are pure: they depend on nothing but the state and their arguments. `start` and `complete`
/// fold, and are called again whenever an instance is read; `prepare` and `compensate` decide, are called
/// once, and their answer is stored.
pub trait UntypedSaga: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
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
    fn initial() -> Self;

    /// Applies the event that started the instance.
    fn start(&mut self, event: Self::Start);

    /// Applies the answer of `step`.
    ///
    /// # Errors
    ///
    /// If the answer cannot be read.
    fn complete(&mut self, step: &StepName, output: &Payload) -> Result<(), SagaError>;

    /// Returns what is asked for as `step`.
    ///
    /// # Errors
    ///
    /// If there is no such step, or its request cannot be stored.
    fn prepare(&self, step: &StepName) -> Result<Request, SagaError>;

    /// Returns what takes `step` back. The event that started the instance is a step as well, under its
    /// name and with the answer `null`.
    ///
    /// # Errors
    ///
    /// If there is no such step, its answer cannot be read, or the request cannot be stored.
    fn compensate(&self, step: &StepName, tried: Tried<&Payload>) -> Result<Request, SagaError>;
}
