//! The assertions that end a scenario of a decision.

use std::fmt::Debug;
use std::panic::Location;

use es_core::{Decision, DecisionModels, Describe, TaggedEvent, TaggedEvents};

use super::when::{Story, When};
use crate::page::{Colour, Line, Sign, of_this_test, short_name};
use crate::scenario::report::{Events, Outcome, error_code, events_code};

#[expect(
    clippy::needless_pass_by_value,
    reason = "an expectation is written where it is used and never again"
)]
impl<D: Decision> When<D> {
    /// Asserts that exactly these events happened, in this order. The given ones do not count.
    #[track_caller]
    pub fn then(self, expected: impl TaggedEvents) {
        self.expect_events(&expected.into_tagged(), "then", Events::in_order);
    }

    /// Asserts that exactly these events happened, in any order.
    #[track_caller]
    pub fn then_in_any_order(self, expected: impl TaggedEvents) {
        self.expect_events(&expected.into_tagged(), "then_in_any_order", Events::in_any_order);
    }

    /// Asserts that the decision was granted and that nothing happened.
    #[track_caller]
    pub fn then_nothing(self) {
        self.expect_events(&[], "then", Events::in_order);
    }

    /// Asserts that the decision was refused with this error.
    #[track_caller]
    pub fn then_rejected(self, expected: D::Error)
    where
        D::Error: PartialEq,
    {
        let story = self.asserted();
        let (but, mut then) = match &story.answer {
            Err(error) if *error == expected => return,
            Err(error) => (rejected::<D>(error), vec![Line::unexpected(rejection(error))]),
            Ok(events) => (
                format!("`{}` was accepted", short_name::<D>()),
                events.iter().map(|event| Line::unexpected(event.describe().to_string())).collect(),
            ),
        };
        then.push(Line::missing(rejection(&expected)));
        let accept = match &story.answer {
            Err(error) => format!(".then_rejected({})", error_code(error)),
            Ok(events) => accept_events(events, "then"),
        };
        story.fail(format!("expected the rejection {expected:?}, but {but}"), then, accept)
    }

    /// Asserts that the decision was granted, and that `holds` is true of the events that happened.
    /// The given ones do not count.
    #[track_caller]
    pub fn then_that(self, holds: impl FnOnce(&[TaggedEvent]) -> bool) {
        let story = self.asserted();
        let (but, mut then, accept) = match &story.answer {
            Ok(events) if holds(events) => return,
            Ok(events) => (
                "the closure is false of them".to_owned(),
                events.iter().map(|event| Line::unexpected(event.describe().to_string())).collect(),
                accept_events(events, "then"),
            ),
            Err(error) => (
                rejected::<D>(error),
                vec![Line::unexpected(rejection(error))],
                format!(".then_rejected({})", error_code(error)),
            ),
        };
        then.push(Line::missing("events of which the test's closure is true"));
        story.fail(format!("expected events that hold, but {but}"), then, accept)
    }

    /// Asserts that the decision was refused with an error of which `holds` is true: `|error|
    /// matches!(error, …)`.
    #[track_caller]
    pub fn then_rejected_with(self, holds: impl FnOnce(&D::Error) -> bool) {
        let story = self.asserted();
        let (but, mut then, accept) = match &story.answer {
            Err(error) if holds(error) => return,
            Err(error) => (
                rejected::<D>(error),
                vec![Line::unexpected(rejection(error))],
                format!(".then_rejected({})", error_code(error)),
            ),
            Ok(events) => (
                format!("`{}` was accepted", short_name::<D>()),
                events.iter().map(|event| Line::unexpected(event.describe().to_string())).collect(),
                accept_events(events, "then"),
            ),
        };
        then.push(Line::missing("rejected with what the test asks for"));
        story.fail(format!("expected a rejection that holds, but {but}"), then, accept)
    }

    #[track_caller]
    fn expect_events(
        self,
        expected: &[TaggedEvent],
        method: &str,
        compare: fn(&[TaggedEvent], &[TaggedEvent]) -> Events,
    ) {
        let story = self.asserted();
        let events = match &story.answer {
            Ok(events) => events,
            Err(error) => {
                let wanted = if expected.is_empty() { "nothing to happen" } else { "events" };
                let headline = format!("expected {wanted}, but {}", rejected::<D>(error));
                let mut then = compare(&[], expected).lines;
                then.push(Line::unexpected(rejection(error)));
                story.fail(headline, then, format!(".then_rejected({})", error_code(error)))
            }
        };
        let Events { lines, headline } = compare(events, expected);
        if lines.iter().all(|line| line.sign == Sign::Same) {
            return;
        }
        let headline = match expected {
            [] => format!("expected nothing to happen, but {headline}"),
            _ => headline,
        };
        story.fail(headline, lines, accept_events(events, method))
    }

    fn asserted(self) -> Story<D> {
        self.unasserted.fulfil();
        self.story
    }
}

impl<D: Decision> Story<D> {
    #[track_caller]
    fn fail(&self, headline: String, then: Vec<Line>, accept: String) -> ! {
        let model = |model: &dyn Debug| Line::text(format!("{model:?}"));
        let outcome = Outcome {
            name: of_this_test(),
            headline,
            at: Location::caller(),
            given: self.given.iter().map(Describe::describe).collect(),
            state: self.model.each().into_iter().map(model).collect(),
            when: vec![Line::text(self.decision.clone())],
            then,
            accept,
        };
        panic!("{}", outcome.into_page().render(Colour::of_this_terminal()))
    }
}

fn rejected<D: Decision>(error: &D::Error) -> String {
    format!("`{}` was rejected: {error:?}", short_name::<D>())
}

fn rejection(error: &impl Debug) -> String {
    format!("rejected: {error:?}")
}

/// The assertion that these events happened.
fn accept_events(events: &[TaggedEvent], method: &str) -> String {
    match events {
        [] => ".then_nothing()".to_owned(),
        events => format!(".{method}({})", events_code(events)),
    }
}
