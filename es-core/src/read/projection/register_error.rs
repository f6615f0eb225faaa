//! Refusals of a registration, and the checks that lead to them.

use super::{ProjectionId, ProjectionName, Registration};
use crate::store::checkpoint::Incarnation;
use crate::store::error::StoreError;

/// The rules that every store keeps when it registers a version: for their authors.
impl Registration {
    /// Checks that this is the known version, with the key `keyed_by`, of the log `incarnation`.
    pub fn check_same(
        &self,
        keyed_by: &str,
        incarnation: Incarnation,
    ) -> Result<(), RegisterError> {
        let id = self.id.clone();
        if self.keyed_by != keyed_by {
            let (known, declared) = (keyed_by.to_owned(), self.keyed_by.clone());
            return Err(RegisterError::OtherKey { id, known, declared });
        }
        if self.incarnation != incarnation {
            let (known, actual) = (incarnation, self.incarnation);
            return Err(RegisterError::OtherLog { id, known, actual });
        }
        Ok(())
    }

    /// Checks that this projection may be kept beside one of that name: names that differ only in case are
    /// one to SQL, and to many a reader.
    pub fn may_stand_beside(&self, other: &ProjectionName) -> Result<(), RegisterError> {
        let name = &self.id.name;
        if name != other && name.as_str().eq_ignore_ascii_case(other.as_str()) {
            let (id, other) = (self.id.clone(), other.clone());
            return Err(RegisterError::OnlyCaseDiffers { id, other });
        }
        Ok(())
    }

    /// Checks that this new version may be built beside the one that serves, whose key is
    /// `keyed_by`.
    pub fn check_successor(&self, keyed_by: &str) -> Result<(), RegisterError> {
        if self.has_effects && self.keyed_by != keyed_by {
            let (known, declared) = (keyed_by.to_owned(), self.keyed_by.clone());
            return Err(RegisterError::EffectsChangeKey { id: self.id.clone(), known, declared });
        }
        Ok(())
    }
}

/// The reason that a version cannot be run as it is declared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The version is known with another key: its slots hold other events.
    #[error(
        "`{id}` is kept in order by `{known}` and was declared by `{declared}`: give it a new version"
    )]
    OtherKey {
        /// The projection and its version.
        id: ProjectionId,
        /// The key that it was run with.
        known: String,
        /// The key that is declared now.
        declared: String,
    },
    /// The version follows another log: the log was restored or replaced.
    #[error(
        "`{id}` was built from log {known}, and this is log {actual}: it was restored or replaced; give \
         the projection a new version, which is built from this one"
    )]
    OtherLog {
        /// The projection and its version.
        id: ProjectionId,
        /// The log that its rows come from.
        known: Incarnation,
        /// The log that there is.
        actual: Incarnation,
    },
    /// The version has effects and another key than the version before it, so that nobody could
    /// tell whose effects have happened.
    #[error(
        "`{id}` has effects and is kept in order by `{declared}`, the version that serves by `{known}`: \
         a version with effects keeps the key"
    )]
    EffectsChangeKey {
        /// The projection and its version.
        id: ProjectionId,
        /// The key of the version that serves.
        known: String,
        /// The key of the new version.
        declared: String,
    },
    /// The rows would be in the place of another projection, whose name is written the same there.
    #[error("`{id}` and `{other}` would both keep their rows in `{place}`: give one another name")]
    SameName {
        /// The projection and its version.
        id: ProjectionId,
        /// The one that is known.
        other: ProjectionName,
        /// The place of both: in Postgres a schema.
        place: String,
    },
    /// The rows would be in a place with contents that no projection has made.
    #[error(
        "`{id}` would keep its rows in `{place}`, which is there and is no projection's: \
         give the projection another name, or move what is there"
    )]
    PlaceTaken {
        /// The projection and its version.
        id: ProjectionId,
        /// The place of the rows: in Postgres a schema.
        place: String,
    },
    /// The name differs from that of another projection only in case.
    #[error(
        "`{id}` and `{other}` differ only in upper and lower case, and SQL reads both alike: give one \
         another name"
    )]
    OnlyCaseDiffers {
        /// The projection.
        id: ProjectionId,
        /// The one that is known.
        other: ProjectionName,
    },
    /// The rows would be in a place that SQL finds only in quotes.
    #[error(
        "`{id}` would keep its rows in `{place}`, which SQL finds only in quotes: give the projection a name \
         of lower-case letters that is no keyword of SQL"
    )]
    NeedsQuotes {
        /// The projection.
        id: ProjectionId,
        /// The place where they would be: in Postgres a schema.
        place: String,
    },
    /// The name of the place of its rows would be too long.
    #[error(
        "`{id}` would keep its rows in `{place}`, and such a name has at most {max} bytes: give the \
         projection a shorter one"
    )]
    PlaceTooLong {
        /// The projection and its version.
        id: ProjectionId,
        /// The place where they would be: in Postgres a schema.
        place: String,
        /// The most bytes that its name may have.
        max: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
