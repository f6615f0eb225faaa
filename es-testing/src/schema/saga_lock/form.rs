//! Forms of sagas: what the lock keeps of each version.

use std::collections::BTreeMap;
use std::fmt;

use es_core::EventSet;
use es_core::process::{Compensation, Plan, RequestKind, Saga, Start, Step, UntypedSaga};

/// A saga of the code.
#[derive(Clone, Debug)]
pub struct SagaForm {
    pub(super) name: &'static str,
    pub(super) plan: Plan,
    /// True for an event that has this name and is read as a start.
    pub(super) can_start: fn(&str) -> bool,
    /// True for a step or a start of this name that the code takes back, retired or not: the plan does not have
    /// the starts of earlier versions.
    pub(super) compensates: fn(&str) -> bool,
}

/// The sagas of a lock, each with its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sagas(pub(super) BTreeMap<String, BTreeMap<u32, Released>>);

/// A version that was released.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Released {
    pub(super) starts: Vec<ReleasedStart>,
    pub(super) steps: Vec<ReleasedStep>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReleasedStart {
    pub(super) name: String,
    pub(super) compensated_by: Option<RequestKind>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReleasedStep {
    pub(super) name: String,
    pub(super) kind: RequestKind,
    pub(super) compensated_by: Option<RequestKind>,
}

impl SagaForm {
    /// The form of `S`.
    ///
    /// # Panics
    ///
    /// If the plan of the saga is none that an instance could follow.
    #[must_use]
    #[track_caller]
    pub fn of<S: Saga>() -> Self {
        match <S as UntypedSaga>::plan() {
            Ok(plan) => Self {
                name: S::NAME,
                plan,
                can_start: <S as Saga>::Start::contains,
                compensates: |name| S::definition().compensates(name),
            },
            Err(error) => panic!("`{}` has no plan: {error}", S::NAME),
        }
    }

    pub(super) fn released(&self) -> Released {
        Released {
            starts: self.plan.starts().iter().map(ReleasedStart::of).collect(),
            steps: self.plan.steps().iter().map(ReleasedStep::of).collect(),
        }
    }
}

impl Released {
    /// True if instances of the two do the same. The order of starts means nothing.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let starts = |released: &Self| {
            let mut starts = released.starts.clone();
            starts.sort_by(|one, other| one.name.cmp(&other.name));
            starts
        };
        self.steps == other.steps && starts(self) == starts(other)
    }
}

impl Sagas {
    /// Adds the versions that are new.
    pub(super) fn add(&mut self, present: &[SagaForm]) {
        for saga in present {
            let versions = self.0.entry(saga.name.to_owned()).or_default();
            versions.entry(saga.plan.version()).or_insert_with(|| saga.released());
        }
    }
}

impl ReleasedStart {
    pub(super) fn of(start: &Start) -> Self {
        Self { name: start.name().to_owned(), compensated_by: by(start.compensation()) }
    }
}

impl ReleasedStep {
    pub(super) fn of(step: &Step) -> Self {
        let compensated_by = by(step.compensation());
        Self { name: step.name().to_owned(), kind: step.kind(), compensated_by }
    }
}

fn by(compensation: Compensation) -> Option<RequestKind> {
    match compensation {
        Compensation::Planned { by } => Some(by),
        _ => None,
    }
}

/// The word for a kind of request.
pub(super) fn kind(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Command => "command",
        _ => "activity",
    }
}

impl fmt::Display for Sagas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "format 1")?;
        for (name, versions) in &self.0 {
            writeln!(f, "\nsaga {name}")?;
            for (version, released) in versions {
                writeln!(f, "\n  version {version}")?;
                for start in &released.starts {
                    writeln!(f, "    {start}")?;
                }
                for step in &released.steps {
                    writeln!(f, "    {step}")?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for ReleasedStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "start {}", self.name)?;
        compensated(f, self.compensated_by)
    }
}

impl fmt::Display for ReleasedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", kind(self.kind), self.name)?;
        compensated(f, self.compensated_by)
    }
}

fn compensated(f: &mut fmt::Formatter<'_>, by: Option<RequestKind>) -> fmt::Result {
    match by {
        Some(by) => write!(f, ", compensated by {}", kind(by)),
        None => Ok(()),
    }
}
