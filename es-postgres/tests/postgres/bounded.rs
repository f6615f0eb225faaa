//! Answers in time, whatever the server says.

use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{AppendError, StoreError, StoreErrorKind};
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::PgConnectOptions;

use crate::support::{Fixture, append, fixture};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "lamp-switched")]
struct Switched {}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "lamp", id = String, events(Switched))]
struct Lamp {}

impl Apply<Switched> for Lamp {
    fn apply(&mut self, _: Switched) {}
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Lamp, any)]
struct Switch {
    #[command(id)]
    lamp: String,
}

impl Decide<Switch> for Lamp {
    type Events = Switched;

    fn decide(&self, _: Switch) -> Result<Switched, Self::Error> {
        Ok(Switched {})
    }
}

fn switch() -> Switch {
    Switch { lamp: "hall".to_owned() }
}

/// A store whose sessions have a setting of the service's own.
async fn with_setting(fixture: &Fixture, setting: (&'static str, &'static str)) -> PgStore {
    let options: PgConnectOptions = fixture.database.url().parse().unwrap();
    let pool = PgStore::pool_options().max_connections(2);
    PgStore::new(pool.connect_with(options.options([setting])).await.unwrap())
}

/// What is known of a command that failed, and after how long.
async fn failed_command(store: PgStore) -> (StoreError, Duration) {
    let begun = Instant::now();
    match Repository::<Lamp, _>::new(store).execute(switch()).await {
        Err(ExecuteError::Append(AppendError::Store(error))) => (error, begun.elapsed()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_may_not_write_is_answered_at_once() {
    let fixture = fixture().await;
    let store = with_setting(&fixture, ("default_transaction_read_only", "on")).await;

    let (error, after) = failed_command(store).await;

    assert_eq!(error.kind(), StoreErrorKind::ReadOnly, "{error:?}");
    assert!(after < Duration::from_secs(2), "{after:?}");
}

/// Sent again, it would be twenty times the load, on a server that is too slow as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_statement_takes_too_long_is_sent_once() {
    let fixture = fixture().await;
    let stream = StreamId::of::<Lamp>(&"hall".to_owned()).unwrap();
    let mut holder = fixture.pool.begin().await.unwrap();
    let held = Append::to(
        stream,
        ExpectedVersion::Any,
        append("x", ExpectedVersion::Any, 1).parts()[0].events.clone(),
    );
    fixture.store.append_within(&mut holder, held.unwrap()).await.unwrap();
    let store = with_setting(&fixture, ("statement_timeout", "500ms")).await;

    let (error, after) = failed_command(store).await;

    assert_eq!(error.kind(), StoreErrorKind::StatementTimeout, "{error:?}");
    assert!(after < Duration::from_secs(4), "{after:?}");
}
