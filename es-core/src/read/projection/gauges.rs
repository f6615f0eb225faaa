//! Metrics of the projections that a process runs, through the `metrics` facade.
//!
//! Without the feature `metrics` every function here does nothing.

#[cfg(feature = "metrics")]
mod told {
    use std::time::Duration;

    use metrics::{Label, counter, describe_counter, describe_gauge, gauge};

    use crate::read::projection::lag::Missing;
    use crate::read::projection::{NodeId, ProjectionId, ProjectionStore, VersionStatus};
    use crate::store::error::StoreError;
    use crate::store::event_store::EventStore;

    /// Reports the lag of a node's slots until it is dropped. The numbers come from the stored
    /// checkpoints, so they are right also while a handler takes its time.
    pub(in crate::read::projection) async fn keep<S: EventStore, P: ProjectionStore>(
        log: S,
        kept: P,
        id: ProjectionId,
        node: NodeId,
        every: Duration,
    ) {
        describe();
        loop {
            // A store that is away tells nothing, and that is told elsewhere.
            if let Err(error) = report(&log, &kept, &id, node).await {
                tracing::debug!(target: "es", projection = %id, %error, "no gauges are set");
            }
            tokio::time::sleep(every).await;
        }
    }

    async fn report<S: EventStore, P: ProjectionStore>(
        log: &S,
        kept: &P,
        id: &ProjectionId,
        node: NodeId,
    ) -> Result<(), StoreError> {
        let versions = kept.versions(Some(&id.name)).await?;
        match versions.into_iter().find(|version| version.id == *id) {
            Some(version) => set(log, version, node).await,
            None => Ok(()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
    async fn set<S: EventStore>(
        log: &S,
        mut version: VersionStatus,
        node: NodeId,
    ) -> Result<(), StoreError> {
        version.slots.retain(|slot| slot.owner == Some(node));
        if version.slots.is_empty() {
            return Ok(());
        }
        let position = version.position();
        let lag = Missing::read(log, &version.types, position).await?.after(position);
        let parked: u64 = version.slots.iter().map(|slot| slot.parked_keys).sum();
        let set = |name: &'static str, value: f64| gauge!(name, labels(&version.id)).set(value);
        set("es_projection_position", position.0 as f64);
        set("es_projection_lag_events", lag.events as f64);
        set("es_projection_lag_seconds", lag.time.as_secs_f64());
        set("es_projection_parked", parked as f64);
        Ok(())
    }

    /// A handler failed, or a store.
    pub(in crate::read::projection) fn failed(id: &ProjectionId) {
        counter!("es_projection_errors_total", labels(id)).increment(1);
    }

    /// A step is begun anew.
    pub(in crate::read::projection) fn restarted(id: &ProjectionId) {
        counter!("es_projection_restarts_total", labels(id)).increment(1);
    }

    fn labels(id: &ProjectionId) -> Vec<Label> {
        let version = id.version.to_string();
        vec![Label::new("projection", id.name.to_string()), Label::new("version", version)]
    }

    fn describe() {
        describe_gauge!("es_projection_position", "all slots of this process have come to here");
        describe_gauge!("es_projection_lag_events", "events that its slots lack, at most");
        describe_gauge!("es_projection_lag_seconds", "age of the first event that its slots lack");
        describe_gauge!("es_projection_parked", "keys in its slots with parked events");
        describe_counter!("es_projection_errors_total", "times that a handler or a store failed");
        describe_counter!("es_projection_restarts_total", "times that a step was begun anew");
    }
}

#[cfg(not(feature = "metrics"))]
mod told {
    use std::time::Duration;

    use crate::read::projection::{NodeId, ProjectionId};

    pub(in crate::read::projection) async fn keep<S, P>(
        _: S,
        _: P,
        _: ProjectionId,
        _: NodeId,
        _: Duration,
    ) {
    }
    pub(in crate::read::projection) fn failed(_: &ProjectionId) {}
    pub(in crate::read::projection) fn restarted(_: &ProjectionId) {}
}

pub(super) use told::{failed, keep, restarted};
