//! Changes of versions, kept until their commit.

use super::registry::Names;
use crate::read::projection::version::{VersionChange, VersionRow};
use crate::read::projection::{CommitError, ProjectionName};
use crate::store::error::StoreError;

/// Changes that were asked for, and what they rest on. They are made at the commit, all at once, if it is
/// still so.
#[derive(Debug)]
pub(super) struct Administration {
    /// The name of the versions; `None` for all names.
    name: Option<ProjectionName>,
    /// The rows, as they were read last.
    seen: Option<Vec<VersionRow>>,
    /// The changes, each with the number of parked events that it was told to concern.
    changes: Vec<(VersionChange, u64)>,
}

impl Administration {
    pub(super) fn of(name: Option<ProjectionName>) -> Self {
        Self { name, seen: None, changes: Vec::new() }
    }

    pub(super) fn read<M>(&mut self, names: &Names<M>) -> Vec<VersionRow> {
        let rows = names.rows(self.name.as_ref());
        self.seen = Some(rows.clone());
        rows
    }

    pub(super) fn add<M>(
        &mut self,
        names: &Names<M>,
        change: VersionChange,
    ) -> Result<u64, StoreError> {
        let concerned = names.concerned(&change)?;
        self.changes.push((change, concerned));
        Ok(concerned)
    }

    /// Makes the changes. Nothing is changed if something else came in between.
    pub(super) fn commit<M: Default>(self, names: &mut Names<M>) -> Result<(), CommitError> {
        let Self { name, seen, changes } = self;
        if seen.is_some_and(|seen| seen != names.rows(name.as_ref())) {
            return Err(CommitError::Lost);
        }
        for (change, told) in &changes {
            let is_so = |change| names.concerned(change).is_ok_and(|concerned| concerned == *told);
            if *told > 0 && !is_so(change) {
                return Err(CommitError::Lost);
            }
        }
        for (change, _) in changes {
            names.apply(change)?;
        }
        Ok(())
    }
}
