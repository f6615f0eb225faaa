//! Commands whose connection is lost at any moment: nothing is stored twice, and nothing that was stored
//! is reported as a failure.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::{PgConnectOptions, PgSslMode};
use es_postgres::sqlx::{self, Connection, PgConnection};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};

use crate::support::{Dice, Fixture, fixture};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "ticket-sold")]
struct Sold {
    number: u64,
}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "box-office", id = String, events(Sold))]
struct BoxOffice {
    sold: u64,
}

impl Apply<Sold> for BoxOffice {
    fn apply(&mut self, event: Sold) {
        self.sold = event.number;
    }
}

#[derive(Command, Serialize, Clone, Debug)]
#[command(aggregate = BoxOffice, any)]
struct Sell {
    #[command(id)]
    office: String,
}

impl Decide<Sell> for BoxOffice {
    type Events = Sold;

    fn decide(&self, _: Sell) -> Result<Sold, Self::Error> {
        Ok(Sold { number: self.sold + 1 })
    }
}

const SELLERS: usize = 4;
const EACH: usize = 50;

/// Every seller sells its tickets, each command must succeed, and each ticket is sold once.
async fn sell(fixture: &Fixture, offices: Repository<BoxOffice, PgStore>) {
    let mut sellers = tokio::task::JoinSet::new();
    for seller in 0..SELLERS {
        let offices = offices.clone();
        let office = format!("office-{}", seller % 2);
        sellers.spawn(async move {
            let mut sold = Vec::new();
            for _ in 0..EACH {
                let done = offices.execute(Sell { office: office.clone() }).await.unwrap();
                sold.push((office.clone(), done.state.sold, done.events[0].id));
            }
            sold
        });
    }
    let mut told: Vec<_> = sellers.join_all().await.into_iter().flatten().collect();

    let mut stored = Vec::new();
    for office in ["office-0", "office-1"] {
        let stream = StreamId::of::<BoxOffice>(&office.to_owned()).unwrap();
        let page = fixture.store.stream_page(&stream, Cursor::After(Version::NONE), 10_000).await;
        let events = page.unwrap().into_iter();
        for event in events.flat_map(|raw| raw.decode::<BoxOfficeEvent>().unwrap()) {
            let BoxOfficeEvent::Sold(Sold { number }) = event.event;
            stored.push((office.to_owned(), number, event.id));
        }
    }
    told.sort();
    assert_eq!(told, stored);
}

/// What somebody does to the store while it is in use, until it is told to stop.
struct Nuisance {
    over: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<usize>,
}

impl Nuisance {
    /// Ends it; answers with how often it struck.
    async fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}

/// Ends all sessions of the store, again and again: on a slow machine less often, since a session that is ended
/// before it can do anything shows nothing but how slow the machine is.
fn killing_sessions(fixture: &Fixture) -> Nuisance {
    let over = Arc::new(AtomicBool::new(false));
    let (pool, url) = (fixture.pool.clone(), fixture.database.url().to_owned());
    let until = Arc::clone(&over);
    let task = tokio::spawn(async move {
        let mut killed = 0;
        let mut dice = Dice(0x5eed);
        while !until.load(Ordering::Relaxed) {
            let begun = Instant::now();
            // A server without a place for another session is a slow one too.
            if let Ok(session) = PgConnection::connect(&url).await {
                drop(session.close().await);
            }
            let slow = begun.elapsed().saturating_sub(Duration::from_millis(10)) * 4;
            let slow = slow.min(Duration::from_secs(1));
            tokio::time::sleep(slow + Duration::from_millis(5 + dice.below(40))).await;
            let ended = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                         WHERE datname = current_database() AND application_name = 'box-office') AS ended";
            let ended: i64 = sqlx::query_scalar(ended).fetch_one(&pool).await.unwrap();
            killed += usize::try_from(ended).unwrap();
        }
        killed
    });
    Nuisance { over, task }
}

