//! An append that stays open holds all readers of the log up: health says so, and who it is.

use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{HealthState, Projections, Thresholds};
use es_postgres::PgStore;
use es_postgres::sqlx;
use tokio::time::timeout;

use crate::support::{append, exact, fixture};

#[tokio::test(flavor = "multi_thread")]
async fn an_open_append_is_named_with_its_session() {
    let fixture = fixture().await;
    let projections = Projections::new(fixture.store.clone(), fixture.store.projections());
    fixture.put("a", exact(0), 1).await.unwrap();
    let mut open = fixture.pool.begin().await.unwrap();
    sqlx::query("SET LOCAL application_name = 'billing'").execute(&mut *open).await.unwrap();
    fixture.store.append_within(&mut open, append("b", exact(0), 1)).await.unwrap();

    assert_eq!(fixture.store.held_up().await.unwrap(), None, "nothing waits behind it");
    fixture.put("c", exact(0), 2).await.unwrap();
    let limit = Duration::from_millis(10);
    let held_up = async {
        loop {
            let held_up = fixture.store.held_up().await.unwrap().expect("events wait");
            if held_up.time > limit {
                break held_up;
            }
        }
    };
    let held_up = timeout(Duration::from_secs(20), held_up).await.expect("time goes by");
    let strict = Thresholds::default().with_time(limit);
    let health = projections.health(&strict).await.unwrap();
    let patient = projections.health(&Thresholds::default()).await.unwrap();
    open.commit().await.unwrap();

    assert_eq!((held_up.position, held_up.behind), (Position(1), 3));
    assert!(held_up.by.contains("application_name: billing; idle in transaction"), "{held_up}");
    assert_eq!(health.state, HealthState::Warn);
    assert!(
        health.to_string().contains("the log has been held up at position 1 for 0 s"),
        "{health}"
    );
    assert_eq!(patient.state, HealthState::Ok);
    assert_eq!(fixture.store.held_up().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_open_appends_the_oldest_is_named() {
    let fixture = fixture().await;
    let mut open = Vec::new();
    for (key, name) in [("a", "SET LOCAL application_name = 'first'"), ("b", "SELECT 1")] {
        let mut tx = fixture.pool.begin().await.unwrap();
        sqlx::query(name).execute(&mut *tx).await.unwrap();
        fixture.store.append_within(&mut tx, append(key, exact(0), 1)).await.unwrap();
        open.push(tx);
    }
    fixture.put("c", exact(0), 1).await.unwrap();

    let held_up = fixture.store.held_up().await.unwrap().unwrap();

    assert_eq!(held_up.position, Position(0));
    assert!(held_up.by.contains("application_name: first"), "{held_up}");
}

/// A role that may not see the sessions of others is told so, and what to do.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn with_the_least_rights_the_session_is_named_and_not_its_age() {
    let server = test_servers::TestServer::start();
    let pool = PgStore::pool_options().connect(&server.url("postgres")).await.unwrap();
    let owner = PgStore::new(pool.clone());
    owner.migrate().await.unwrap();
    let roles = "CREATE ROLE es_writer; CREATE ROLE es_reader; CREATE ROLE es_owner";
    sqlx::raw_sql(roles).execute(&pool).await.unwrap();
    sqlx::raw_sql(include_str!("../../../roles.sql")).execute(&pool).await.unwrap();
    let reader = PgStore::new(crate::roles::pool_of(&server, "es_reader").await);
    let mut open = pool.begin().await.unwrap();
    owner.append_within(&mut open, append("b", exact(0), 1)).await.unwrap();
    owner.append(append("c", exact(0), 2)).await.unwrap();

    let held_up = reader.held_up().await.unwrap().unwrap();

    assert!(held_up.by.contains("grant it `pg_read_all_stats`"), "{held_up}");
    open.rollback().await.unwrap();
}
