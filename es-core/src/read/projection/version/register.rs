//! Registration of a version: where it begins, and beside which it may.

use super::row;
use super::{VersionChange, VersionPlan, VersionRow};
use crate::read::projection::{RegisterError, Registration, VersionState};

/// Decides what a registration changes. `rows` are those of its name, or of all names: with all of them it
/// is also told whether the name [may stand beside](Registration::may_stand_beside) the others. Answers the
/// state of the version.
///
/// The first version of a name serves at once, a later one is built beside the one that is read, an older
/// one is retired. A version that is known and is owed [more events](Registration::added_to) loses its
/// nodes: an older release that would pass them by learns of them before it commits anything else.
///
/// # Errors
///
/// [`RegisterError`] if the version is known and was declared otherwise, if it has effects and another key
/// than the version that is read, and if its name differs from another one only in case.
pub(crate) fn register(
    rows: &[VersionRow],
    registration: &Registration,
) -> Result<VersionPlan<VersionState>, RegisterError> {
    let id = &registration.id;
    if let Some(known) = rows.iter().find(|row| row.id == *id) {
        registration.check_same(&known.keyed_by, known.incarnation)?;
        let changes = match registration.added_to(&known.types) {
            None => Vec::new(),
            Some(types) => vec![
                VersionChange::Revoke { id: id.clone() },
                VersionChange::Types { id: id.clone(), types },
            ],
        };
        return Ok(VersionPlan::new(known.state(), changes));
    }
    for row in rows {
        registration.may_stand_beside(&row.id.name)?;
    }
    let read = row::read(rows, id);
    let place = match read {
        None => VersionState::Serving,
        Some(read) if read.id.version > id.version => VersionState::Retired,
        Some(read) => {
            registration.check_successor(&read.keyed_by)?;
            VersionState::Building
        }
    };
    let (registration, is_read) = (registration.clone(), read.is_none());
    let add = VersionChange::Add { registration, place, is_read };
    Ok(VersionPlan::new(place, vec![add]))
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::{id, read, registration, row};
    use super::*;
    use crate::event::name::EventName;
    use crate::read::projection::{ProjectionId, ProjectionName};
    use VersionState::{Building, Retired, Serving, Stopped};

    fn begun_in(rows: &[VersionRow], registration: &Registration) -> (VersionState, bool) {
        let plan = register(rows, registration).unwrap();
        let [VersionChange::Add { place, is_read, .. }] = &plan.changes[..] else {
            panic!("it is added, but {:?}", plan.changes);
        };
        assert_eq!(plan.answer, *place);
        (*place, *is_read)
    }

    fn names(names: &[&str]) -> Vec<EventName> {
        names.iter().map(|name| EventName::new(*name).unwrap()).collect()
    }

    #[test]
    fn a_version_begins_by_what_is_read() {
        assert_eq!(begun_in(&[], &registration(3)), (Serving, true), "the first one serves");
        let served = [read(3, Serving, 7)];
        assert_eq!(begun_in(&served, &registration(4)), (Building, false), "a later one");
        assert_eq!(begun_in(&served, &registration(2)), (Retired, false), "an older one");
        let waits = [read(3, Retired, 7), row(4, Building, 5)];
        assert_eq!(begun_in(&waits, &registration(5)), (Building, false), "one more");
    }

    #[test]
    fn a_version_that_is_known_is_answered_and_nothing_changes() {
        let mut stopped = row(3, Building, 5);
        stopped.is_stopped = true;
        let rows = [row(1, Retired, 3), read(2, Serving, 7), stopped];

        let answers = [1, 2, 3].map(|version| register(&rows, &registration(version)).unwrap());

        assert_eq!(answers, [Retired, Serving, Stopped].map(VersionPlan::unchanged));
    }

    #[test]
    fn another_key_and_another_log_are_refused() {
        let rows = [read(1, Serving, 7)];
        let (mut key, mut log) = (registration(1), registration(1));
        key.keyed_by = "customer".into();
        log.incarnation = uuid::Uuid::from_u128(6).into();

        assert!(matches!(register(&rows, &key), Err(RegisterError::OtherKey { .. })));
        assert!(matches!(register(&rows, &log), Err(RegisterError::OtherLog { .. })));
    }

    #[test]
    fn a_new_version_with_effects_keeps_the_key_of_the_one_that_is_read() {
        let rows = [read(2, Serving, 7)];
        let other = |version, has_effects| {
            let mut other = registration(version);
            (other.keyed_by, other.has_effects) = ("customer".into(), has_effects);
            register(&rows, &other)
        };

        assert!(matches!(other(3, true), Err(RegisterError::EffectsChangeKey { .. })));
        assert_eq!(other(3, false).unwrap().answer, Building, "without effects it may change");
        assert_eq!(other(1, true).unwrap().answer, Retired, "an older one has none");
    }

    #[test]
    fn a_name_that_differs_only_in_case_is_refused() {
        let rows = [read(1, Serving, 7)];
        let name = |text| ProjectionId::new(ProjectionName::new(text).unwrap(), 1);
        let of = |id| Registration { id, ..registration(1) };

        let refused = register(&rows, &of(name("Sales")));
        assert!(matches!(refused, Err(RegisterError::OnlyCaseDiffers { .. })), "{refused:?}");
        assert_eq!(begun_in(&rows, &of(name("sale"))), (Serving, true), "another name is another");
    }

    #[test]
    fn a_release_that_reads_more_takes_the_slots_of_older_ones() {
        let mut known = read(1, Serving, 7);
        known.types = names(&["sold"]);
        let mut release = registration(1);
        release.types = names(&["sold", "returned"]);

        let plan = register(&[known], &release).unwrap();

        let (id, types) = (id(1), names(&["sold", "returned"]));
        let owed = [VersionChange::Revoke { id: id.clone() }, VersionChange::Types { id, types }];
        assert_eq!(plan, VersionPlan::new(Serving, owed.to_vec()));
    }

    #[test]
    fn a_release_that_reads_less_changes_nothing() {
        let mut known = read(1, Serving, 7);
        known.types = names(&["sold", "returned"]);
        let mut release = registration(1);
        release.types = names(&["sold"]);

        assert_eq!(register(&[known], &release).unwrap(), VersionPlan::unchanged(Serving));
    }
}
