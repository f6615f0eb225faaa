//! The assertions that end a scenario.

use std::fmt;

use es_core::{Aggregate, IntoEvents, LifecycleRejection};

use super::refusal::{Refusal, Why};
use super::story::Story;
use super::verdict::Order;
use super::when::When;
use crate::page::Line;
use crate::scenario::report::near;

#[expect(
    clippy::needless_pass_by_value,
    reason = "an expectation is written where it is used and never again"
)]
impl<A: Aggregate, By> When<A, By> {
    /// Asserts that exactly these events happened, in this order. The given ones do not count.
    #[track_caller]
    pub fn then(self, expected: impl IntoEvents<A::Event>) -> Then<A> {
        let expected = expected.into_events();
        let story = self.asserted();
        story.expect_events(&expected, Order::Given);
        Then { story }
    }

    /// Asserts that exactly these events happened, in any order.
    #[track_caller]
    pub fn then_in_any_order(self, expected: impl IntoEvents<A::Event>) -> Then<A> {
        let expected = expected.into_events();
        let story = self.asserted();
        story.expect_events(&expected, Order::Any);
        Then { story }
    }

    /// Asserts that these events happened, in this order, where floats may be off by up to
    /// `tolerance`: in fields, and in whatever fields hold. All else is equal. The given ones do
    /// not count.
    #[track_caller]
    pub fn then_within(self, tolerance: f64, expected: impl IntoEvents<A::Event>) -> Then<A> {
        let expected = expected.into_events();
        let story = self.asserted();
        story.expect_events(&near(&story.events, expected, tolerance), Order::Given);
        Then { story }
    }

    /// Asserts that the commands were accepted, and that `holds` is true of the events that
    /// happened. The given ones do not count.
    #[track_caller]
    pub fn then_that(self, holds: impl FnOnce(&[A::Event]) -> bool) -> Then<A> {
        let story = self.asserted();
        story.expect_that(holds);
        Then { story }
    }

    /// Asserts that the commands were accepted and that nothing happened.
    #[track_caller]
    pub fn then_nothing(self) -> Then<A> {
        let story = self.asserted();
        story.expect_events(&[], Order::Given);
        Then { story }
    }

    /// Asserts that the aggregate refused with this error. In a chain it may have accepted commands
    /// before.
    #[track_caller]
    pub fn then_rejected(self, expected: A::Error) -> Then<A>
    where
        A::Error: PartialEq,
    {
        let story = self.asserted();
        match &story.refusal {
            Some(Refusal { why: Why::Rejected(error), .. }) if *error == expected => {}
            _ => {
                let wanted = format!("the rejection {expected:?}");
                story.fail_refusal(&wanted, format!("rejected: {expected:?}"));
            }
        }
        Then { story }
    }

    /// Asserts that the aggregate refused with an error of which `holds` is true: `|error|
    /// matches!(error, …)`. In a chain it may have accepted commands before.
    #[track_caller]
    pub fn then_rejected_with(self, holds: impl FnOnce(&A::Error) -> bool) -> Then<A> {
        let story = self.asserted();
        match &story.refusal {
            Some(Refusal { why: Why::Rejected(error), .. }) if holds(error) => {}
            _ => story.fail_refusal(
                "a rejection that holds",
                "rejected with what the test asks for".to_owned(),
            ),
        }
        Then { story }
    }

    /// Asserts that the command needed an aggregate that did not exist.
    #[track_caller]
    pub fn then_not_found(self) -> Then<A> {
        let story = self.asserted();
        match &story.refusal {
            Some(Refusal { why: Why::Lifecycle(LifecycleRejection::NotFound { .. }), .. }) => {}
            _ => story.fail_refusal("that there is no such aggregate", "not found".to_owned()),
        }
        Then { story }
    }

    /// Asserts that the command would have created an aggregate that existed.
    #[track_caller]
    pub fn then_already_exists(self) -> Then<A> {
        let story = self.asserted();
        match &story.refusal {
            Some(Refusal {
                why: Why::Lifecycle(LifecycleRejection::AlreadyExists { .. }), ..
            }) => {}
            _ => story.fail_refusal("that the aggregate exists", "already exists".to_owned()),
        }
        Then { story }
    }

    /// Asserts that the commands were accepted and left this state.
    #[track_caller]
    pub fn then_state(self, expected: A) -> Then<A>
    where
        A: PartialEq,
    {
        let story = self.asserted();
        if let Some(refusal) = &story.refusal {
            let headline = format!("expected a state, but {}", story.sentence(refusal));
            let mut then = story.what_happened();
            then.push(Line::missing(format!("state {}", expected.describe())));
            story.fail(headline, then);
        }
        story.expect_state(&expected);
        Then { story }
    }

    fn asserted(self) -> Story<A> {
        self.unasserted.fulfil();
        self.story
    }
}

/// A scenario that has been asserted. It may end here, or say what state is left.
pub struct Then<A: Aggregate> {
    story: Story<A>,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "an expectation is written where it is used and never again"
)]
impl<A: Aggregate> Then<A> {
    /// Asserts that this state is left, after a refusal as well.
    #[track_caller]
    pub fn and_state(self, expected: A)
    where
        A: PartialEq,
    {
        self.story.expect_state(&expected);
    }
}

impl<A: Aggregate> fmt::Debug for Then<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Then")
            .field("events", &self.story.events)
            .field("refusal", &self.story.refusal)
            .finish_non_exhaustive()
    }
}
