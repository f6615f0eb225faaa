//! Calls that are kept and not polled, with a pool that has room for one or two.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{
    Holder, NodeId, ProjectionBackend, ProjectionStore, Registration, VersionState,
};
use es_core::{AppendError, InvalidAppend, ProjectionId, Selection, Start};
use es_postgres::PgStore;
use es_postgres::sqlx::PgConnection;
use es_testing::contract;
use es_testing::postgres::TestDatabase;
use futures_util::{StreamExt, stream};
use tokio::time::{sleep, timeout};

use crate::support::{append, begun, fixture};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "page-turned")]
struct Turned {}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "book", id = String, events(Turned))]
struct Book {
    page: u64,
}

impl Apply<Turned> for Book {
    fn apply(&mut self, _: Turned) {
        self.page += 1;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Book, any)]
struct Turn {
    #[command(id)]
    book: String,
}

impl Decide<Turn> for Book {
    type Events = Turned;

    fn decide(&self, _: Turn) -> Result<Turned, Self::Error> {
        Ok(Turned {})
    }
}

#[derive(Projection)]
#[projection(name = "pages", version = 1, events(Turned))]
struct Pages;

impl ReadModel<PgConnection> for Pages {}

impl Project<Turned, PgConnection> for Pages {
    async fn project(&self, _: Recorded<Turned>, _: &mut PgConnection) -> Result<(), ProjectError> {
        Ok(())
    }
}

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

async fn store_of(connections: u32) -> (PgStore, TestDatabase) {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().max_connections(connections);
    let store = PgStore::new(pool.connect(database.url()).await.unwrap());
    store.migrate().await.unwrap();
    (store, database)
}

