//! The return of a version that was retired for another one, which does not take its place now.

use super::change::place;
use super::row::read;
use super::{VersionChange, VersionRow};
use crate::read::projection::{ProjectionId, VersionState};

/// The version that is read serves again, if it was retired.
pub(super) fn revived(read: &VersionRow) -> Option<VersionChange> {
    (read.place == VersionState::Retired).then(|| place(&read.id, VersionState::Serving))
}

/// The same, where `id` does not come on any more: nobody writes the rows that are read, unless another
/// version is on its way to take their place.
pub(super) fn revived_without(rows: &[VersionRow], id: &ProjectionId) -> Option<VersionChange> {
    let comes_on =
        |row: &VersionRow| row.id != *id && row.place == VersionState::Building && !row.is_stopped;
    let read = read(rows, id).filter(|read| read.id != *id)?;
    if rows.iter().any(comes_on) { None } else { revived(read) }
}
