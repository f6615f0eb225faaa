//! A story of one instance: what it is told, step by step.

use std::fmt::Display;
use std::panic::Location;
use std::time::Duration;

use es_core::prelude::Serialize;
use es_core::process::{
    Answer, Attempt, End, Ignored, Input, Intervention, ListedRequest, Next, Saga,
};
use es_core::{Actor, Payload, Reason, Timestamp};

use super::play::{Play, after, between};
use crate::page::{Colour, Line, Page, of_this_test};
use crate::scenario::Unasserted;

/// Starts stories of a saga: `Fulfilment::started_by(OrderPlaced { … })`.
///
/// Implemented for every saga; there is nothing to implement.
pub trait SagaScenario: Saga {
    /// Starts an instance with this event. The clock is the story's own, and stands still until something takes
    /// time.
    ///
    /// # Panics
    ///
    /// If the event starts no instance, or the plan of the saga is none that an instance could follow.
    #[track_caller]
    fn started_by(event: impl Into<<Self as Saga>::Start>) -> Story<Self>;
}

impl<S: Saga> SagaScenario for S {
    fn started_by(event: impl Into<<S as Saga>::Start>) -> Story<S> {
        let start = event.into();
        let given = format!("{start:?}");
        match Play::begin(start) {
            Ok(play) => {
                Story { unasserted: Some(Unasserted::here()), given, told: Vec::new(), play }
            }
            Err(error) => panic!("`{}` does not start with {given}: {error}", S::NAME),
        }
    }
}

/// A story of one instance of the saga `S`.
///
/// Its methods tell the instance what happens. Those that answer a request assert that it is asked for now; a wait
/// before it passes by itself. A story ends with a `then_…`, and panics if it is dropped without one.
#[derive(Debug)]
pub struct Story<S: Saga> {
    unasserted: Option<Unasserted>,
    /// The event that started the instance, as it prints itself.
    given: String,
    /// The inputs so far, each with its instant.
    told: Vec<(Timestamp, String)>,
    play: Play<S>,
}

/// Answers. The request is known by its name, whether it is a step or takes one back; `compensates` asserts the latter.
#[expect(
    clippy::needless_pass_by_value,
    reason = "an answer is written where it is used and never again"
)]
impl<S: Saga> Story<S> {
    /// Answers the request that is asked for: it was done. For a command the output is `()`.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn does<R: ListedRequest>(mut self, output: R::Output) -> Self {
        let attempt = self.expect_asked::<R>();
        let answer = match Answer::completed(&output) {
            Ok(answer) => answer,
            Err(error) => {
                let wrong =
                    format!("the answer to `{}` cannot be stored: {error}", R::REQUEST_NAME);
                self.fail(wrong, Vec::new())
            }
        };
        self.answer(attempt, answer, format!("`{}` is done", R::REQUEST_NAME))
    }

    /// Answers the request that is asked for: no, and nothing was done by this attempt.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn refuses<R: ListedRequest>(mut self, reason: impl Into<String>) -> Self {
        let (attempt, reason) = (self.expect_asked::<R>(), reason.into());
        let text = format!("`{}` is refused: {reason}", R::REQUEST_NAME);
        self.answer(attempt, Answer::Refused(reason), text)
    }

    /// Answers the request that is asked for with an error, after which nobody knows what was done.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn fails<R: ListedRequest>(mut self, error: impl Into<String>) -> Self {
        let (attempt, error) = (self.expect_asked::<R>(), error.into());
        let text = format!("`{}` fails: {error}", R::REQUEST_NAME);
        self.answer(attempt, Answer::Failed(error), text)
    }

    /// Leaves the request that is asked for without an answer, until its time is over.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn hangs<R: ListedRequest>(mut self) -> Self {
        drop(self.expect_asked::<R>());
        let due = self.play.wakes_at().unwrap_or(self.play.now);
        let text = format!("`{}` hangs for {:?}", R::REQUEST_NAME, between(self.play.now, due));
        self.play.now = due;
        self.tell(Input::TimePassed, text)
    }

    /// Ends the process that has asked for the request. Another one reads the instance, and asks again.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn crashes_during<R: ListedRequest>(mut self) -> Self {
        let attempt = self.expect_asked::<R>();
        if let Err(error) = self.play.read_again() {
            self.fail(error, Vec::new());
        }
        let text = format!("the process crashes while `{}` is under way", R::REQUEST_NAME);
        self.told.push((self.play.now, text));
        self.told(Input::Resumed(attempt));
        self
    }

    /// Asserts that this request is asked for now and takes a step back, and answers that it was done.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn compensates<R: ListedRequest + Serialize>(mut self, request: R) -> Self {
        let attempt = self.expect_asked::<R>();
        let is_one = self.play.asked().is_some_and(|call| call.compensates.is_some());
        if !is_one {
            let wanted = format!("the compensation `{}`", R::REQUEST_NAME);
            self.expected(&wanted, &wanted);
        }
        self.expect_fields(&request);
        self.answer(attempt, Answer::done(), format!("`{}` is done", R::REQUEST_NAME))
    }
}

