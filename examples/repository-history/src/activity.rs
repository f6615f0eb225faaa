//! The activity as a read model: how many files were added, modified and removed in each month.

use std::collections::BTreeMap;
use std::fmt;

use es_core::ProjectAll;
use es_core::prelude::*;
use es_postgres::sqlx::{self, Executor, PgConnection, Row};

use crate::file::{Added, Modified, Removed, TypeChanged};
use crate::read_model::Whole;

/// Counts the changes of each month, that of the commits' own time in UTC: `2024-02`.
///
/// The month is also the key, so a row is written by one node alone, however many files changed in it.
/// What a month counted does not say which file it counted, so it is rebuilt where a file's history is
/// corrected.
#[derive(Projection, Default, Clone, Copy, Debug)]
#[projection(
    name = "activity",
    version = 1,
    events(Added, Modified, TypeChanged, Removed),
    key = month,
    bulk,
    db(PgConnection, Months)
)]
pub struct Activity;

/// The changes of each month.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Months(pub BTreeMap<String, Changes>);

/// The numbers of files.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Changes {
    pub added: i64,
    /// The modified files, and those that became something else: a link, a file.
    pub modified: i64,
    pub removed: i64,
}

fn month(event: &Recorded<ActivityEvent>) -> String {
    let (ActivityEvent::Added(Added { at, .. })
    | ActivityEvent::Modified(Modified { at, .. })
    | ActivityEvent::TypeChanged(TypeChanged { at, .. })
    | ActivityEvent::Removed(Removed { at })) = event.event;
    at.to_string().chars().take("2024-02".len()).collect()
}

impl Months {
    /// The number of changes in all months.
    pub fn total(&self) -> i64 {
        self.0.values().map(Changes::total).sum()
    }

    fn count(&mut self, events: &[Recorded<ActivityEvent>]) {
        for event in events {
            let changes = self.0.entry(month(event)).or_default();
            match event.event {
                ActivityEvent::Added(_) => changes.added += 1,
                ActivityEvent::Modified(_) | ActivityEvent::TypeChanged(_) => changes.modified += 1,
                ActivityEvent::Removed(_) => changes.removed += 1,
            }
        }
    }
}

impl Changes {
    pub fn total(&self) -> i64 {
        self.added + self.modified + self.removed
    }
}

/// A line for each month, with a bar as long as its share of the busiest one.
impl fmt::Display for Months {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: i64 = 40;
        let most = self.0.values().map(Changes::total).max().unwrap_or_default().max(1);
        writeln!(f, "month     added modified removed")?;
        for (month, changes) in &self.0 {
            let Changes { added, modified, removed } = changes;
            let length = usize::try_from((changes.total() * LONGEST + most - 1) / most);
            let bar = "#".repeat(length.unwrap_or_default());
            writeln!(f, "{month} {added:>7} {modified:>8} {removed:>7} {bar}")?;
        }
        Ok(())
    }
}

impl ProjectAll<Months> for Activity {
    async fn project_all(
        &self,
        events: &[Recorded<ActivityEvent>],
        months: &mut Months,
    ) -> Result<(), ProjectError> {
        months.count(events);
        Ok(())
    }
}

impl ReadModel<Months> for Activity {}

impl Whole<Months> for Activity {
    type Rows = Months;

    async fn whole(&self, months: &mut Months) -> Result<Months, ProjectError> {
        Ok(months.clone())
    }
}

impl ProjectAll<PgConnection> for Activity {
    async fn project_all(
        &self,
        events: &[Recorded<ActivityEvent>],
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let mut counted = Months::default();
        counted.count(events);
        for (month, Changes { added, modified, removed }) in counted.0 {
            let add = "INSERT INTO month AS month VALUES ($1, $2, $3, $4) ON CONFLICT (month) DO UPDATE \
                       SET added = month.added + excluded.added, \
                           modified = month.modified + excluded.modified, \
                           removed = month.removed + excluded.removed";
            db.execute(sqlx::query(add).bind(month).bind(added).bind(modified).bind(removed))
                .await?;
        }
        Ok(())
    }
}

impl ReadModel<PgConnection> for Activity {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        let table = "CREATE TABLE month (month text PRIMARY KEY, \
                     added bigint NOT NULL, modified bigint NOT NULL, removed bigint NOT NULL)";
        db.execute(table).await?;
        Ok(())
    }
}

impl Whole<PgConnection> for Activity {
    type Rows = Months;

    async fn whole(&self, db: &mut PgConnection) -> Result<Months, ProjectError> {
        let mut months = Months::default();
        for row in db.fetch_all("SELECT month, added, modified, removed FROM month").await? {
            let (added, modified, removed) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            months.0.insert(row.try_get(0)?, Changes { added, modified, removed });
        }
        Ok(months)
    }
}

#[cfg(test)]
mod tests {
    use es_testing::prelude::*;
    use es_testing::projection::Given;
    use serde_json::json;

    use super::*;

    fn removed(at: &str) -> Removed {
        Removed { at: at.parse().expect("a time") }
    }

    fn added(at: &str) -> Added {
        let content = json!({"mode": "100644", "blob": "a".repeat(40)});
        serde_json::from_value(json!({"content": content, "at": at})).expect("an event")
    }

    fn modified(at: &str) -> Modified {
        let Added { content, at } = added(at);
        Modified { content, at }
    }

    fn two_files_and_two_months() -> Given<Activity> {
        let (january, february) = ("2024-01-31T23:59:59Z", "2024-02-01T00:00:00Z");
        Activity::given_in("file/README.md", (added(january), modified(january), removed(january)))
            .given_in("file/src/main.rs", (added(january), modified(january), removed(january)))
            .given_in("file/README.md", (added(february), modified(february)))
    }

    #[test]
    fn counts_in_memory_do_not_depend_on_who_makes_them() {
        two_files_and_two_months().laws().in_memory::<Months>();
    }

    #[test]
    fn counts_in_a_table_do_not_depend_on_who_makes_them() {
        two_files_and_two_months().laws().in_database("SELECT * FROM month ORDER BY month");
    }
}
