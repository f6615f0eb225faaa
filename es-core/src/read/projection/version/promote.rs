//! Promotion: a version that was built takes the place of the one that is read.

use super::change::place;
use super::revive::revived;
use super::row::{find, read, unknown, unsupported};
use super::{VersionChange, VersionRow};
use crate::read::projection::{ProjectionId, Swap, VersionState};
use crate::store::error::StoreError;

/// The next step of a promotion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Promotion {
    /// Revokes the slots of a version, reads the rows again, and asks once more: what they say then cannot
    /// change any more.
    Revoke(ProjectionId),
    /// Makes these changes, and answers.
    Settle(Vec<VersionChange>, Swap),
}

/// Decides the next step on the way of `id` into the place of the version that is read. `rows` are those of
/// its name; `revoked` are the versions whose slots were revoked in this transaction.
///
/// The version that is read may be stopped: a new version is how a stopped one is mended, and takes its place
/// like any other.
///
/// ```text
/// rows ── something depends on the old rows ─────► HasDependents   the old version goes on
///      ── effects wait with its parked events ───► Waits           the old version goes on
///      ── revoke the old version, read again ─ it is behind ─► NotYet   the old version is retired
///      ── revoke the new one, read again ────────► Done            effects go on after those of the old one
/// ```
///
/// # Errors
///
/// If the version is not known, is retired or stopped, or has no tables.
pub(crate) fn promote(
    rows: &[VersionRow],
    id: &ProjectionId,
    revoked: &[ProjectionId],
) -> Result<Promotion, StoreError> {
    let new = find(rows, id)?;
    let read = read(rows, id).ok_or_else(|| unknown(id))?;
    if new.is_read {
        return Ok(Promotion::Settle(Vec::new(), Swap::Done));
    }
    may_be_promoted(new)?;
    let held_back = |swap| Ok(Promotion::Settle(revived(read).into_iter().collect(), swap));
    if !read.dependents.is_empty() {
        return held_back(Swap::HasDependents(read.dependents.clone()));
    }
    // Asked before the slots are revoked, since it may be so for long, and after, when it cannot change.
    if read.has_effects && read.has_parked {
        return held_back(Swap::Waits);
    }
    if !revoked.contains(&read.id) {
        return Ok(Promotion::Revoke(read.id.clone()));
    }
    if !new.has_come_as_far_as(read) {
        let retired =
            (read.place != VersionState::Retired).then(|| place(&read.id, VersionState::Retired));
        return Ok(Promotion::Settle(retired.into_iter().collect(), Swap::NotYet));
    }
    if !revoked.contains(&new.id) {
        return Ok(Promotion::Revoke(new.id.clone()));
    }
    Ok(Promotion::Settle(taking_over(new, read), Swap::Done))
}

fn may_be_promoted(new: &VersionRow) -> Result<(), StoreError> {
    let id = &new.id;
    if new.place == VersionState::Retired {
        return Err(unsupported(format!("`{id}` is retired; reinstate it first")));
    }
    if !new.is_prepared {
        return Err(unsupported(format!("the tables of `{id}` are not made")));
    }
    if new.is_stopped {
        return Err(unsupported(format!("`{id}` is stopped; resume it first")));
    }
    Ok(())
}