/// Time and people.
impl<S: Saga> Story<S> {
    /// Lets this time pass without an answer. An attempt whose time is over meanwhile has failed, and a wait that
    /// is over has ended.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn after(mut self, duration: Duration) -> Self {
        self.unassert();
        let until = after(self.play.now, duration);
        while let Some(at) = self.play.wakes_at().filter(|at| *at <= until) {
            self.play.now = self.play.now.max(at);
            self = self.tell(Input::TimePassed, "time passes".to_owned());
        }
        self.play.now = until;
        self
    }

    /// Has a user or an operator cancel the instance.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn cancel(self, reason: &str) -> Self {
        let (actor, because) = self.by(reason);
        self.tell(Input::Cancel { actor, reason: because }, format!("it is cancelled: {reason}"))
    }

    /// Has an operator skip the step that is asked for or waited for.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn skip<R: ListedRequest>(self, reason: &str) -> Self {
        let acted = self.intervention(reason);
        let text = format!("`{}` is skipped: {reason}", R::REQUEST_NAME);
        if acted.step.as_str() != R::REQUEST_NAME {
            let wanted = format!("the step `{}` to skip", R::REQUEST_NAME);
            self.expected(&wanted, &wanted);
        }
        self.tell(Input::Skip(acted), text)
    }

    /// Has an operator ask for further attempts of the compensation that has failed for good.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn retry(self, reason: &str) -> Self {
        let acted = self.intervention(reason);
        self.tell(Input::Retry(acted), format!("an operator asks for another attempt: {reason}"))
    }

    /// Has a person take the step back whose compensation has failed for good.
    #[must_use = "a story asserts nothing before its `then`"]
    #[track_caller]
    pub fn mark_compensated(self, reason: &str) -> Self {
        let acted = self.intervention(reason);
        let text = format!("`{}` is marked as compensated: {reason}", acted.step);
        self.tell(Input::MarkCompensated(acted), text)
    }
}

/// Assertions.
#[expect(
    clippy::needless_pass_by_value,
    reason = "an expectation is written where it is used and never again"
)]
#[expect(
    clippy::return_self_not_must_use,
    reason = "a story may go on after it; one without a `then` at its end is found when it is dropped"
)]
impl<S: Saga> Story<S> {
    /// Asserts that this request is asked for now, as a step or as a compensation.
    #[track_caller]
    pub fn then_asks<R: ListedRequest + Serialize>(mut self, request: R) -> Self {
        drop(self.expect_asked::<R>());
        self.expect_fields(&request);
        self.asserted()
    }

    /// Asserts that the next attempt is after this time, and lets it pass.
    #[track_caller]
    pub fn then_waits(self, duration: Duration) -> Self {
        let waits = match self.play.instance.next() {
            Next::Wait { until } => Some(between(self.play.now, until)),
            _ => None,
        };
        if waits != Some(duration) {
            let wanted = format!("the next attempt in {duration:?}");
            self.expected(&wanted, &wanted);
        }
        self.after(duration).asserted()
    }

    /// Asserts that all steps are done, or were ignored or skipped as the plan allows.
    #[track_caller]
    pub fn then_completed(self) -> Self {
        match self.play.instance.next() {
            Next::Nothing(End::Completed) => {}
            _ => self.expected("the saga to be completed", "it is completed"),
        }
        self.asserted()
    }

    /// Asserts that all that was tried is taken back, for this reason: `then_undone("none left")`.
    #[track_caller]
    pub fn then_undone(self, because: impl Display) -> Self {
        let wanted = because.to_string();
        match self.play.instance.next() {
            Next::Nothing(End::Undone { because, .. }) if because.to_string() == wanted => {}
            _ => self.expected("the saga to be undone", &format!("it is undone: {wanted}")),
        }
        self.asserted()
    }

    /// Asserts that a person has to take this step back: `then_requires_intervention("take-payment")`.
    #[track_caller]
    pub fn then_requires_intervention(self, step: &str) -> Self {
        match self.play.instance.next() {
            Next::Intervention { step: stuck, .. } if stuck.as_str() == step => {}
            _ => {
                let wanted = format!("a person has to intervene at `{step}`");
                self.expected("a person to be asked", &wanted);
            }
        }
        self.asserted()
    }

    /// Asserts the state of the saga.
    #[track_caller]
    pub fn then_state(self, expected: S) -> Self {
        let state = self.play.instance.state();
        if *state != expected {
            let lines = vec![
                Line::missing(format!("{expected:?}")),
                Line::unexpected(format!("{state:?}")),
            ];
            self.fail("the state is another one".to_owned(), lines);
        }
        self.asserted()
    }
}

