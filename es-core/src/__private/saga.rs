//! Names that the expansion for a saga has in scope, beside the types that the saga lists. They begin with two
//! underscores, as no name of a user does.

pub use std::time::Duration as __Duration;

pub use super::field_tags::{TagAt as __TagAt, tag_at as __tag_at};
pub use super::listed_steps::{
    Compensates as __Compensates, CompensatesNot as __CompensatesNot,
    CompensatesStart as __CompensatesStart, ListedStart as __ListedStart,
    ListedStep as __ListedStep, Request as __Request, RetiredStep as __RetiredStep,
    StartBack as __StartBack, StartOf as __StartOf, StepBack as __StepBack, distinct as __distinct,
    name_of as __name_of, refuse as __refuse,
};
pub use super::{Listed as __Listed, Only as __Only};
pub use crate::domain::aggregate::Apply as __Apply;
pub use crate::process::{
    Answer as __Answer, Backward as __Backward, Call as __Call,
    CompensationPolicy as __CompensationPolicy, Definition as __Definition,
    RetryPolicy as __RetryPolicy, Saga as __Saga, StepPolicy as __StepPolicy,
};
pub use crate::sagas::{
    PerformedBy as __PerformedBy, PerformsCompensation as __PerformsCompensation,
    PerformsStartCompensation as __PerformsStartCompensation, PerformsStep as __PerformsStep,
    nobody_performs as __nobody_performs,
};
