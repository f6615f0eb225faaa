//! Metrics of the sagas that a process drives, through the `metrics` facade.
//!
//! Without the feature `metrics` every function here does nothing.

#[cfg(feature = "metrics")]
mod told {
    use metrics::{Label, counter, describe_counter};

    use crate::event::set::EventSet;
    use crate::process::{Ignored, SagaEvent};
    use crate::stream::StreamId;

    /// Events of an instance were stored.
    pub(in crate::sagas) fn stored(stream: &StreamId, events: &[SagaEvent]) {
        describe_counter!("es_saga_events_total", "events that instances have stored");
        for event in events {
            let name = event.name().to_string();
            let name = name.trim_start_matches("saga.").to_owned();
            let labels = vec![saga(stream), Label::new("event", name)];
            counter!("es_saga_events_total", labels).increment(1);
        }
    }

    /// An input has changed nothing.
    pub(in crate::sagas) fn ignored(stream: &StreamId, reason: Ignored) {
        describe_counter!("es_saga_ignored_total", "inputs that have changed nothing");
        let labels = vec![saga(stream), Label::new("reason", reason.as_str())];
        counter!("es_saga_ignored_total", labels).increment(1);
    }

    fn saga(stream: &StreamId) -> Label {
        Label::new("saga", stream.category().as_str().to_owned())
    }
}

#[cfg(not(feature = "metrics"))]
mod told {
    use crate::process::{Ignored, SagaEvent};
    use crate::stream::StreamId;

    pub(in crate::sagas) fn stored(_: &StreamId, _: &[SagaEvent]) {}
    pub(in crate::sagas) fn ignored(_: &StreamId, _: Ignored) {}
}

pub(super) use told::{ignored, stored};
