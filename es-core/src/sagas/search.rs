//! Search of a node through the rows, for instances that nobody has told it of.

use std::time::Duration;

use tracing::debug;

use super::row::SagaRow;
use super::store::{SagaQuery, SagaStore};
use crate::read::projection::Held;
use crate::store::error::StoreError;
use crate::store::silence::answered;
use crate::stream::{Category, StreamKey};
use crate::timestamp::Timestamp;

/// The rows that are read at once.
const PAGE: u32 = 500;

/// The pages that one look for what becomes due reads at most.
const PAGES: u32 = 20;

/// The looks after which one begins with the first row again.
const LOOKS: u32 = 12;

/// The time ahead for which a look reads what becomes due: more than the interval between two looks, so that one that is
/// late loses nothing of the precision.
const AHEAD: Duration = Duration::from_secs(15);

/// The time ahead for which a node keeps in memory what it has let go of: more than a look reads by far more than a batch
/// takes to be committed, so that no look passes the instant of a row that it cannot see yet.
pub(super) const KEPT: Duration = Duration::from_secs(20);

/// The rows of the slots of a node, as far as they were looked through.
#[derive(Debug)]
pub(super) struct Search<K> {
    saga: Category,
    kept: K,
    /// The slots that were looked through for what nobody goes on with.
    known: Held,
    /// The place in the order of instants that the last look for what becomes due has come to.
    after: Option<(Timestamp, StreamKey)>,
    /// The looks since one began with the first row.
    looks: u32,
}

impl<K: SagaStore> Search<K> {
    /// The rows of a saga, none of which was looked at.
    pub(super) fn new(saga: Category, kept: K) -> Self {
        Self { saga, kept, known: Held::default(), after: None, looks: 0 }
    }

    /// Has the next look begin anew, since what it found was lost.
    pub(super) fn forget(&mut self) {
        self.known = Held::default();
        self.rewind();
    }

    /// Looks through the rows of the slots that are new, and of all if some were lost meanwhile, for instances that
    /// somebody has begun something with, and does not go on. Each is handed to `put`, until that has no room.
    pub(super) async fn unattended(&mut self, held: Held, put: impl FnMut(&SagaRow) -> bool) {
        let are_lost = held.losses != self.known.losses;
        let mut slots = held.slots.clone();
        slots.retain(|slot| are_lost || !self.known.has(*slot));
        if !slots.is_empty() {
            self.rewind();
            let query = SagaQuery::Unattended { saga: self.saga.clone(), slots, after: None };
            if let Err(error) = self.all(query, put).await {
                // The next look is at the same slots, since these are still new.
                debug!(target: "es", saga = %self.saga, %error, "the rows cannot be read");
                return;
            }
        }
        self.known = held;
    }

    async fn all(
        &self,
        mut query: SagaQuery,
        mut put: impl FnMut(&SagaRow) -> bool,
    ) -> Result<(), StoreError> {
        loop {
            let rows = answered(self.kept.find(&query, PAGE)).await?;
            let is_last = rows.len() < PAGE as usize;
            let last = rows.last().map(|row| row.stream.key().clone());
            let all_in = rows.iter().all(&mut put);
            if is_last || !all_in {
                return Ok(());
            }
            if let SagaQuery::Unattended { after, .. } = &mut query {
                *after = last;
            }
        }
    }

    /// Looks for what becomes due soon, a number of pages at once: the next look goes on where this one ends. So
    /// instances that fail, and are overdue for as long as they do, are passed by, however many they are.
    ///
    /// A row that comes to stand before that place was written by the node's own follower, which has told of it, and what
    /// the node has let go of until then is [kept](KEPT) in memory, so that a look need not step over what was due before: as long as a snapshot is held, the index keeps all of that. Once in
    /// a while a look begins with the first row nevertheless: an event that was parked may be handled by another node
    /// than that of its instance.
    pub(super) async fn due(&mut self, mut put: impl FnMut(&SagaRow)) {
        self.looks += 1;
        let until = Timestamp::now().saturating_add(AHEAD);
        for _ in 0..PAGES {
            let (slots, after) = (self.known.slots.clone(), self.after.clone());
            let query = SagaQuery::Due { saga: self.saga.clone(), slots, until, after };
            let rows = match answered(self.kept.find(&query, PAGE)).await {
                Ok(rows) => rows,
                Err(error) => {
                    debug!(target: "es", saga = %self.saga, %error, "the rows cannot be read");
                    return;
                }
            };
            rows.iter().for_each(&mut put);
            let place = |row: &SagaRow| Some((row.waits.due()?, row.stream.key().clone()));
            self.after = rows.last().and_then(place).or(self.after.take());
            if rows.len() < PAGE as usize {
                if self.looks >= LOOKS {
                    self.rewind();
                }
                return;
            }
        }
    }

    fn rewind(&mut self) {
        (self.after, self.looks) = (None, 0);
    }
}

#[cfg(test)]
mod tests {
    use crate::read::projection::Slot;
    use crate::sagas::MemorySagas;
    use crate::stream::{Position, StreamId};

    use super::*;

    /// Rows of instances that are overdue, in the order of their keys.
    async fn overdue(count: u32) -> MemorySagas {
        let row = |nth: u32| {
            let stream: StreamId = format!("transfer/{nth:06}").parse().unwrap();
            SagaRow::starting(stream, Position(7), Timestamp::from_unix_micros(0))
        };
        let kept = MemorySagas::new();
        kept.save(&mut (), &(0..count).map(row).collect::<Vec<_>>()).await.unwrap();
        kept
    }

    fn all_slots(losses: u64) -> Held {
        Held { slots: Slot::all().collect(), losses }
    }

    async fn search(kept: MemorySagas) -> Search<MemorySagas> {
        let mut search = Search::new(Category::new("transfer").unwrap(), kept);
        search.unattended(all_slots(0), |_| true).await;
        search
    }

    async fn found_due(search: &mut Search<MemorySagas>) -> Vec<String> {
        let mut found = Vec::new();
        search.due(|row| found.push(row.stream.key().to_string())).await;
        found
    }

    #[tokio::test]
    async fn a_look_for_what_is_due_goes_on_where_the_last_one_ended() {
        let most = PAGE * PAGES;
        let mut search = search(overdue(most + 1).await).await;

        let looks = [found_due(&mut search).await, found_due(&mut search).await];
        let more = found_due(&mut search).await;

        assert_eq!(looks.each_ref().map(Vec::len), [most as usize, 1]);
        assert_eq!(looks[1], [format!("{most:06}")]);
        assert_eq!(more, Vec::<String>::new());
    }

    #[tokio::test]
    async fn looks_begin_with_the_first_row_again_once_in_a_while_and_after_a_loss() {
        let mut search = search(overdue(1).await).await;

        let mut found = Vec::new();
        for _ in 0..=LOOKS {
            found.push(found_due(&mut search).await.len());
        }
        search.unattended(all_slots(1), |_| true).await;
        let after_a_loss = found_due(&mut search).await;

        let begins: Vec<_> = (0..=LOOKS).map(|nth| usize::from(nth % LOOKS == 0)).collect();
        assert_eq!(found, begins);
        assert_eq!(after_a_loss, ["000000"]);
    }

    #[tokio::test]
    async fn slots_are_looked_through_once_until_some_are_lost() {
        let mut search = search(overdue(3).await).await;
        let mut found = Vec::new();

        search.unattended(all_slots(0), |_| panic!("they are known")).await;
        search
            .unattended(all_slots(1), |row| {
                found.push(row.stream.key().to_string());
                true
            })
            .await;

        assert_eq!(found, ["000000", "000001", "000002"]);
    }
}
