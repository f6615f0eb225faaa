//! Identity of a projection: its name and version.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Projection;
use crate::validated_text::{Rule, Text, is_name, text_value};

text_value! {
    static
    /// The name of a projection or of a durable subscription: 1 to 40 ASCII letters, digits, `-`, `_`
    /// and `.`, a letter first. In Postgres its tables live in a schema of that name, `-` and `.`
    /// written as `_`.
    ProjectionName, "name of a projection", Rule::Name { max: ProjectionName::MAX_BYTES }
}

impl ProjectionName {
    /// The most bytes that the name of a projection may have: with a version behind it it is still an
    /// identifier of Postgres.
    pub const MAX_BYTES: usize = 40;
}

/// A projection in one of its versions. Each version has rows of its own and comes along at its own
/// pace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProjectionId {
    /// The name of the projection.
    pub name: ProjectionName,
    /// The version of the projection, from 1.
    pub version: u32,
}

impl ProjectionId {
    /// The projection `name` in that version.
    #[must_use]
    pub fn new(name: ProjectionName, version: u32) -> Self {
        Self { name, version }
    }

    /// Returns the id of `P`. A name that breaks the rule does not compile.
    #[must_use]
    pub fn of<P: Projection>() -> Self {
        const {
            assert!(
                is_name(P::NAME, ProjectionName::MAX_BYTES),
                "the projection's NAME must be 1 to 40 ASCII letters, digits, `-`, `_` and `.`, a letter first"
            );
            assert!(P::VERSION > 0, "the versions of a projection count from 1");
        }
        Self { name: ProjectionName::of_static(P::NAME), version: P::VERSION }
    }
}

impl ProjectionName {
    const fn of_static(name: &'static str) -> Self {
        Self(Text::Static(name))
    }
}

/// The form for people: `balances v2`.
impl fmt::Display for ProjectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}
