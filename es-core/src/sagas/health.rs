//! Health of a saga, as sentences for an operator.

use std::time::Duration;

use super::error::InstanceError;
use super::handle::Sagas;
use super::row::{SagaPhase, SagaRow};
use super::store::{SagaFilter, SagaQuery, SagaStore};
use crate::process::Saga;
use crate::read::projection::{Finding, Health, HealthState, ProjectionId, Slot, Thresholds};
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::Category;
use crate::timestamp::Timestamp;

/// The number of instances that are named for one reason. The number of the others is not counted: an answer to a
/// health check does not take longer the more there are.
const NAMED: u32 = 10;

impl<L: EventStore, K: SagaStore> Sagas<L, K> {
    /// Returns the answer to a health check of a saga.
    ///
    /// - An instance for which a person has to intervene warns, from the moment that its row shows it.
    /// - Instances that somebody should have gone on with for longer than [`Thresholds::unheld`] are a failure: no process
    ///   drives the saga, or none comes on.
    /// - The findings on the [projection](Self::follower) that follows the log for the saga are among them. A saga that no
    ///   process has run has failed.
    ///
    /// Of each kind ten instances are named, and whether there are more.
    ///
    /// # Errors
    ///
    /// If the name of the saga breaks the rule of names, or the store fails.
    pub async fn health<S: Saga>(&self, thresholds: &Thresholds) -> Result<Health, InstanceError> {
        let (follower, saga) = (self.follower::<S>()?, Category::new(S::NAME)?);
        let mut health = follower.health(thresholds).await?;
        let id = ProjectionId::new(follower.name().clone(), 1);
        let phase = SagaFilter::new(saga.clone()).with_phase(SagaPhase::Intervention);
        let stuck = self.named(&SagaQuery::List(phase)).await?;
        health.report(stuck.into_iter().map(|text| Finding {
            state: HealthState::Warn,
            id: id.clone(),
            text: format!("needs a person: {text}"),
        }));
        let query = SagaQuery::Due {
            saga,
            slots: Slot::all().collect(),
            until: before(thresholds.unheld),
            after: None,
        };
        let overdue = self.named(&query).await?;
        health.report(overdue.into_iter().map(|text| Finding {
            state: HealthState::Failed,
            id: id.clone(),
            text: format!("has an instance that nobody goes on with: {text}"),
        }));
        Ok(health)
    }

    /// The rows in words, and a line if there are more.
    async fn named(&self, query: &SagaQuery) -> Result<Vec<String>, StoreError> {
        let rows = self.kept.find(query, NAMED + 1).await?;
        let named = rows.iter().zip(1..).map(|(row, nth)| {
            if nth > NAMED { format!("more than {NAMED} instances") } else { in_words(row) }
        });
        Ok(named.collect())
    }
}

fn in_words(row: &SagaRow) -> String {
    let at = row.step.as_ref().map(|step| format!(" at `{step}`")).unwrap_or_default();
    let error = row.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    format!("`{}`{at}{error}", row.stream)
}

/// The instant this long ago.
fn before(time: Duration) -> Timestamp {
    let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_unix_micros(Timestamp::now().unix_micros().saturating_sub(micros))
}
