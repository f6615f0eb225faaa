//! Stop of a version on all nodes, and its resumption.

use super::row::find;
use super::{VersionChange, VersionPlan, VersionRow};
use crate::read::projection::ProjectionId;
use crate::store::error::StoreError;

/// Decides what a stop for the reason `why` changes, or a resumption where there is none. `rows` are those of
/// the name.
///
/// ```text
/// node    begins a batch …………………………………………………………………… commits it: its epoch is old, all of it is undone
/// other                    stop: revokes the slots ─► answers
/// ```
///
/// The slots are revoked with the note of the stop, so whoever has the answer finds rows that do not change any
/// more. A version that was stopped before gets the new reason.
///
/// # Errors
///
/// If the version is not known.
pub fn stop(
    rows: &[VersionRow],
    id: &ProjectionId,
    why: Option<&str>,
) -> Result<VersionPlan<()>, StoreError> {
    let known = find(rows, id)?;
    let noted = VersionChange::Stop { id: id.clone(), why: why.map(str::to_owned) };
    let changes = match why {
        Some(_) => vec![VersionChange::Revoke { id: id.clone() }, noted],
        None if known.is_stopped => vec![noted],
        None => Vec::new(),
    };
    Ok(VersionPlan::new((), changes))
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::{id, read};
    use super::*;
    use crate::read::projection::VersionState::Serving;

    fn noted(why: Option<&str>) -> VersionChange {
        VersionChange::Stop { id: id(1), why: why.map(str::to_owned) }
    }

    #[test]
    fn a_stop_takes_the_slots_from_their_nodes_first() {
        let plan = stop(&[read(1, Serving, 7)], &id(1), Some("it is wrong")).unwrap();

        let expected = vec![VersionChange::Revoke { id: id(1) }, noted(Some("it is wrong"))];
        assert_eq!(plan, VersionPlan::new((), expected));
    }

    #[test]
    fn a_version_that_is_resumed_leaves_the_slots_alone() {
        let stopped = VersionRow { is_stopped: true, ..read(1, Serving, 7) };

        assert_eq!(
            stop(&[stopped], &id(1), None).unwrap(),
            VersionPlan::new((), vec![noted(None)])
        );
    }

    #[test]
    fn a_version_that_is_not_stopped_is_resumed_without_a_change() {
        assert_eq!(stop(&[read(1, Serving, 7)], &id(1), None).unwrap(), VersionPlan::unchanged(()));
    }

    #[test]
    fn a_version_that_is_not_known_is_not_stopped() {
        assert!(stop(&[read(1, Serving, 7)], &id(2), Some("it is wrong")).is_err());
        assert!(stop(&[read(1, Serving, 7)], &id(2), None).is_err());
    }
}
