//! Answers in time, whatever the server says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{AppendError, StoreError, StoreErrorKind};
use es_postgres::PgStore;
use es_postgres::sqlx::{self, postgres::PgConnectOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

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

/// The error of a command that failed, and the time that it took.
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

/// A pooler that takes every login and whose server takes none. Counts the logins.
async fn pooler_without_a_server() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let logins = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&logins);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(refuse(client));
        }
    });
    (port, logins)
}

/// Authentication is fine and it is ready; to the first question it answers as pgbouncer does.
async fn refuse(mut client: TcpStream) -> std::io::Result<()> {
    let mut told = [0; 4096];
    let mut read = client.read(&mut told).await?;
    // Whether TLS is spoken here comes first: it is not.
    if read == 8 {
        client.write_all(b"N").await?;
        read = client.read(&mut told).await?;
    }
    assert!(read > 8);
    client.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await?;
    let _ = client.read(&mut told).await?;
    let fields = b"SFATAL\0VFATAL\0C08P01\0Mserver login has been failing, try again later\0\0";
    let length = u32::try_from(fields.len() + 4).unwrap();
    client.write_all(b"E").await?;
    client.write_all(&length.to_be_bytes()).await?;
    client.write_all(fields).await
}

fn behind(port: u16) -> PgStore {
    let url = format!("postgres://service@127.0.0.1:{port}/ledger?sslmode=disable");
    PgStore::new(PgStore::pool_options().connect_lazy(&url).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_is_answered_although_a_pooler_gets_no_server() {
    let (port, logins) = pooler_without_a_server().await;
    let store = behind(port);

    for stream in ["a", "b"] {
        let answer = store.append(append(stream, ExpectedVersion::Any, 1));
        let error = timeout(Duration::from_secs(10), answer).await.expect("an answer").unwrap_err();
        assert!(matches!(error, AppendError::Store(error) if error.is_transient()));
    }
    let page = store.log_page(Cursor::START, 1);
    let error = timeout(Duration::from_secs(10), page).await.expect("an answer").unwrap_err();

    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(logins.load(Ordering::Relaxed) < 10, "{logins:?} logins");
}

/// It is sent again for ten seconds, as the docs say, and waits in between.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_although_a_pooler_gets_no_server() {
    let (port, logins) = pooler_without_a_server().await;
    let begun = Instant::now();

    let answer = Repository::<Lamp, _>::new(behind(port)).execute(switch()).await;

    assert!(answer.is_err());
    assert!(begun.elapsed() < Duration::from_secs(13), "{:?}", begun.elapsed());
    assert!(logins.load(Ordering::Relaxed) < 60, "{logins:?} logins");
}

/// A change of a column, like that of a migration of another release, while each connection has its statements prepared.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_a_migration_has_outdated_is_prepared_anew() {
    let fixture = fixture().await;
    let pool = PgStore::pool_options().max_connections(3).connect(fixture.database.url());
    let store = PgStore::new(pool.await.unwrap());
    let lamps = Repository::<Lamp, _>::new(store.clone());
    lamps.execute(switch()).await.unwrap();
    for _ in 0..10 {
        let loads = (0..3).map(|_| async { lamps.load(&"hall".to_owned()).await.map(drop) });
        futures_util::future::try_join_all(loads).await.unwrap();
        store.log_page(Cursor::START, 9).await.unwrap();
    }

    sqlx::query("ALTER TABLE es.events ALTER COLUMN name TYPE varchar")
        .execute(&fixture.pool)
        .await
        .unwrap();

    for _ in 0..10 {
        lamps.execute(switch()).await.unwrap();
    }
    let mut failed = 0;
    for _ in 0..10 {
        failed += usize::from(store.log_page(Cursor::START, 9).await.is_err());
    }
    assert!(failed <= 3, "{failed} pages failed, on three connections");
    store.log_page(Cursor::START, 9).await.unwrap();
}
