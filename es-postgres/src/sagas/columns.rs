//! Rows of instances as arrays, one per column.

use es_core::Timestamp;
use es_core::process::StepName;
use es_core::sagas::{SagaRow, Waits};

use crate::append::arrays::bigint;

/// The arrays that `save.sql` takes, with an entry for each row.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub(super) keys: Vec<&'a str>,
    pub(super) slots: Vec<i16>,
    pub(super) versions: Vec<i64>,
    pub(super) heard: Vec<i64>,
    pub(super) saga_versions: Vec<Option<i64>>,
    pub(super) phases: Vec<&'static str>,
    pub(super) steps: Vec<Option<&'a str>>,
    pub(super) attempts: Vec<i64>,
    pub(super) waits: Vec<Option<&'static str>>,
    pub(super) due: Vec<Option<i64>>,
    pub(super) errors: Vec<Option<&'a str>>,
    pub(super) since: Vec<i64>,
    pub(super) started_at: Vec<i64>,
    pub(super) ended_at: Vec<Option<i64>>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(rows: impl IntoIterator<Item = &'a SagaRow>) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.push(row);
        }
        columns
    }

    fn push(&mut self, row: &'a SagaRow) {
        self.keys.push(row.stream.key().as_str());
        self.slots.push(i16::from(row.slot().number()));
        self.versions.push(bigint(row.version.0));
        self.heard.push(bigint(row.heard.0));
        self.saga_versions.push(row.saga_version.map(i64::from));
        self.phases.push(row.phase.as_str());
        self.steps.push(row.step.as_ref().map(StepName::as_str));
        self.attempts.push(i64::from(row.attempt));
        self.waits.push(kind(row.waits));
        self.due.push(row.waits.due().map(Timestamp::unix_micros));
        self.errors.push(row.error.as_deref());
        self.since.push(row.since.unix_micros());
        self.started_at.push(row.started_at.unix_micros());
        self.ended_at.push(row.ended_at.map(Timestamp::unix_micros));
    }
}

/// The thing that is waited for, as it is stored.
fn kind(waits: Waits) -> Option<&'static str> {
    match waits {
        Waits::Attempt { .. } => Some("attempt"),
        Waits::Time { .. } => Some("time"),
        _ => None,
    }
}