impl<S: Saga> Story<S> {
    /// The attempt of the request that is asked for, which has to be `R`. Waits pass.
    #[track_caller]
    fn expect_asked<R: ListedRequest>(&mut self) -> Attempt {
        self.unassert();
        while let Next::Wait { until } = self.play.instance.next() {
            self.told.push((self.play.now, format!("{:?} pass", between(self.play.now, until))));
            self.play.now = until;
            self.told(Input::TimePassed);
        }
        match self.play.asked() {
            Some(call) if call.request.name.as_str() == R::REQUEST_NAME => call.attempt,
            _ => {
                let wanted = format!("`{}` to be asked for", R::REQUEST_NAME);
                self.expected(&wanted, &format!("`{}` is asked for", R::REQUEST_NAME))
            }
        }
    }

    /// Asserts that the request that is asked for has these fields.
    #[track_caller]
    fn expect_fields<R: ListedRequest + Serialize>(&self, request: &R) {
        let wanted = match Payload::of(request) {
            Ok(wanted) => wanted,
            Err(error) => {
                self.fail(format!("`{}` cannot be stored: {error}", R::REQUEST_NAME), Vec::new())
            }
        };
        let asked = self.play.asked().map(|call| call.request.body.clone());
        let value = |payload: &Payload| serde_json::from_str::<serde_json::Value>(payload.as_str());
        if asked.as_ref().and_then(|asked| value(asked).ok()) == value(&wanted).ok() {
            return;
        }
        let asked = asked.map_or_else(String::new, |asked| asked.as_str().to_owned());
        let lines = vec![Line::missing(wanted.as_str()), Line::unexpected(asked)];
        self.fail(format!("`{}` is asked for with other fields", R::REQUEST_NAME), lines);
    }

    #[track_caller]
    fn answer(self, attempt: Attempt, answer: Answer, text: String) -> Self {
        self.tell(Input::Answered { attempt, answer }, text)
    }

    /// Tells the instance something, from which something has to follow.
    #[track_caller]
    fn tell(mut self, input: Input<<S as Saga>::Start>, text: String) -> Self {
        self.unassert();
        self.told.push((self.play.now, text));
        if let Some(ignored) = self.told(input) {
            self.fail(format!("nothing follows from the last input: {ignored}"), Vec::new());
        }
        self
    }

    #[track_caller]
    fn told(&mut self, input: Input<<S as Saga>::Start>) -> Option<Ignored> {
        match self.play.tell(input) {
            Ok(ignored) => ignored,
            Err(error) => self.fail(error, Vec::new()),
        }
    }

    #[track_caller]
    fn by(&self, reason: &str) -> (Actor, Reason) {
        match (Actor::new("test"), Reason::new(reason)) {
            (Ok(actor), Ok(reason)) => (actor, reason),
            (_, Err(error)) | (Err(error), _) => self.fail(error.to_string(), Vec::new()),
        }
    }

    /// The act of an operator who sees the instance as it is.
    #[track_caller]
    fn intervention(&self, reason: &str) -> Intervention {
        let (actor, reason) = self.by(reason);
        match self.play.current() {
            Some((step, attempt)) => Intervention { step, attempt, actor, reason },
            None => self.expected("a step to act on", "a step is asked for, or needs a person"),
        }
    }

    fn unassert(&mut self) {
        if self.unasserted.is_none() {
            self.unasserted = Some(Unasserted::here());
        }
    }

    #[track_caller]
    fn asserted(mut self) -> Self {
        if let Err(error) = self.play.read_again() {
            self.fail(error, Vec::new());
        }
        if let Some(unasserted) = self.unasserted.take() {
            unasserted.fulfil();
        }
        self
    }

    /// Fails, since the instance needs something else than this.
    #[track_caller]
    fn expected(&self, wanted: &str, line: &str) -> ! {
        let needs = self.play.needs();
        let lines = vec![Line::missing(line), Line::unexpected(needs.long())];
        self.fail(format!("expected {wanted}, but {}", needs.short), lines)
    }

    #[track_caller]
    fn fail(&self, headline: String, then: Vec<Line>) -> ! {
        let line = |(at, text): &(Timestamp, String)| {
            let at = match between(Timestamp::from_unix_micros(0), *at) {
                Duration::ZERO => "0s".to_owned(),
                at => format!("{at:?}"),
            };
            Line::text(format!("{at:<7} {text}"))
        };
        let page = Page {
            name: of_this_test(),
            headline,
            at: Location::caller(),
            blocks: vec![
                ("given", vec![Line::text(self.given.clone())]),
                ("when", self.told.iter().map(line).collect()),
                ("then", then),
            ],
            end: format!("now {}", self.play.needs().long()),
        };
        panic!("{}", page.render(Colour::of_this_terminal()))
    }
}
