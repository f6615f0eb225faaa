//! What a process tells of its projections and sagas through the `metrics` facade.
#![cfg(feature = "metrics")]
#![allow(dead_code, reason = "the fixture is another test's as well")]

#[path = "it/projections_rebuild/fixture.rs"]
mod fixture;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{ActivityError, Call, Perform, Prepare};
use es_core::projection::RunOptions;
use es_core::sagas::{MemorySagas, Sagas};
use es_core::{Actor, Reason};
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

/// What is told in this process, by all of its tests.
fn told() -> Told {
    static TOLD: OnceLock<Told> = OnceLock::new();
    let told = TOLD.get_or_init(|| {
        let told = Told::default();
        metrics::set_global_recorder(told.clone()).map_err(|_| "there is one already").unwrap();
        told
    });
    told.clone()
}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "thank")]
struct Thank {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
struct OrderPlaced {
    #[event(tag)]
    order: u32,
}

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(
    name = "thanks", id = u32, by = "order", starts(OrderPlaced), deadline = "1h",
    steps(Thank(no_compensation = "it was said")),
)]
struct Thanks {}

impl Apply<OrderPlaced> for Thanks {
    fn apply(&mut self, _: OrderPlaced) {}
}

impl Prepare<Thank> for Thanks {
    fn prepare(&self) -> Thank {
        Thank {}
    }
}

struct Mouth;

impl Perform<Thank> for Mouth {
    async fn perform(&self, _: Thank, _: &Call<'_>) -> Result<(), ActivityError> {
        Ok(())
    }
}

#[tokio::test]
async fn events_of_sagas_and_inputs_that_change_nothing_are_told() {
    let (told, log) = (told(), MemoryStore::new());
    let sagas = Sagas::new(log.clone(), MemorySagas::new());
    let _running = sagas.run::<Thanks, _>(Mouth).await.unwrap();
    let event =
        NewEvent::of(&ThanksStart::from(OrderPlaced { order: 17 }), es_core::Metadata::default());
    let stream = "order/17".parse().unwrap();
    let placed = Append::to(stream, ExpectedVersion::NoStream, vec![event.unwrap()]).unwrap();

    log.append(placed).await.unwrap();
    sagas.wait_for_end::<Thanks>(&17, Duration::from_secs(20)).await.unwrap();
    let late =
        sagas.cancel::<Thanks>(&17, Actor::new("ada").unwrap(), Reason::new("too late").unwrap());
    late.await.unwrap_err();

    let count = |name: &str| told.0.lock().unwrap().get(name).copied();
    for event in ["started", "step-started", "step-completed", "completed"] {
        let name = format!("es_saga_events_total{{saga=thanks,event={event}}}");
        assert_eq!(count(&name), Some(1.0), "{name}");
    }
    assert_eq!(count("es_saga_ignored_total{saga=thanks,reason=ended}"), Some(1.0));
}

#[tokio::test]
async fn position_lag_errors_and_parked_keys_are_told() {
    let told = told();
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
