//! Journal of the appends of the writers and their answers, compared at the end with the store.

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use es_core::{Append, Appended, EventId};
use sqlx::Row;
use uuid::Uuid;

use crate::server::Database;

/// The answer of the store to an append.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Stored.
    Stored,
    /// Not stored: a conflict, or a rollback.
    Refused,
    /// Nothing: the answer was lost, or nobody waited for it.
    Nothing,
}

/// One append and its answer.
pub struct Entry {
    told: Told,
    ids: Vec<EventId>,
    /// The place of the first event, as the store answered it.
    first: Option<(String, u64)>,
    /// True if the append named the version that it expected.
    exact: bool,
}

#[derive(Default)]
pub struct Journal {
    entries: Vec<Entry>,
}

/// The differences between the store and the journal. Every count but the first must be 0.
#[derive(Default)]
pub struct Differences {
    pub appends: u64,
    pub events: u64,
    /// Acknowledged, and not there or elsewhere.
    pub missing: u64,
    /// Refused or rolled back, and there.
    pub ghosts: u64,
    /// There in part.
    pub halves: u64,
    /// Ids that are there more than once.
    pub doubled: u64,
    /// Versions of a stream that were given to two appends that expected the one before.
    pub twice: u64,
    /// Versions with a gap, positions that do not rise along their stream.
    pub disorder: u64,
}

impl Entry {
    /// An append of which nothing is known yet.
    pub fn of(append: &Append, exact: bool) -> Self {
        let events = append.parts().iter().flat_map(|part| &part.events);
        Self {
            told: Told::Nothing,
            ids: events.map(|event| event.id).collect(),
            first: None,
            exact,
        }
    }

    pub fn stored(mut self, appended: &Appended) -> Self {
        self.told = Told::Stored;
        self.first = appended
            .streams
            .first()
            .map(|stream| (stream.stream.key().to_string(), stream.version_before().0 + 1));
        self
    }

    pub fn refused(mut self) -> Self {
        self.told = Told::Refused;
        self
    }
}

impl Journal {
    pub fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub fn join(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Reads the whole store and compares.
    pub async fn compare(&self, database: &Database) -> anyhow::Result<Differences> {
        let sql = "SELECT events.id, events.version, streams.key \
              FROM es.events JOIN es.streams ON streams.id = events.stream";
        let rows = sqlx::query(sql).fetch_all(&database.pool).await?;
        let mut differences = Differences {
            events: rows.len() as u64,
            appends: self.entries.len() as u64,
            ..Differences::default()
        };
        let mut there: HashMap<EventId, (String, u64)> = HashMap::new();
        for row in &rows {
            let id: Uuid = row.try_get("id")?;
            let version: i64 = row.try_get("version")?;
            let place = (row.try_get("key")?, u64::try_from(version)?);
            differences.doubled += u64::from(there.insert(id.into(), place).is_some());
        }
        let mut given = HashSet::new();
        for entry in &self.entries {
            let found = entry.ids.iter().filter(|id| there.contains_key(id)).count();
            let all = found == entry.ids.len();
            differences.halves += u64::from(found > 0 && !all);
            match entry.told {
                Told::Stored => {
                    let place = entry.ids.first().and_then(|id| there.get(id));
                    differences.missing += u64::from(!all || place != entry.first.as_ref());
                    let first = entry.first.as_ref().context("an append was not answered")?;
                    differences.twice += u64::from(entry.exact && !given.insert(first));
                }
                Told::Refused => differences.ghosts += u64::from(found > 0),
                Told::Nothing => {}
            }
        }
        differences.disorder = database.number(DISORDER).await?;
        Ok(differences)
    }
}

const DISORDER: &str = "SELECT count(*) FROM (\
        SELECT version - lag(version, 1, 0::bigint) OVER along AS step, \
               position > lag(position, 1, 0::bigint) OVER along AS rises \
          FROM es.events WINDOW along AS (PARTITION BY stream ORDER BY version)) events \
    WHERE step <> 1 OR NOT rises";

impl std::ops::AddAssign for Differences {
    fn add_assign(&mut self, other: Self) {
        self.appends += other.appends;
        self.events += other.events;
        self.missing += other.missing;
        self.ghosts += other.ghosts;
        self.halves += other.halves;
        self.doubled += other.doubled;
        self.twice += other.twice;
        self.disorder += other.disorder;
    }
}