/// Sessions of its own for a store, by which they are found.
async fn store_at(options: PgConnectOptions) -> PgStore {
    let options = options.application_name("box-office");
    let pool = PgStore::pool_options().max_connections(4).connect_with(options).await.unwrap();
    PgStore::new(pool)
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_killed_cost_no_event_and_double_none() {
    let fixture = fixture().await;
    let store = store_at(fixture.database.url().parse().unwrap()).await;
    let nuisance = killing_sessions(&fixture);

    sell(&fixture, Repository::new(store)).await;

    assert!(nuisance.end().await >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_do_they_for_commands_without_batching_on_remembered_states() {
    let fixture = fixture().await;
    let store = store_at(fixture.database.url().parse().unwrap()).await;
    let nuisance = killing_sessions(&fixture);

    sell(&fixture, Repository::without_command_batching(store).with_cache(10)).await;

    assert!(nuisance.end().await >= 3);
}

/// Stands between the store and its server, and loses replies: what was asked has reached the server then.
struct Proxy {
    /// Where it listens, as the server would.
    directory: PathBuf,
    cuts: Arc<AtomicUsize>,
}

/// One reply in so many is lost.
const ODDS: u64 = 12;

impl Proxy {
    fn before(server: &PgConnectOptions) -> Self {
        let directory = std::env::temp_dir().join(format!("es-{}", EventId::generate()));
        std::fs::create_dir(&directory).unwrap();
        let name = format!(".s.PGSQL.{}", server.get_port());
        let listener = UnixListener::bind(directory.join(&name)).unwrap();
        let cuts = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&cuts);
        let (host, port) = (server.get_host().to_owned(), server.get_port());
        let socket = server.get_socket().map(|directory| directory.join(name));
        tokio::spawn(async move {
            for connection in 1.. {
                let (client, _) = listener.accept().await.unwrap();
                let count = Arc::clone(&count);
                if let Some(socket) = &socket {
                    let server = UnixStream::connect(socket).await.unwrap();
                    tokio::spawn(relay(client, server, connection, count));
                } else {
                    let server = TcpStream::connect((host.as_str(), port)).await.unwrap();
                    tokio::spawn(relay(client, server, connection, count));
                }
            }
        });
        Self { directory, cuts }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Until either side goes, or a reply is lost.
async fn relay(
    client: UnixStream,
    server: impl AsyncRead + AsyncWrite + Send + 'static,
    connection: u64,
    cuts: Arc<AtomicUsize>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let requests = tokio::spawn(async move {
        // A client that goes away ends it, and so does the end of the relay.
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
    });
    let mut dice = Dice(connection.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut reply = vec![0; 65_536];
    // The first replies are those to the login.
    let mut replies = 0;
    while let Ok(length @ 1..) = from_server.read(&mut reply).await {
        replies += 1;
        if replies > 5 && dice.below(ODDS) == 0 {
            cuts.fetch_add(1, Ordering::Relaxed);
            break;
        }
        if to_client.write_all(&reply[..length]).await.is_err() {
            break;
        }
    }
    requests.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_that_are_lost_on_the_way_cost_no_event_and_double_none() {
    let fixture = fixture().await;
    let direct: PgConnectOptions = fixture.database.url().parse().unwrap();
    let proxy = Proxy::before(&direct);
    let through = direct.socket(&proxy.directory).ssl_mode(PgSslMode::Disable);
    let store = store_at(through).await;

    sell(&fixture, Repository::new(store)).await;

    assert!(proxy.cuts.load(Ordering::Relaxed) > 0);
}

/// Each request is sent by two clients at once, which send it again until they have an answer twice.
#[tokio::test(flavor = "multi_thread")]
async fn requests_over_lost_replies_and_killed_sessions_happen_once() {
    let fixture = fixture().await;
    let direct: PgConnectOptions = fixture.database.url().parse().unwrap();
    let proxy = Proxy::before(&direct);
    let through = direct.socket(&proxy.directory).ssl_mode(PgSslMode::Disable);
    let offices = Repository::<BoxOffice, _>::new(store_at(through).await);
    let nuisance = killing_sessions(&fixture);

    let mut clients = tokio::task::JoinSet::new();
    for client in 0..2 * SELLERS {
        let offices = offices.clone();
        clients.spawn(async move {
            let mut answers = Vec::new();
            for nth in 0..EACH / 5 {
                let id = es_core::RequestId::new(format!("{}-{nth}", client / 2)).unwrap();
                let mut told = Vec::new();
                while told.len() < 2 {
                    let sell = Sell { office: format!("office-{}", client / 2 % 2) };
                    if let Ok(done) = offices.execute_once(&id, sell).await {
                        told.push((done.version, done.events[0].id));
                    }
                }
                assert_eq!(told[0], told[1]);
                answers.push(told[0]);
            }
            answers
        });
    }
    let mut ids: Vec<_> = clients.join_all().await.into_iter().flatten().collect();

    assert!(nuisance.end().await > 0);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), SELLERS * EACH / 5, "one event for each request");
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 40);
}
