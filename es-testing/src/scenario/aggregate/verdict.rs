//! Comparison of a scenario with what was expected, and the report if they differ.

use std::cmp::Ordering;
use std::panic::Location;

use es_core::{Aggregate, Describe, LifecycleRejection};

use super::refusal::{Refusal, Why};
use super::story::Story;
use crate::page::{Colour, Line, Sign, of_this_test};
use crate::scenario::report::{Events, Outcome, error_code, events_code};

/// The importance of the order of events.
#[derive(Clone, Copy)]
pub(super) enum Order {
    Given,
    Any,
}

impl<A: Aggregate> Story<A> {
    #[track_caller]
    pub(super) fn expect_events(&self, expected: &[A::Event], order: Order) {
        if let Some(refusal) = &self.refusal {
            let wanted = if expected.is_empty() { "nothing to happen" } else { "events" };
            let headline = format!("expected {wanted}, but {}", self.sentence(refusal));
            let mut then = Events::in_order(&self.events, expected).lines;
            then.push(Line::unexpected(refusal.why.line()));
            self.fail(headline, then);
        }
        let comparison = match order {
            Order::Given => Events::in_order(&self.events, expected),
            Order::Any => Events::in_any_order(&self.events, expected),
        };
        if comparison.lines.iter().all(|line| line.sign == Sign::Same) {
            return;
        }
        let headline = match expected {
            [] => format!("expected nothing to happen, but {}", comparison.headline),
            _ => comparison.headline,
        };
        let method = match order {
            Order::Given => "then",
            Order::Any => "then_in_any_order",
        };
        let accept = if self.events.is_empty() {
            ".then_nothing()".to_owned()
        } else {
            format!(".{method}({})", events_code(&self.events))
        };
        self.panic(headline, comparison.lines, accept);
    }

    #[track_caller]
    pub(super) fn expect_that(&self, holds: impl FnOnce(&[A::Event]) -> bool) {
        let unmet = "events that hold";
        if let Some(refusal) = &self.refusal {
            let headline = format!("expected {unmet}, but {}", self.sentence(refusal));
            let mut then = self.what_happened();
            then.push(Line::missing("events of which the test's closure is true"));
            self.fail(headline, then);
        }
        if !holds(&self.events) {
            let mut then = self.what_happened();
            then.push(Line::missing("events of which the test's closure is true"));
            self.fail(format!("expected {unmet}, but the closure is false of them"), then);
        }
    }

    #[track_caller]
    pub(super) fn expect_state(&self, expected: &A)
    where
        A: PartialEq,
    {
        if self.state == *expected {
            return;
        }
        let mut then: Vec<Line> = self.events.iter().map(Line::same).collect();
        then.extend(self.refusal.as_ref().map(|r| Line::text(r.why.line())));
        let actual = self.state.describe();
        let mut state = Line::different(&actual, &expected.describe());
        state.text = format!("state {}", state.text);
        then.push(state);
        let method = match self.refusal {
            None => "then_state",
            Some(_) => "and_state",
        };
        let accept = format!(".{method}({})", actual.code());
        self.panic("the state differs".to_owned(), then, accept);
    }

    /// A refusal was expected, and something else came.
    #[track_caller]
    pub(super) fn fail_refusal(&self, wanted: &str, missing: String) -> ! {
        let but = match &self.refusal {
            Some(refusal) => self.sentence(refusal),
            None => match self.commands.as_slice() {
                [command] => format!("`{}` was accepted", command.name),
                _ => "every command was accepted".to_owned(),
            },
        };
        let mut then = self.what_happened();
        then.push(Line::missing(missing));
        self.fail(format!("expected {wanted}, but {but}"), then)
    }

    /// The events and the refusal that happened where a refusal was expected.
    ///
    /// Events of commands before another refusal may well be there; without any refusal the events
    /// are what came in its place.
    pub(super) fn what_happened(&self) -> Vec<Line> {
        let Some(refusal) = &self.refusal else {
            let events = self.events.iter().map(|event| event.describe().to_string());
            return events.map(Line::unexpected).collect();
        };
        let before = self.events.iter().map(Line::same);
        before.chain([Line::unexpected(refusal.why.line())]).collect()
    }

    pub(super) fn sentence(&self, refusal: &Refusal<A::Error>) -> String {
        refusal.why.sentence(self.commands[refusal.command].name)
    }

    /// Fails; what happened could be asserted instead.
    #[track_caller]
    pub(super) fn fail(&self, headline: String, then: Vec<Line>) -> ! {
        let accept = match &self.refusal {
            None if self.events.is_empty() => ".then_nothing()".to_owned(),
            None => format!(".then({})", events_code(&self.events)),
            Some(refusal) => match &refusal.why {
                Why::Rejected(error) => format!(".then_rejected({})", error_code(error)),
                Why::Lifecycle(LifecycleRejection::AlreadyExists { .. }) => {
                    ".then_already_exists()".to_owned()
                }
                Why::Lifecycle(_) => ".then_not_found()".to_owned(),
            },
        };
        self.panic(headline, then, accept)
    }

    #[track_caller]
    fn panic(&self, headline: String, then: Vec<Line>, accept: String) -> ! {
        let remark = |nth: usize| {
            let refusal = self.refusal.as_ref()?;
            let among_others = self.commands.len() > 1;
            match nth.cmp(&refusal.command) {
                Ordering::Equal if among_others => Some("refused".to_owned()),
                Ordering::Greater => Some("not asked".to_owned()),
                _ => None,
            }
        };
        let commands = self.commands.iter().enumerate();
        let outcome = Outcome {
            name: of_this_test(),
            headline,
            at: Location::caller(),
            given: self.given.iter().map(Describe::describe).collect(),
            state: vec![Line::context(&self.before)],
            when: commands
                .map(|(nth, command)| Line { remark: remark(nth), ..Line::context(command) })
                .collect(),
            then,
            accept,
        };
        panic!("{}", outcome.into_page().render(Colour::of_this_terminal()))
    }
}
