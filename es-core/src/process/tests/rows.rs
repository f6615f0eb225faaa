//! The row of an instance, folded beside it: a list shows what the instance is.

use crate::process::{End, Instance, Phase, SagaEvent, StepName, StepPhase};
use crate::sagas::{SagaPhase, SagaRow, Waits};
use crate::stream::{Position, StreamId};
use crate::timestamp::Timestamp;

use super::world::Delivery;

/// The row of an instance, which follows its events.
#[derive(Clone, Debug)]
pub(super) struct Rows(SagaRow);

/// The part of a row that the instance says as well.
#[derive(Debug, PartialEq)]
struct Shown {
    phase: SagaPhase,
    step: Option<StepName>,
    attempt: u32,
    waits: Waits,
}

impl Rows {
    pub(super) fn of(stream: &StreamId) -> Self {
        Self(SagaRow::starting(stream.clone(), Position(1), instant()))
    }

    /// Follows the events of one append, and compares the row with the instance after them.
    #[track_caller]
    pub(super) fn follow(&mut self, events: &[SagaEvent], instance: &Instance<Delivery>) {
        let row = &mut self.0;
        for event in events {
            row.evolve(event, row.version.plus(1), instant());
        }
        let SagaRow { phase, step, attempt, waits, .. } = row.clone();
        assert_eq!(Shown { phase, step, attempt, waits }, shown(instance), "after {events:?}");
    }
}

/// The instant at which all events are recorded.
fn instant() -> Timestamp {
    Timestamp::from_unix_micros(0)
}

fn shown(instance: &Instance<Delivery>) -> Shown {
    let at_rest = |phase| Shown { phase, step: None, attempt: 0, waits: Waits::Nobody };
    match instance.phase() {
        Phase::New => panic!("an event was stored"),
        Phase::Forward { course, .. } => in_course(SagaPhase::Forward, course),
        Phase::Compensating { course, .. } => in_course(SagaPhase::Compensating, course),
        Phase::Intervention { step, attempt, .. } => {
            let (step, attempt) = (Some(step.clone()), *attempt);
            Shown { step, attempt, ..at_rest(SagaPhase::Intervention) }
        }
        Phase::Ended(End::Completed) => at_rest(SagaPhase::Completed),
        Phase::Ended(End::Undone { .. }) => at_rest(SagaPhase::Undone),
    }
}

fn in_course(phase: SagaPhase, course: &StepPhase) -> Shown {
    let (running, waits) = match course {
        StepPhase::Running(running) => (running, Waits::Attempt { due: running.due }),
        StepPhase::Waiting(waiting) => (&waiting.failed, Waits::Time { until: waiting.until }),
        StepPhase::Ready | StepPhase::Failed(_) => panic!("it is not at rest: {course:?}"),
    };
    Shown { phase, step: Some(running.step.clone()), attempt: running.attempt, waits }
}
