//! What a process tells of the projections that it runs, through the `metrics` facade.
//!
//! Without the feature `metrics` all of it is nothing.

use super::{Lag, ProjectionId};
use crate::stream::Position;

/// What one process knows of a version that it runs, at one beat.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "nobody is told"))]
pub(super) struct Gauged {
    /// All slots that it holds have come to here.
    pub(super) position: Position,
    /// How far these are behind.
    pub(super) lag: Lag,
    /// Of how many keys in them something is set aside.
    pub(super) parked: u64,
}

/// Whether anybody is told, so that what is told is worth looking up.
pub(super) const IS_ON: bool = cfg!(feature = "metrics");

#[cfg(feature = "metrics")]
mod told {
    use metrics::{Label, counter, describe_counter, describe_gauge, gauge};

    use super::{Gauged, ProjectionId};

    fn labels(id: &ProjectionId) -> Vec<Label> {
        let version = id.version.to_string();
        vec![Label::new("projection", id.name.to_string()), Label::new("version", version)]
    }

    /// At each beat.
    #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
    pub(in crate::projection) fn beat(id: &ProjectionId, now: Gauged) {
        let set = |name: &'static str, value: f64| gauge!(name, labels(id)).set(value);
        set("es_projection_position", now.position.0 as f64);
        set("es_projection_lag_events", now.lag.events as f64);
        set("es_projection_lag_seconds", now.lag.time.as_secs_f64());
        set("es_projection_parked", now.parked as f64);
    }

    /// A handler failed, or the store of the projection.
    pub(in crate::projection) fn failed(id: &ProjectionId) {
        counter!("es_projection_errors_total", labels(id)).increment(1);
    }

    /// The loop began anew after a failure.
    pub(in crate::projection) fn restarted(id: &ProjectionId) {
        counter!("es_projection_restarts_total", labels(id)).increment(1);
    }

    /// Once, before the first of them.
    pub(in crate::projection) fn describe() {
        describe_gauge!("es_projection_position", "all slots of this process have come to here");
        describe_gauge!("es_projection_lag_events", "events that its slots lack, at most");
        describe_gauge!("es_projection_lag_seconds", "age of the first event that its slots lack");
        describe_gauge!("es_projection_parked", "keys in its slots with events set aside");
        describe_counter!("es_projection_errors_total", "batches that failed");
        describe_counter!("es_projection_restarts_total", "times that it began anew");
    }
}

#[cfg(not(feature = "metrics"))]
mod told {
    use super::{Gauged, ProjectionId};

    pub(in crate::projection) fn beat(_: &ProjectionId, _: Gauged) {}
    pub(in crate::projection) fn failed(_: &ProjectionId) {}
    pub(in crate::projection) fn restarted(_: &ProjectionId) {}
    pub(in crate::projection) fn describe() {}
}

pub(super) use told::{beat, describe, failed, restarted};
