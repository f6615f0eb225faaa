//! The way back of a retired version, and the removal of one that is not read.

use super::change::place;
use super::revive::revived_without;
use super::row::{find, read, unsupported};
use super::{VersionChange, VersionPlan, VersionRow};
use crate::read::projection::{ProjectionId, RegisterError, VersionState};
use crate::store::error::{StoreError, StoreErrorKind};

/// The cure where the version that is read was named, and another one was meant.
const ANOTHER: &str = "select an older version by `with_version(n)`";

/// Decides what a reinstatement changes. `rows` are those of the name. Answers the state of the version.
///
/// A retired version is built on from where it stopped; one that is still read, and retired for another
/// one that has yet to come as far, serves again at once. Nothing changes for one that is being built.
///
/// # Errors
///
/// If it is not known, if it is read and was not retired, and if it has effects and is kept in order by another
/// key than the version that is read.
pub(crate) fn reinstate(
    rows: &[VersionRow],
    id: &ProjectionId,
) -> Result<VersionPlan<VersionState>, StoreError> {
    let known = find(rows, id)?;
    if known.place != VersionState::Retired {
        return if known.is_read {
            Err(was_not_retired(known))
        } else {
            Ok(VersionPlan::unchanged(known.state()))
        };
    }
    let to = if known.is_read { VersionState::Serving } else { VersionState::Building };
    if let Some(read) = read(rows, id)
        && known.has_effects
        && known.keyed_by != read.keyed_by
    {
        let (known, declared) = (read.keyed_by.clone(), known.keyed_by.clone());
        let refused = RegisterError::EffectsChangeKey { id: id.clone(), known, declared };
        return Err(StoreError::new(StoreErrorKind::Unsupported, refused));
    }
    Ok(VersionPlan::new(known.state_in(to), vec![place(id, to)]))
}

/// The error of a reinstatement for a version that was not retired, since it is the one that is read.
fn was_not_retired(known: &VersionRow) -> StoreError {
    let id = &known.id;
    unsupported(if known.is_stopped {
        format!("`{id}` is stopped where it serves: resume it, or {ANOTHER}")
    } else {
        format!("`{id}` serves; {ANOTHER}")
    })
}

/// Decides what the removal of a version changes. `rows` are those of the name. Answers whether there was
/// one.
///
/// If the version that is read was retired in favour of this one, and no other one comes on, it serves again:
/// nobody is to take its place any more.
///
/// # Errors
///
/// If its rows are read.
pub fn remove(rows: &[VersionRow], id: &ProjectionId) -> Result<VersionPlan<bool>, StoreError> {
    let Some(known) = rows.iter().find(|row| row.id == *id) else {
        return Ok(VersionPlan::unchanged(false));
    };
    if known.is_read {
        return Err(unsupported(format!("`{id}` serves and cannot be dropped; {ANOTHER}")));
    }
    let removed = VersionChange::Remove { id: id.clone() };
    let changes = [removed].into_iter().chain(revived_without(rows, id));
    Ok(VersionPlan::new(true, changes.collect()))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::super::row::tests::{id, read, row};
    use super::*;
    use VersionState::{Building, Retired, Serving, Stopped};

    fn removed(version: u32) -> VersionChange {
        VersionChange::Remove { id: id(version) }
    }

    #[test]
    fn a_retired_version_is_built_on() {
        let plan = reinstate(&[row(1, Retired, 5), read(2, Serving, 7)], &id(1)).unwrap();

        assert_eq!(plan, VersionPlan::new(Building, vec![place(&id(1), Building)]));
    }

    #[test]
    fn a_version_that_is_still_read_serves_again() {
        let plan = reinstate(&[read(1, Retired, 7), row(2, Building, 5)], &id(1)).unwrap();

        assert_eq!(plan, VersionPlan::new(Serving, vec![place(&id(1), Serving)]));
    }

    #[test]
    fn a_version_that_is_stopped_stays_so_in_its_new_place() {
        let stopped = VersionRow { is_stopped: true, ..row(1, Retired, 5) };

        let plan = reinstate(&[stopped, read(2, Serving, 7)], &id(1)).unwrap();

        assert_eq!(plan, VersionPlan::new(Stopped, vec![place(&id(1), Building)]));
    }

    #[test]
    fn a_version_that_is_not_retired_stays_as_it_is() {
        let rows = [read(1, Serving, 7), row(2, Building, 5)];

        assert_eq!(reinstate(&rows, &id(2)).unwrap(), VersionPlan::unchanged(Building));
        assert!(reinstate(&rows, &id(3)).is_err(), "one that is not known");
    }

    #[test]
    fn a_version_that_is_read_has_nowhere_to_come_back_from() {
        let refused = |read| {
            let refused = reinstate(&[read, row(2, Building, 5)], &id(1)).unwrap_err();
            refused.source().map(ToString::to_string).unwrap_or_default()
        };

        let serving = refused(read(1, Serving, 7));
        assert_eq!(serving, "`sales v1` serves; select an older version by `with_version(n)`");
        let stopped = refused(VersionRow { is_stopped: true, ..read(1, Serving, 7) });
        assert_eq!(
            stopped,
            "`sales v1` is stopped where it serves: resume it, or select an older version by \
             `with_version(n)`"
        );
    }

    #[test]
    fn a_version_with_effects_does_not_come_back_with_another_key() {
        let back = |has_effects| {
            let mut old = row(1, Retired, 5);
            (old.keyed_by, old.has_effects) = ("customer".into(), has_effects);
            reinstate(&[old, read(2, Serving, 7)], &id(1))
        };

        assert!(back(true).is_err(), "nobody could tell whose effects were had");
        assert_eq!(back(false).unwrap().answer, Building);
    }

    #[test]
    fn a_version_that_is_not_read_is_removed() {
        let rows = [row(1, Retired, 5), read(2, Serving, 7), row(3, Building, 5)];

        assert_eq!(remove(&rows, &id(1)).unwrap(), VersionPlan::new(true, vec![removed(1)]));
        assert_eq!(remove(&rows, &id(3)).unwrap(), VersionPlan::new(true, vec![removed(3)]));
        assert_eq!(remove(&rows, &id(4)).unwrap(), VersionPlan::unchanged(false));
        assert!(remove(&rows, &id(2)).is_err(), "its rows are read");
    }

    #[test]
    fn the_version_that_was_retired_for_a_removed_one_serves_again() {
        let rows = [read(1, Retired, 7), row(2, Building, 5)];

        let plan = remove(&rows, &id(2)).unwrap();

        let expected = vec![removed(2), place(&id(1), Serving)];
        assert_eq!(plan, VersionPlan::new(true, expected));
    }

    #[test]
    fn the_version_that_is_read_stays_retired_while_another_one_is_built() {
        let rows = [read(1, Retired, 7), row(2, Building, 5), row(3, Building, 5)];

        assert_eq!(remove(&rows, &id(2)).unwrap(), VersionPlan::new(true, vec![removed(2)]));
    }

    #[test]
    fn a_version_that_is_stopped_keeps_no_other_one_retired() {
        let stopped = VersionRow { is_stopped: true, ..row(3, Building, 5) };

        let plan = remove(&[read(1, Retired, 7), row(2, Building, 5), stopped], &id(2)).unwrap();

        assert_eq!(plan.changes, [removed(2), place(&id(1), Serving)]);
    }
}
