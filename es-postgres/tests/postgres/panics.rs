//! Code of the service that panics inside of a call: its hooks of the pool.

use std::time::Duration;

use es_core::prelude::*;
use es_core::{Append, Condition, EventName, Query, QueryItem};
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::PgPoolOptions;
use tokio::time::timeout;

use crate::support::{append, fixture, part, stream};

/// A pool whose every connection makes its caller panic.
fn panicking(url: &str) -> PgStore {
    let options = PgPoolOptions::new().max_connections(4);
    let options = options.after_connect(|_, _| Box::pin(async { panic!("a hook of the service") }));
    PgStore::new(options.connect_lazy(url).unwrap())
}

/// The message of the panic that `call` ends with.
async fn panic_of<T: Send + 'static>(call: impl Future<Output = T> + Send + 'static) -> String {
    let ended = timeout(Duration::from_secs(10), tokio::spawn(call)).await;
    let Err(panic) = ended.expect("the call ends") else { panic!("there was an answer") };
    (*panic.into_panic().downcast::<&str>().unwrap()).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_panics_in_an_append_panics_in_its_caller() {
    let fixture = fixture().await;
    let store = panicking(fixture.database.url());
    let unheard_of = vec![EventName::new("unheard-of").unwrap()];
    let none = Query::new(vec![QueryItem::new(unheard_of, Vec::new()).unwrap()]).unwrap();
    let alone = append("a", ExpectedVersion::Any, 1);
    let with_condition = alone.clone().with_condition(Condition::new(none, Position::START));
    let on_another = Append::new(vec![
        part("a", ExpectedVersion::Any, 1),
        part("b", ExpectedVersion::NoStream, 0),
    ]);

    for one in [with_condition, on_another.unwrap(), alone] {
        let store = store.clone();
        let call = async move { store.append(one).await };
        assert_eq!(panic_of(call).await, "a hook of the service");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_panics_in_a_load_panics_in_its_caller() {
    let fixture = fixture().await;
    let store = panicking(fixture.database.url());

    let call = async move { store.stream_page(&stream("a"), Cursor::<Version>::START, 1).await };

    assert_eq!(panic_of(call).await, "a hook of the service");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_panics_while_it_waits_for_a_turn_panics_in_its_caller() {
    let fixture = fixture().await;
    let store = panicking(fixture.database.url());
    let draft = append("a", ExpectedVersion::Any, 1);

    let call = async move { store.lock(&draft, Duration::from_secs(1)).await.map(drop) };

    assert_eq!(panic_of(call).await, "a hook of the service");
}
