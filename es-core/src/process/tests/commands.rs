//! Steps that are commands: nothing was done unless there is an answer that says so.

use crate::event::payload::Payload;
use crate::process::{
    Answer, Direction, Ignored, Input, Instance, Next, Reaction, RequestKind, RetryPolicy, Step,
    StepPolicy,
};

use super::world::{
    COMMAND, Delivery, OrderPlaced, Told, attempt_at, by_ada, placed, plan_of, start,
};

/// An instance that has paid, and books by a command that has three attempts.
fn booking() -> Told {
    let book = Step::new(COMMAND)
        .with_policy(StepPolicy::new().with_retry(RetryPolicy::attempts(3)).may_be_skipped())
        .of_kind(RequestKind::Command)
        .compensated(RequestKind::Command);
    let mut told = Told::started(plan_of([Step::new("pay"), book, Step::new("ship")]).unwrap());
    told.completes("pay");
    told
}

/// The step whose compensation is asked for.
#[track_caller]
fn taken_back(told: &Told) -> String {
    match told.instance.next() {
        Next::Perform(call) | Next::Execute(call) => {
            assert_eq!(call.attempt.direction, Direction::Compensation);
            call.attempt.step.to_string()
        }
        next => panic!("{next:?}"),
    }
}

#[test]
fn a_command_is_executed_and_not_performed() {
    let told = booking();

    let Next::Execute(call) = told.instance.next() else { panic!("the command") };

    assert_eq!(call.request.name.as_str(), COMMAND);
    assert_eq!(told.plan.steps()[1].kind(), RequestKind::Command);
}

#[test]
fn a_command_that_is_rejected_is_not_compensated() {
    let mut told = booking();

    told.answers(COMMAND, 1, Answer::Refused("sold out".into()));

    assert_eq!(taken_back(&told), "pay");
}

/// An activity would be compensated here: its first attempt may have had an effect.
#[test]
fn a_command_without_an_answer_was_not_done() {
    let mut told = booking();
    told.answers(COMMAND, 1, Answer::Failed("the stream cannot be read".into()));
    told.after(1);

    told.answers(COMMAND, 2, Answer::Refused("sold out".into()));

    assert_eq!(taken_back(&told), "pay");
}

#[test]
fn a_command_that_was_skipped_was_not_done() {
    let mut told = booking();
    told.tell(Input::Skip(by_ada(COMMAND)));

    told.answers("ship", 1, Answer::Refused("no such street".into()));

    assert_eq!(taken_back(&told), "pay");
}

#[test]
fn a_command_that_was_done_is_compensated() {
    let mut told = booking();
    told.completes(COMMAND);

    told.answers("ship", 1, Answer::Refused("no such street".into()));

    assert_eq!(taken_back(&told), COMMAND);
}

/// The append of the process that began it and that of the other one meet on the saga's stream.
#[test]
fn a_command_that_another_process_decides_again_is_not_noted() {
    let told = booking();

    assert_eq!(told.ignored(Input::Resumed(attempt_at(COMMAND, 1))), Ignored::AlreadyResumed);
}

/// A command is stored with its answer: what is told after one another is appended at once.
#[test]
fn inputs_that_are_told_one_after_another_are_one_append() {
    let mut told = Told::new(booking().plan);
    let mut append = Vec::new();

    for input in [start(), completed("pay"), completed(COMMAND)] {
        let Reaction::Changed { events, instance } =
            told.instance.decide(&told.plan, input, told.now).unwrap()
        else {
            panic!("ignored");
        };
        append.extend(events);
        told.instance = *instance;
    }

    let mut folded = Instance::<Delivery>::new(told.instance.stream().clone());
    for event in &append {
        folded.evolve(event, event.heard().map(|_| placed()).as_ref()).unwrap();
    }
    assert_eq!(append.len(), 6);
    assert_eq!(folded, told.instance);
}

fn completed(step: &str) -> Input<OrderPlaced> {
    let answer = Answer::Completed(Payload::of(&7).unwrap());
    Input::Answered { attempt: attempt_at(step, 1), answer }
}
