//! The projection's own check, and a look at how many rows there are.

use std::collections::HashMap;

use super::verification::Difference;
use crate::read::projection::{
    ProjectError, ProjectionBatch, ProjectionId, ProjectionStore, ReadModel,
};
use crate::store::error::{StoreError, StoreErrorKind};

/// Returns the difference that the projection's own check finds in its rows, if any.
pub(super) async fn own_check<K: ProjectionStore, X: ReadModel<K::Db>>(
    kept: &K,
    projection: &X,
    id: &ProjectionId,
) -> Result<Option<Difference>, StoreError> {
    let mut rows = kept.rows(id).await?;
    let checked = projection.verify(rows.db()).await;
    rows.rollback().await?;
    difference(kept, checked)
}

/// The difference that a projection's own check has found, if any.
pub(super) fn difference<K: ProjectionStore>(
    kept: &K,
    checked: Result<(), ProjectError>,
) -> Result<Option<Difference>, StoreError> {
    match checked {
        Ok(()) => Ok(None),
        Err(error) => {
            let error = not_for_a_moment(kept, error)?;
            Ok(Some(Difference::Check { error: error.chain() }))
        }
    }
}

/// The error, unless a moment may cure it.
pub(super) fn not_for_a_moment<K: ProjectionStore>(
    kept: &K,
    error: ProjectError,
) -> Result<ProjectError, StoreError> {
    if kept.is_transient(&error) {
        return Err(StoreError::new(StoreErrorKind::Unavailable, error.into_error()));
    }
    Ok(error)
}

/// Returns a difference for each table that has lost all its rows. A table that the new version
/// does not have is not among them.
pub(super) fn lost_rows(before: &[(String, u64)], now: &[(String, u64)]) -> Vec<Difference> {
    let all = |counts: &[(String, u64)]| counts.iter().map(|(_, rows)| rows).sum::<u64>();
    if now.is_empty() || all(before) == 0 {
        return Vec::new();
    }
    if all(now) == 0 {
        return vec![Difference::Empty { table: None, before: all(before) }];
    }
    let now: HashMap<_, _> = now.iter().map(|(table, rows)| (table, *rows)).collect();
    let lost = before.iter().filter(|(table, rows)| *rows > 0 && now.get(table) == Some(&0));
    lost.map(|(table, before)| Difference::Empty { table: Some(table.clone()), before: *before })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
        counts.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect()
    }

    #[test]
    fn a_table_that_has_lost_its_rows_is_named() {
        let before = counts(&[("account", 7), ("owner", 3)]);
        let now = counts(&[("account", 7), ("owner", 0)]);

        let lost = lost_rows(&before, &now);

        assert_eq!(lost, [Difference::Empty { table: Some("owner".into()), before: 3 }]);
    }

    #[test]
    fn tables_of_other_names_with_rows_are_no_loss() {
        assert_eq!(lost_rows(&counts(&[("account", 7)]), &counts(&[("balance", 1)])), []);
    }

    #[test]
    fn no_rows_at_all_are_a_loss_whatever_the_tables_are_called() {
        let lost = lost_rows(&counts(&[("account", 7)]), &counts(&[("balance", 0)]));

        assert_eq!(lost, [Difference::Empty { table: None, before: 7 }]);
    }

    #[test]
    fn where_nothing_was_nothing_is_lost() {
        assert_eq!(lost_rows(&counts(&[("account", 0)]), &counts(&[("account", 0)])), []);
    }
}
