//! Code of a step: functions over the state, with the types of the step forgotten.

use crate::event::definition::Event;
use crate::event::payload::Payload;

use super::names::StepName;
use super::request::Request;
use super::saga::{AppliesOutput, Compensate, CompensateStart, Prepare};
use super::saga_error::SagaError;
use super::step_request::{KindOf, ListedRequest};
use super::trail::Tried;

/// The code of one step or start.
#[derive(Debug)]
pub(super) struct Code<S> {
    pub(super) name: &'static str,
    pub(super) prepare: Option<PrepareFn<S>>,
    pub(super) complete: Option<CompleteFn<S>>,
    pub(super) compensate: Option<CompensateFn<S>>,
}

type PrepareFn<S> = fn(&S, &StepName) -> Result<Request, SagaError>;
type CompleteFn<S> = fn(&mut S, &StepName, &Payload) -> Result<(), SagaError>;
pub(super) type CompensateFn<S> = fn(&S, &StepName, Tried<&Payload>) -> Result<Request, SagaError>;

/// By hand: a derive would ask for `S: Clone` and `S: Copy`, and the code is of functions alone.
impl<S> Clone for Code<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Code<S> {}

impl<S> Code<S> {
    /// The code of a start that is compensated.
    pub(super) fn of_start<E: Event>() -> Self
    where
        S: CompensateStart<E>,
    {
        let compensate: CompensateFn<S> =
            |saga, step, _| request_of(step, &CompensateStart::<E>::compensate_start(saga));
        Self { name: E::NAME, prepare: None, complete: None, compensate: Some(compensate) }
    }

    /// The code that a step of the plan has.
    pub(super) fn forward<R: ListedRequest>() -> Self
    where
        S: Prepare<R> + AppliesOutput<R>,
    {
        let prepare: PrepareFn<S> = |saga, step| request_of(step, &Prepare::<R>::prepare(saga));
        Self { prepare: Some(prepare), ..Self::backward::<R>() }
    }

    /// The code that a step has which is no longer asked for.
    pub(super) fn backward<R: ListedRequest>() -> Self
    where
        S: AppliesOutput<R>,
    {
        Self {
            name: R::REQUEST_NAME,
            prepare: None,
            complete: Some(|saga, step, output| {
                saga.apply_output_of(output_of::<R>(step, output)?);
                Ok(())
            }),
            compensate: None,
        }
    }
}

pub(super) fn compensation_of<S, R: ListedRequest>(
    saga: &S,
    step: &StepName,
    tried: Tried<&Payload>,
) -> Result<Request, SagaError>
where
    S: Compensate<R>,
{
    let tried = match tried {
        Tried::Done(output) => Tried::Done(output_of::<R>(step, output)?),
        Tried::Unknown => Tried::Unknown,
    };
    request_of(step, &Compensate::<R>::compensate(saga, tried))
}

fn request_of<R: ListedRequest>(step: &StepName, request: &R) -> Result<Request, SagaError> {
    let kind = <R::Kind as KindOf<R>>::KIND;
    let cannot_be_stored = |source| SagaError::Request { step: step.clone(), source };
    let body = <R::Kind as KindOf<R>>::store(request).map_err(cannot_be_stored)?;
    Ok(Request::new(kind, R::REQUEST_NAME, R::REQUEST_VERSION, body)?)
}

fn output_of<R: ListedRequest>(step: &StepName, output: &Payload) -> Result<R::Output, SagaError> {
    serde_json::from_str(output.as_str())
        .map_err(|source| SagaError::Output { step: step.clone(), source })
}
