//! What the service's own tracing sees.

mod fixture;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use es_core::UnitOfWork;
use fixture::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// A span: its target, its name, its fields as far as they were filled in.
#[derive(Clone, Debug, Default)]
struct Seen {
    target: &'static str,
    name: &'static str,
    fields: BTreeMap<&'static str, String>,
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

/// Keeps every span; the id of a span is its place, from 1.
#[derive(Clone, Debug, Default)]
struct Watcher {
    spans: Arc<Mutex<Vec<Seen>>>,
}

impl Watcher {
    fn span(&self, name: &str) -> Seen {
        let spans = self.spans.lock().unwrap();
        let mut named = spans.iter().filter(|span| span.name == name);
        let span = named.next().cloned();
        assert_eq!(named.count(), 0, "one span `{name}`");
        span.unwrap_or_else(|| panic!("no span `{name}` in {spans:?}"))
    }
}

impl Subscriber for Watcher {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let metadata = attributes.metadata();
        let mut seen =
            Seen { target: metadata.target(), name: metadata.name(), fields: BTreeMap::new() };
        attributes.record(&mut seen);
        let mut spans = self.spans.lock().unwrap();
        spans.push(seen);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let nth = usize::try_from(span.into_u64() - 1).unwrap();
        values.record(&mut self.spans.lock().unwrap()[nth]);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The spans of a deposit to ada's account, which has two events.
async fn watch_a_deposit() -> Watcher {
    let store = bank(10).await;
    let watcher = Watcher::default();
    let _guard = tracing::subscriber::set_default(watcher.clone());
    accounts(&store).execute(deposit(ada(), 5)).await.unwrap();
    watcher
}

fn fields<const N: usize>(fields: [(&'static str, &str); N]) -> BTreeMap<&'static str, String> {
    fields.map(|(name, value)| (name, value.to_owned())).into()
}

#[tokio::test]
async fn a_command_is_a_span_with_its_outcome() {
    let watcher = watch_a_deposit().await;

    let span = watcher.span("es.command");

    assert_eq!(span.target, "es");
    let expected = fields([
        ("aggregate.type", "account"),
        ("es.command", "Deposit"),
        ("es.stream.id", "account/ada"),
        ("es.attempts", "1"),
        ("es.global_position", "4"),
    ]);
    assert_eq!(span.fields, expected);
}

#[tokio::test]
async fn a_load_is_a_span_with_the_number_of_its_events() {
    let watcher = watch_a_deposit().await;

    let span = watcher.span("es.load");

    assert_eq!(span.target, "es");
    let expected = fields([
        ("es.stream.category", "account"),
        ("es.stream.id", "account/ada"),
        ("es.events.count", "2"),
    ]);
    assert_eq!(span.fields, expected);
}

#[tokio::test]
async fn an_append_is_a_span_with_what_it_expects_and_stores() {
    let watcher = watch_a_deposit().await;

    let span = watcher.span("es.append");

    assert_eq!(span.target, "es");
    let expected = fields([
        ("otel.kind", "client"),
        ("es.stream.category", "account"),
        ("es.stream.id", "account/ada"),
        ("es.expected_version", "version 2"),
        ("es.streams.count", "1"),
        ("es.events.count", "1"),
    ]);
    assert_eq!(span.fields, expected);
}

#[tokio::test]
async fn a_command_in_a_unit_of_work_is_a_span_that_names_its_stream() {
    let store = bank(10).await;
    let watcher = Watcher::default();
    let _guard = tracing::subscriber::set_default(watcher.clone());

    let mut unit = UnitOfWork::new(store, es_core::Metadata::default());
    unit.execute(deposit(ada(), 5)).await.unwrap();

    let span = watcher.span("es.command");
    let expected = fields([
        ("aggregate.type", "account"),
        ("es.command", "Deposit"),
        ("es.stream.id", "account/ada"),
    ]);
    assert_eq!(span.fields, expected);
}

mod names {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "name-taken")]
    pub(super) struct NameTaken {
        #[event(tag)]
        name: String,
    }

    #[derive(DecisionModel, Clone, Debug)]
    #[decision_model(events(NameTaken))]
    pub(super) struct Name(#[decision_model(tag = "name")] String);

    impl Apply<NameTaken> for Name {
        fn apply(&mut self, _: NameTaken) {}
    }

    pub(super) struct TakeName;

    impl Decision for TakeName {
        type Model = Name;
        type Events = NameTaken;
        type Error = std::convert::Infallible;

        fn model(&self) -> Name {
            Name("ada".to_owned())
        }

        fn decide(&self, _: &Name) -> Result<NameTaken, Self::Error> {
            Ok(NameTaken { name: "ada".to_owned() })
        }
    }
}

#[tokio::test]
async fn a_decision_is_a_span_with_its_outcome_around_its_reading() {
    let decisions = es_core::Decisions::new(bank(10).await);
    decisions.execute(names::TakeName).await.unwrap();
    let watcher = Watcher::default();
    let _guard = tracing::subscriber::set_default(watcher.clone());

    decisions.execute(names::TakeName).await.unwrap();

    let (decision, query) = (watcher.span("es.decision"), watcher.span("es.query"));
    assert_eq!((decision.target, query.target), ("es", "es"));
    let expected =
        fields([("es.decision", "TakeName"), ("es.attempts", "1"), ("es.global_position", "5")]);
    assert_eq!(decision.fields, expected);
    assert_eq!(query.fields, fields([("es.events.count", "1")]));
}
