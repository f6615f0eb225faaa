//! What a process tells of its projections through the `metrics` facade.
#![cfg(feature = "metrics")]
#![allow(dead_code, reason = "the fixture is another test's as well")]

#[path = "it/projections_rebuild/fixture.rs"]
mod fixture;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::projection::RunOptions;
use fixture::*;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString,
    Unit,
};

/// What was told last, by name, with the labels.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<BTreeMap<String, f64>>>);

struct Line {
    told: Told,
    name: String,
}

impl Told {
    fn line(&self, key: &Key) -> Arc<Line> {
        let labels = key.labels().map(|label| format!("{}={}", label.key(), label.value()));
        let labels = labels.collect::<Vec<_>>().join(",");
        let name = format!("{}{{{labels}}}", key.name());
        Arc::new(Line { told: self.clone(), name })
    }

    fn get(&self, name: &str) -> Option<f64> {
        let name = format!("{name}{{projection=balances,version=1}}");
        self.0.lock().unwrap().get(&name).copied()
    }
}

impl Line {
    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut told = self.told.0.lock().unwrap();
        let value = told.entry(self.name.clone()).or_default();
        *value = change(*value);
    }
}

impl GaugeFn for Line {
    fn increment(&self, value: f64) {
        self.change(|now| now + value);
    }
    fn decrement(&self, value: f64) {
        self.change(|now| now - value);
    }
    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

impl CounterFn for Line {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn increment(&self, value: u64) {
        self.change(|now| now + value as f64);
    }
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn absolute(&self, value: u64) {
        self.change(|_| value as f64);
    }
}

impl Recorder for Told {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.line(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.line(key))
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test]
async fn position_lag_errors_and_parked_keys_are_told() {
    let told = Told::default();
    metrics::set_global_recorder(told.clone()).map_err(|_| "there is one already").unwrap();
    let (store, kept) = (bank(10).await, Kept::new());
    deposit(&store, "a", 13).await;
    let projections = projections(&store, &kept);
    let refusing = Balances::<1> { refused: 13, ..Default::default() };
    let options = RunOptions::default().with_lease(Duration::from_millis(60));

    let _running = projections.run_with(refusing, options).await.unwrap();

    until(async || told.get("es_projection_position") == Some(101.0)).await;
    until(async || told.get("es_projection_parked") == Some(1.0)).await;
    assert_eq!(told.get("es_projection_lag_events"), Some(0.0));
    assert_eq!(told.get("es_projection_lag_seconds"), Some(0.0));
    assert!(told.get("es_projection_errors_total").is_some_and(|errors| errors >= 1.0));
}
