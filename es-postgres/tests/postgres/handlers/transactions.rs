//! The transaction of a batch is the framework's.

use es_core::projection::Projections;
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::PgConnectOptions;
use es_postgres::sqlx::{self, Executor, PgPool};

use super::support::{Deed, Stage, says, swallows};

/// Ada before and after, so that a batch that is broken off has rows of others in it.
async fn beside_others(deed: Deed) -> Stage {
    use Deed::Nothing;
    let deeds = [("ada", Nothing), ("bob", deed), ("cyd", Nothing), ("ada", Nothing)];
    let stage = Stage::of(&deeds).await;
    stage.run().await.stop().await;
    assert_eq!(stage.times("ada").await, 2, "events of others are counted once");
    assert_eq!(stage.times("cyd").await, 1, "events of others are counted once");
    stage
}

/// Nothing of bob is kept, and the reason says what to do.
async fn is_parked_with(deed: Deed, reason: &str) {
    let stage = beside_others(deed.clone()).await;

    assert_eq!(stage.times("bob").await, 0, "{deed:?} keeps nothing");
    let text = stage.reason("bob").await;
    assert!(text.contains(reason), "{deed:?}: {text}");
    assert!(text.contains("deeds v1") && text.contains("deed-done"), "{deed:?}: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nested_transaction_is_a_savepoint() {
    let kept = beside_others(Deed::Nests { commits: true }).await;
    let undone = beside_others(Deed::Nests { commits: false }).await;

    assert_eq!((kept.times("bob").await, undone.times("bob").await), (2, 1));
    assert!(kept.parked().await.is_empty() && undone.parked().await.is_empty());
}

const ENDED: &str = "the transaction is the framework's";

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_commits_keeps_nothing() {
    for sql in [
        "COMMIT",
        "COMMIT; BEGIN",
        "END",
        "COMMIT AND CHAIN",
        "PREPARE TRANSACTION 'mine'",
        "COMMIT; INSERT INTO deeds.deed VALUES ('bob', 1)",
    ] {
        is_parked_with(says(sql), ENDED).await;
        is_parked_with(swallows(sql), ENDED).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_rolls_back_keeps_nothing() {
    for sql in [
        "ROLLBACK",
        "ROLLBACK; BEGIN",
        "ROLLBACK AND CHAIN",
        "ABORT",
        "ROLLBACK; INSERT INTO deeds.deed VALUES ('bob', 1)",
    ] {
        is_parked_with(swallows(sql), ENDED).await;
    }
}

/// However a batch ended, whoever has its session next can write.
#[tokio::test(flavor = "multi_thread")]
async fn every_session_comes_back_as_it_was() {
    for deed in [Deed::LeavesBegin, Deed::Panics, swallows("ROLLBACK"), swallows("COMMIT")] {
        let stage = beside_others(deed).await;

        stage.fixture.every_session_writes().await;
        is_set_in_no_session(&stage.fixture.pool).await;
    }
}

/// A session that was told nothing goes on following the configuration of the server.
async fn is_set_in_no_session(pool: &PgPool) {
    let source = "SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only'";
    let mut all = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        let mut connection = pool.acquire().await.unwrap();
        let source: String = sqlx::query_scalar(source).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(source, "default");
        all.push(connection);
    }
}

/// The database says read-only and the service, in each of its sessions, that it writes.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_service_has_set_to_write_goes_on_writing() {
    for deed in [Deed::Nothing, swallows("ROLLBACK"), says("SELECT 1 / 0")] {
        let mut stage = Stage::of(&[("ada", Deed::Nothing), ("bob", deed)]).await;
        let address: PgConnectOptions = stage.fixture.database.url().parse().unwrap();
        let writes = PgStore::pool_options().after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute("SET default_transaction_read_only = off").await?;
                Ok(())
            })
        });
        let read_only = address.options([("default_transaction_read_only", "on")]);
        stage.fixture.pool = writes.max_connections(4).connect_with(read_only).await.unwrap();
        let store = PgStore::new(stage.fixture.pool.clone());
        stage.projections = Projections::new(store.clone(), store.projections());

        stage.run().await.stop().await;

        stage.fixture.every_session_writes().await;
    }
}
