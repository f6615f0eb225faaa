//! Stop of a version on all nodes, and its resumption.

use super::revive::revived_without;
use super::row::{find, unsupported};
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
/// If the version that is read was retired in favour of this one, and no other one comes on, it serves again, or
/// nobody would write the rows that are read. Once this one is resumed, it takes that place after all.
///
/// # Errors
///
/// If the version is not known, and if it is stopped and is [inline](VersionRow::is_inline): appends hand their
/// events over without a slot, and ask for no reason.
pub(crate) fn stop(
    rows: &[VersionRow],
    id: &ProjectionId,
    why: Option<&str>,
) -> Result<VersionPlan<()>, StoreError> {
    let known = find(rows, id)?;
    let noted = VersionChange::Stop { id: id.clone(), why: why.map(str::to_owned) };
    let changes = match why {
        Some(_) if known.is_inline => return Err(cannot_stop_inline(id)),
        Some(_) => {
            let revoked = VersionChange::Revoke { id: id.clone() };
            [revoked, noted].into_iter().chain(revived_without(rows, id)).collect()
        }
        None if known.is_stopped => vec![noted],
        None => Vec::new(),
    };
    Ok(VersionPlan::new((), changes))
}

/// The error for a stop of an inline projection.
fn cannot_stop_inline(id: &ProjectionId) -> StoreError {
    unsupported(format!(
        "`{id}` is inline, a part of every append, and cannot be stopped: repair its rows with \
         `PgStore::rebuild_inline`, for which appends wait"
    ))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::super::change::place;
    use super::super::row::tests::{id, read, row};
    use super::*;
    use crate::read::projection::VersionState::{Building, Retired, Serving};

    fn noted(why: Option<&str>) -> VersionChange {
        VersionChange::Stop { id: id(1), why: why.map(str::to_owned) }
    }

    /// The changes of a stop of the second version.
    fn stopped(rows: &[VersionRow]) -> Vec<VersionChange> {
        stop(rows, &id(2), Some("it is wrong")).unwrap().changes
    }

    fn second_is_stopped() -> Vec<VersionChange> {
        let why = Some("it is wrong".to_owned());
        vec![VersionChange::Revoke { id: id(2) }, VersionChange::Stop { id: id(2), why }]
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
    fn the_version_that_was_retired_for_a_stopped_one_serves_again() {
        let serves = [second_is_stopped(), vec![place(&id(1), Serving)]].concat();

        assert_eq!(stopped(&[read(1, Retired, 7), row(2, Building, 5)]), serves);
        let other = VersionRow { is_stopped: true, ..row(3, Building, 5) };
        let rows = [read(1, Retired, 7), row(2, Building, 5), other];
        assert_eq!(stopped(&rows), serves, "the other one that is built does not come on either");
    }

    #[test]
    fn a_version_that_nobody_was_retired_for_is_stopped_alone() {
        let serves = [read(1, Serving, 7), row(2, Building, 5)];
        assert_eq!(stopped(&serves), second_is_stopped(), "it serves");
        let awaited = [read(1, Retired, 7), row(2, Building, 5), row(3, Building, 5)];
        assert_eq!(stopped(&awaited), second_is_stopped(), "another one takes its place");
        let itself = [row(1, Retired, 5), read(2, Retired, 7)];
        assert_eq!(stopped(&itself), second_is_stopped(), "it keeps its own place");
    }

    #[test]
    fn a_version_that_appends_write_is_not_stopped() {
        let inline = VersionRow { is_inline: true, ..read(1, Serving, 7) };

        let refused = stop(std::slice::from_ref(&inline), &id(1), Some("it is wrong")).unwrap_err();

        let why = refused.source().map(ToString::to_string).unwrap_or_default();
        assert!(why.contains("`sales v1` is inline") && why.contains("rebuild_inline"), "{why}");
        assert_eq!(stop(&[inline], &id(1), None).unwrap(), VersionPlan::unchanged(()));
    }

    #[test]
    fn a_version_that_is_not_known_is_not_stopped() {
        assert!(stop(&[read(1, Serving, 7)], &id(2), Some("it is wrong")).is_err());
        assert!(stop(&[read(1, Serving, 7)], &id(2), None).is_err());
    }
}
