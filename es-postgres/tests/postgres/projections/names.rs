//! Names that fall together, and schemas that are there already.

use es_core::ProjectionId;
use es_core::projection::{ProjectionStore, RegisterError, Registration};
use es_postgres::sqlx;
use es_postgres::sqlx::Executor;

use super::support::{incarnation, named, prepared};
use crate::support::{Fixture, fixture};

async fn refused(fixture: &Fixture, id: ProjectionId) -> RegisterError {
    let registration = Registration::new(id, incarnation(&fixture.store).await);
    fixture.store.projections().register(&registration).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_that_share_a_schema_are_refused() {
    let fixture = fixture().await;
    prepared(&fixture.store, &named("top-ten", 1)).await;

    let alike = refused(&fixture, named("top.ten", 1)).await;
    let like_a_version = refused(&fixture, named("top_ten_v2", 1)).await;

    assert_eq!(
        alike.to_string(),
        "`top.ten v1` and `top-ten` would both keep their rows in `top_ten`: give one another name"
    );
    assert!(matches!(like_a_version, RegisterError::SameName { .. }), "{like_a_version:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.projections").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_somebody_elses_is_left_alone() {
    let fixture = fixture().await;
    fixture.pool.execute("CREATE SCHEMA billing").await.unwrap();

    let taken = refused(&fixture, named("billing", 1)).await;
    let reserved = refused(&fixture, named("pg-stats", 1)).await;

    assert_eq!(
        taken.to_string(),
        "`billing v1` would keep its rows in `billing`, which is there and is no projection's: \
         give the projection another name, or move what is there"
    );
    assert!(matches!(reserved, RegisterError::PlaceTaken { .. }), "{reserved:?}");
}

/// A service may hide its tables behind an empty search path.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_a_search_path_finds_the_tables() {
    let fixture = fixture().await;
    let hide = format!("ALTER DATABASE {} SET search_path = ''", fixture.database.name());
    fixture.pool.execute(sqlx::AssertSqlSafe(hide)).await.unwrap();
    let store = es_postgres::PgStore::connect(fixture.database.url()).await.unwrap();

    prepared(&store, &named("top-totals", 1)).await;

    assert_eq!(fixture.number("SELECT count(*) FROM top_totals.seen").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_needs_quotes_is_refused() {
    let fixture = fixture().await;

    let capital = refused(&fixture, named("Totals", 1)).await;
    let keyword = refused(&fixture, named("user", 1)).await;

    assert_eq!(
        capital.to_string(),
        "`Totals v1` would keep its rows in `Totals`, which SQL finds only in quotes: give the projection a \
         name of lower-case letters that is no keyword of SQL"
    );
    assert!(matches!(keyword, RegisterError::NeedsQuotes { .. }), "{keyword:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.projections").await, 0);
}

/// One that was registered by an earlier release goes on, in all its versions; its like is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_capitals_that_is_known_goes_on() {
    let fixture = fixture().await;
    prepared(&fixture.store, &named("totals", 1)).await;
    let rename =
        "UPDATE es.projections SET name = 'Totals'; ALTER SCHEMA totals RENAME TO \"Totals\"";
    fixture.pool.execute(rename).await.unwrap();

    prepared(&fixture.store, &named("Totals", 2)).await;
    let alike = refused(&fixture, named("totals", 1)).await;

    assert_eq!(
        alike.to_string(),
        "`totals v1` and `Totals` differ only in upper and lower case, and SQL reads both alike: give one \
         another name"
    );
}

/// The name of the store's schema comes in front.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_too_long_for_a_schema_is_refused() {
    let fixture = fixture().await;
    let schema = es_postgres::SchemaName::new("s".repeat(32)).unwrap();
    let store = es_postgres::PgStore::with_options(
        fixture.pool.clone(),
        es_postgres::PgStoreOptions::new().with_schema(schema),
    );
    store.migrate().await.unwrap();
    let registration = Registration::new(named(&"p".repeat(40), 1), incarnation(&store).await);

    let refused = store.projections().register(&registration).await.unwrap_err();

    assert!(matches!(refused, RegisterError::PlaceTooLong { max: 63, .. }), "{refused:?}");
}