/// The plainest way to go through a list, a command at a time.
async fn goes_through_a_list(store: PgStore) {
    let books = Repository::<Book, _>::new(store);
    let ids: Vec<_> = (0..24).map(|nth| format!("book-{}", nth % 6)).collect();
    let mut loaded = stream::iter(&ids).map(|id| books.load(id)).buffered(4);
    let through = async {
        let mut ids = ids.iter();
        while let (Some(book), Some(id)) = (loaded.next().await, ids.next()) {
            book.unwrap();
            books.execute(Turn { book: id.clone() }).await.unwrap();
        }
    };

    timeout(PATIENCE, through).await.expect("loads that nobody polls do not hold up the command");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_gone_through_whatever_the_pool() {
    for connections in [1, 2, 10] {
        let (store, _database) = store_of(connections).await;
        goes_through_a_list(store).await;
    }
}

#[test]
fn kept_appends_hold_nobody_up_on_one_connection_or_two() {
    contract::run(async || store_of(1).await, contract::kept::a_kept_append_holds_nobody_up);
    contract::run(async || store_of(2).await, contract::kept::a_kept_append_holds_nobody_up);
}

#[test]
fn kept_reads_hold_nobody_up_on_one_connection_or_two() {
    contract::run(async || store_of(1).await, contract::kept::a_kept_read_holds_nobody_up);
    contract::run(async || store_of(2).await, contract::kept::a_kept_read_holds_nobody_up);
}

#[test]
fn kept_transformations_hold_nobody_up_on_one_connection_or_two() {
    let test = contract::kept::a_kept_transformation_holds_nobody_up;
    contract::run(async || store_of(1).await, test);
    contract::run(async || store_of(2).await, test);
}

type Kept = Pin<Box<dyn Future<Output = ()>>>;

/// Calls of this store that the trait does not have.
fn calls(store: &PgStore) -> Vec<(&'static str, Kept)> {
    let (one, kept) = (store.clone(), store.projections());
    let id = ProjectionId::of::<Pages>();
    let mut calls: Vec<(&'static str, Kept)> = Vec::new();
    let call = one.clone();
    calls
        .push(("begin_incarnation", Box::pin(async move { drop(call.begin_incarnation().await) })));
    let call = one.clone();
    calls.push(("migrate", Box::pin(async move { drop(call.migrate().await) })));
    let call = one.clone();
    calls.push(("inline", Box::pin(async move { drop(call.inline(Pages).await) })));
    let call = one.clone();
    calls.push(("rebuild_inline", Box::pin(async move { drop(call.rebuild_inline(Pages).await) })));
    let call = one.clone();
    let history = (0..3)
        .map(|nth| Ok::<_, InvalidAppend>(append(&format!("i{nth}"), ExpectedVersion::Any, 1)));
    let history = stream::iter(history.collect::<Vec<_>>());
    calls.push(("import", Box::pin(async move { drop(call.import(history, |_| {}).await) })));
    let call = one.clone();
    calls.push((
        "a subscription",
        Box::pin(async move {
            let mut events = call.subscribe(Selection::log(), Start::Beginning);
            while events.next().await.is_some() {}
        }),
    ));
    let (call, of) = (kept.clone(), id.clone());
    calls.push(("swap", Box::pin(async move { drop(call.swap(&of).await) })));
    let (call, of) = (kept.clone(), id.clone());
    calls.push(("counts", Box::pin(async move { drop(call.counts(&of).await) })));
    let (call, of) = (kept.clone(), id.clone());
    calls.push(("stop", Box::pin(async move { drop(call.stop(&of, None).await) })));
    let (call, of) = (kept.clone(), id.clone());
    calls.push((
        "claim",
        Box::pin(async move {
            let (node, lease) = (NodeId::generate(), Duration::from_secs(1));
            drop(call.claim(Holder { id: &of, node, lease }, 64).await);
        }),
    ));
    let call = kept.clone();
    calls.push(("versions", Box::pin(async move { drop(call.versions(None).await) })));
    calls.push(("drop_version", Box::pin(async move { drop(kept.drop_version(&id).await) })));
    calls
}

/// Everybody else.
async fn goes_on(store: &PgStore, what: &str, polls: usize) {
    let others = async {
        for key in ["i0", "elsewhere"] {
            store.append(append(key, ExpectedVersion::Any, 1)).await?;
        }
        store.log_page(Cursor::START, 1).await?;
        store.projections().versions(None).await?;
        Ok::<_, AppendError>(())
    };
    timeout(PATIENCE, others)
        .await
        .unwrap_or_else(|_| panic!("{what}, polled {polls} times and kept, holds others up"))
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_store_has_beside_the_trait_holds_nobody_up() {
    for connections in [1, 2] {
        let (store, _database) = store_of(connections).await;
        let end = store.log_page(Cursor::START, 0).await.unwrap();
        let registration = Registration::new(ProjectionId::of::<Pages>(), end.incarnation);
        let state = store.projections().register(&registration).await.unwrap();
        assert_eq!(state, VersionState::Serving);
        let mut kept = Vec::new();
        for polls in 1..=5 {
            for (what, mut call) in calls(&store) {
                for _ in 0..polls {
                    let is_over =
                        poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready()));
                    if is_over.await {
                        call = Box::pin(std::future::pending());
                    }
                    sleep(Duration::from_millis(1)).await;
                }
                kept.push(call);
                goes_on(&store, what, polls).await;
            }
        }
    }
}

/// A service that holds the only connection of its pool for its own transaction waits for nobody but
/// itself; this shows that a kept append is not in its way.
#[tokio::test(flavor = "multi_thread")]
async fn a_kept_append_leaves_the_only_connection_to_the_service() {
    let fixture = fixture().await;
    let pool = PgStore::pool_options().max_connections(1);
    let pool = pool.connect(fixture.database.url()).await.unwrap();
    let store = PgStore::new(pool.clone());
    let kept = begun(|| store.append(append("a", ExpectedVersion::Any, 1)));

    let service = timeout(PATIENCE, pool.begin()).await.expect("there is a connection").unwrap();

    service.rollback().await.unwrap();
    kept.await.unwrap();
}
