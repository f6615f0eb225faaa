//! Reading the log from a standby, behind what it has replayed.
//!
//! ```text
//! primary   safe = 41, then written up to 0/9A0      safe = 57, then written up to 0/C10
//!                \_______________________                \________________ . . .
//! standby                replayed up to  0/9A0 … 0/B77
//!                        so it has every event up to 41, and perhaps some up to 57
//! ```
//!
//! The standby has the rows of its primary and not the locks by which appends say what is still to
//! come. So the primary says up to where the log is complete, and *then* how much it has written:
//! the commits of all these events lie before that. A standby that has replayed as much has them all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use es_core::{Position, StoreError, StoreErrorKind};
use sqlx::{PgConnection, Row};
use tokio::time::{Instant, sleep};

use crate::error::from_sqlx;
use crate::pool::session::Session;
use crate::pool::warm_pool::Connections;
use crate::read::reader::Reader;
use crate::read::safe_position::LogEnd;
use crate::row;

/// The number of horizons that are kept.
const HORIZONS: usize = 64;

/// The time that a newly started store waits for the standby to reach its first horizon.
const FIRST: Duration = Duration::from_secs(1);

/// The interval of its looks meanwhile.
const LOOK: Duration = Duration::from_millis(10);

/// A standby, and the horizons that the primary has reported.
pub(crate) struct LogReplica {
    connections: Arc<Connections>,
    horizons: Mutex<Vec<Horizon>>,
}

/// A horizon: a standby that has replayed up to `written` has the whole log up to `end.safe`.
#[derive(Clone, Debug, PartialEq)]
struct Horizon {
    end: LogEnd,
    /// A place in the primary's write-ahead log.
    written: u64,
    /// The timeline of the primary. A standby that replaced its primary goes on in another one,
    /// where the same place may mean something else.
    timeline: String,
}

impl Reader {
    /// A connection to the standby, and the end of the log there.
    pub(crate) async fn replica_session(
        &self,
        replica: &LogReplica,
    ) -> Result<(Session, LogEnd), StoreError> {
        let now = self.horizon().await?;
        let end = now.end;
        replica.remember(now);
        let mut session = Session::open(&replica.connections, self.database.persistent).await?;
        let safe = self.reached(replica, end, &mut session).await?;
        Ok((session, LogEnd { safe, ..end }))
    }

    /// Reads the horizon from the primary: first the safe position, then how much is written.
    async fn horizon(&self) -> Result<Horizon, StoreError> {
        let mut session = self.database.session().await?;
        let end = self.log_end(&mut session).await?;
        let query = self.database.query(include_str!("../../sql/written.sql"));
        let row = query.fetch_one(&mut *session).await.map_err(from_sqlx)?;
        session.end().await?;
        let written = row::unsigned(&row, 0)?;
        Ok(Horizon { end, written, timeline: row.try_get(1).map_err(from_sqlx)? })
    }

    /// The position up to which the standby has the whole log, in every snapshot from now on.
    async fn reached(
        &self,
        replica: &LogReplica,
        end: LogEnd,
        connection: &mut PgConnection,
    ) -> Result<Position, StoreError> {
        let begun = Instant::now();
        loop {
            let query = self.database.query(include_str!("../../sql/replayed.sql"));
            let row = query.fetch_one(&mut *connection).await.map_err(from_sqlx)?;
            if !row.try_get::<bool, _>(1).map_err(from_sqlx)? {
                return Err(unsupported(
                    "the replica of the log follows no primary, or was promoted to be one: \
                     give the store its primary, and a standby of that",
                ));
            }
            if let Some(safe) = replica.safe_at(row::unsigned(&row, 0)?) {
                let incarnation = row.try_get::<uuid::Uuid, _>(2).map_err(from_sqlx)?;
                if incarnation != end.incarnation.as_uuid() {
                    return Err(unsupported(format!(
                        "the replica holds the log {incarnation}, and the primary the log {}: \
                         it follows another one",
                        end.incarnation
                    )));
                }
                return Ok(safe);
            }
            if begun.elapsed() > FIRST {
                return Ok(Position::START);
            }
            sleep(LOOK).await;
        }
    }
}

impl LogReplica {
    /// The standby behind these connections.
    pub(crate) fn of(connections: Arc<Connections>) -> Self {
        Self { connections, horizons: Mutex::default() }
    }

    fn remember(&self, now: Horizon) {
        let mut horizons = self.horizons.lock().unwrap_or_else(PoisonError::into_inner);
        remember(&mut horizons, now);
    }

    /// The safe position of a standby that has `replayed` this much; `None` if that is less than
    /// every horizon of the primary.
    fn safe_at(&self, replayed: u64) -> Option<Position> {
        let horizons = self.horizons.lock().unwrap_or_else(PoisonError::into_inner);
        let reached = horizons.iter().rev().find(|horizon| horizon.written <= replayed);
        reached.map(|horizon| horizon.end.safe)
    }
}

/// Keeps horizons in their order. When there are too many, every second one is removed: a standby
/// far behind then gets a slightly lower safe position.
fn remember(horizons: &mut Vec<Horizon>, now: Horizon) {
    let last = horizons.last();
    if last.is_some_and(|last| {
        last.timeline != now.timeline || last.end.incarnation != now.end.incarnation
    }) {
        horizons.clear();
    } else if last.is_some_and(|last| last.written >= now.written) {
        return;
    }
    if horizons.len() == HORIZONS {
        let mut keep = false;
        horizons.retain(|_| {
            keep = !keep;
            keep
        });
    }
    horizons.push(now);
}

fn unsupported(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::new(StoreErrorKind::Unsupported, why)
}

#[cfg(test)]
mod tests {
    use es_core::Incarnation;

    use super::*;

    fn horizon(incarnation: Incarnation, timeline: &str, written: u64) -> Horizon {
        let end = LogEnd { incarnation, safe: Position(written), head: Position(written) };
        Horizon { end, written, timeline: timeline.to_owned() }
    }

    #[test]
    fn of_many_horizons_some_stay_and_the_newest_does() {
        let (log, mut horizons) = (Incarnation::generate(), Vec::new());

        for written in 1..=10_000 {
            remember(&mut horizons, horizon(log, "1", written));
        }

        assert!(horizons.len() <= HORIZONS);
        assert!(horizons.is_sorted_by(|a, b| a.written < b.written));
        assert_eq!((horizons[0].written, horizons.last().unwrap().written), (1, 10_000));
    }

    #[test]
    fn another_timeline_or_log_begins_anew() {
        let (log, mut horizons) = (Incarnation::generate(), Vec::new());
        remember(&mut horizons, horizon(log, "1", 90));

        remember(&mut horizons, horizon(log, "2", 50));
        assert_eq!(horizons, [horizon(log, "2", 50)]);

        let restored = horizon(Incarnation::generate(), "2", 20);
        remember(&mut horizons, restored.clone());
        assert_eq!(horizons, [restored]);
    }
}
