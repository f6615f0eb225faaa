//! Requests as the code of today makes them.

use super::input::Direction;
use super::instance::Instance;
use super::names::StepName;
use super::request::Request;
use super::saga_error::SagaError;
use super::trail::{Tried, tried};
use super::untyped::UntypedSaga;

impl<S: UntypedSaga> Instance<S> {
    /// Prepares the request of a step, or of its compensation, from the state as it is. Nothing is asked for.
    ///
    /// # Errors
    ///
    /// If there is no such step, or its request cannot be stored.
    pub fn prepare(&self, step: &StepName, direction: Direction) -> Result<Request, SagaError> {
        match direction {
            Direction::Step => self.state.request_of(step),
            Direction::Compensation => {
                let progress = self.trail.iter().find(|tried| tried.step == *step);
                let known = progress.and_then(|found| tried(&found.progress));
                self.state.compensation_of(step, known.unwrap_or(Tried::Unknown))
            }
        }
    }
}
