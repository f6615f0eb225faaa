//! Spans of commands, loads, appends and decisions. The watcher keeps those of the target `es` alone.

use es_core::UnitOfWork;

use crate::fixture::*;
use crate::watched::{Fields, Watcher};

/// The spans of a deposit to ada's account, which has two events.
async fn watch_a_deposit() -> Watcher {
    let store = bank(10).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    accounts(&store).execute(deposit(ada(), 5)).await.unwrap();
    watcher
}

fn fields<const N: usize>(fields: [(&'static str, &str); N]) -> Fields {
    fields.map(|(name, value)| (name, value.to_owned())).into()
}

#[tokio::test]
async fn a_command_is_a_span_with_its_outcome() {
    let watcher = watch_a_deposit().await;

    let span = watcher.span("es.command");

    let expected = fields([
        ("aggregate.type", "account"),
        ("es.command", "Deposit"),
        ("es.stream.id", "account/ada"),
        ("es.attempts", "1"),
        ("es.global_position", "4"),
    ]);
    assert_eq!(span, expected);
}

#[tokio::test]
async fn a_load_is_a_span_with_the_number_of_its_events() {
    let watcher = watch_a_deposit().await;

    let span = watcher.span("es.load");

    let expected = fields([
        ("es.stream.category", "account"),
        ("es.stream.id", "account/ada"),
        ("es.events.count", "2"),
    ]);
    assert_eq!(span, expected);
}

#[tokio::test]
async fn an_append_is_a_span_with_what_it_expects_and_stores() {
    let watcher = watch_a_deposit().await;

    let span = watcher.span("es.append");

    let expected = fields([
        ("otel.kind", "client"),
        ("es.stream.category", "account"),
        ("es.stream.id", "account/ada"),
        ("es.expected_version", "version 2"),
        ("es.streams.count", "1"),
        ("es.events.count", "1"),
    ]);
    assert_eq!(span, expected);
}

#[tokio::test]
async fn a_command_in_a_unit_of_work_is_a_span_that_names_its_stream() {
    let store = bank(10).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();

    let mut unit = UnitOfWork::new(store, es_core::Metadata::default());
    unit.execute(deposit(ada(), 5)).await.unwrap();

    let span = watcher.span("es.command");
    let expected = fields([
        ("aggregate.type", "account"),
        ("es.command", "Deposit"),
        ("es.stream.id", "account/ada"),
    ]);
    assert_eq!(span, expected);
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
    let _guard = watcher.watch();

    decisions.execute(names::TakeName).await.unwrap();

    let (decision, query) = (watcher.span("es.decision"), watcher.span("es.query"));
    let expected =
        fields([("es.decision", "TakeName"), ("es.attempts", "1"), ("es.global_position", "5")]);
    assert_eq!(decision, expected);
    assert_eq!(query, fields([("es.events.count", "1")]));
}