/// The new version has the effects of events after the last one that the old version has handled.
fn taking_over(new: &VersionRow, read: &VersionRow) -> Vec<VersionChange> {
    let had = read.slots.iter().map(|slot| (slot.slot, slot.checkpoint.max(slot.effects_after)));
    vec![
        place(&read.id, VersionState::Retired),
        place(&new.id, VersionState::Serving),
        VersionChange::EffectsAfter { id: new.id.clone(), slots: had.collect() },
        VersionChange::Exchange { new: new.id.clone(), read: read.id.clone() },
    ]
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::super::row::tests::{id, read, row};
    use super::*;
    use crate::read::projection::Slot;
    use crate::stream::Position;
    use VersionState::{Building, Retired, Serving};

    /// The answer once every slot that is asked for is revoked, and the versions that were.
    fn settled(rows: &[VersionRow], version: u32) -> (Vec<VersionChange>, Swap, Vec<u32>) {
        let mut revoked = Vec::new();
        loop {
            match promote(rows, &id(version), &revoked).unwrap() {
                Promotion::Revoke(next) => revoked.push(next),
                Promotion::Settle(changes, swap) => {
                    return (changes, swap, revoked.iter().map(|id| id.version).collect());
                }
            }
        }
    }

    #[test]
    fn a_version_that_has_come_as_far_takes_over() {
        let mut old = read(1, Serving, 7);
        old.slots[3].effects_after = Position(9);

        let (changes, swap, revoked) = settled(&[old, row(2, Building, 7)], 2);

        let had = |slot: Slot| (slot, Position(if slot.number() == 3 { 9 } else { 7 }));
        let slots = Slot::all().map(had).collect();
        let expected = [
            place(&id(1), Retired),
            place(&id(2), Serving),
            VersionChange::EffectsAfter { id: id(2), slots },
            VersionChange::Exchange { new: id(2), read: id(1) },
        ];
        assert_eq!((&changes[..], swap, revoked), (&expected[..], Swap::Done, vec![1, 2]));
    }

    #[test]
    fn a_version_that_is_behind_retires_the_other_one_and_keeps_its_own_slots() {
        let behind = row(2, Building, 5);

        let first = settled(&[read(1, Serving, 7), behind.clone()], 2);
        assert_eq!(first, (vec![place(&id(1), Retired)], Swap::NotYet, vec![1]));
        let again = settled(&[read(1, Retired, 7), behind], 2);
        assert_eq!(again, (vec![], Swap::NotYet, vec![1]), "it is retired already");
    }

    #[test]
    fn effects_that_wait_keep_the_other_version_in_its_place() {
        let (mut old, new) = (read(1, Serving, 7), row(2, Building, 7));
        old.has_parked = true;
        assert_eq!(settled(&[old.clone(), new.clone()], 2).1, Swap::Done, "it has no effects");

        old.has_effects = true;
        assert_eq!(settled(&[old.clone(), new.clone()], 2), (vec![], Swap::Waits, vec![]));
        let late = promote(&[old, new], &id(2), &[id(1)]).unwrap();
        assert_eq!(late, Promotion::Settle(vec![], Swap::Waits), "parked before it was revoked");
    }

    #[test]
    fn a_version_that_effects_wait_in_serves_again_if_it_was_retired() {
        let waits = VersionRow { has_effects: true, has_parked: true, ..read(1, Retired, 7) };

        let held_back = settled(&[waits, row(2, Building, 7)], 2);

        assert_eq!(held_back, (vec![place(&id(1), Serving)], Swap::Waits, vec![]));
    }

    #[test]
    fn a_version_that_is_stopped_is_replaced_as_any_other() {
        let stopped = |place| VersionRow { is_stopped: true, ..read(1, place, 7) };

        let behind = settled(&[stopped(Serving), row(2, Building, 5)], 2);
        assert_eq!((behind.0, behind.1), (vec![place(&id(1), Retired)], Swap::NotYet));
        assert_eq!(settled(&[stopped(Retired), row(2, Building, 7)], 2).1, Swap::Done);
    }

    #[test]
    fn the_other_version_goes_on_while_something_depends_on_its_rows() {
        let view = vec!["view public.rich".to_owned()];
        let old = |place| VersionRow { dependents: view.clone(), ..read(1, place, 7) };
        let refused = Swap::HasDependents(view.clone());

        let serving = settled(&[old(Serving), row(2, Building, 7)], 2);
        assert_eq!(serving, (vec![], refused.clone(), vec![]));
        let retired = settled(&[old(Retired), row(2, Building, 7)], 2);
        assert_eq!(retired, (vec![place(&id(1), Serving)], refused, vec![]), "it serves again");
    }

    #[test]
    fn a_version_that_is_read_has_taken_over() {
        assert_eq!(settled(&[read(2, Serving, 7)], 2), (vec![], Swap::Done, vec![]));
    }

    #[test]
    fn a_version_that_nobody_runs_is_refused() {
        let refused = |change: fn(&mut VersionRow)| {
            let mut new = row(2, Building, 7);
            change(&mut new);
            let refused = promote(&[read(1, Serving, 7), new], &id(2), &[]).unwrap_err();
            refused.source().map(ToString::to_string).unwrap_or_default()
        };

        assert!(refused(|new| new.place = Retired).contains("reinstate it first"));
        assert!(refused(|new| new.is_prepared = false).contains("are not made"));
        assert!(refused(|new| new.is_stopped = true).contains("resume it first"));
        assert!(promote(&[read(1, Serving, 7)], &id(2), &[]).is_err(), "one that is not known");
    }
}
