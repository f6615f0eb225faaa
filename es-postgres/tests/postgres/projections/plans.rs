//! The statements of projections, where there is much of everything: none scans what grows.

use std::fs;
use std::path::Path;
use std::time::Duration;

use es_core::projection::{ProjectionBatch, ProjectionStore};
use es_postgres::PgStore;
use es_postgres::sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::support::{Node, at, prepared, version};
use crate::support::{Fixture, fixture};

/// Arguments for each statement, as they stand in an EXECUTE.
fn arguments(statement: &str) -> &'static str {
    match statement {
        "number" => "('p7', 1)",
        "inline_path" => "('p7', 1, 'p7')",
        "inline_leave" => "('p7', 'none', 'p7')",
        "schemas" => "('{p7}')",
        "read_version" | "lock_versions" | "tables" | "versions" | "version_rows" => "('p7')",
        "names" => "",
        "dropped" => "('p7', 1, 7, 100)",
        "register" => {
            "('new', 1, 'serving', true, 'stream', '{}', false, gen_random_uuid(), 0, 0, 0)"
        }
        "heartbeat" => "('p7', 1, gen_random_uuid(), 1000, 0, null, 7, 'a', 'a/k', 0, 0)",
        "claim" => "('p7', 1, gen_random_uuid(), 1000, 64)",
        "release" => "('p7', 1, gen_random_uuid(), '{1,2}')",
        "deregister" => "('p7', 1, gen_random_uuid())",
        "park" => {
            "(7, '{1}', '{k1}', '{1}', '{1}', '{1}', ARRAY[gen_random_uuid()], '{1}', '{a}', '{1}', \
             '{1}', '{a}', '{k}', '{x}', '{null}', '{false}')"
        }
        "settle" => "(7, '{k1,k2}', '{1,2}')",
        "fail_again" => "(7, '{k1}', '{1}', '{x}', '{null}', '{false}', '{1}', '{null}')",
        "recompute_parked_heads" => "(7, '{k1,k2}')",
        "blocked" | "wait_for_newer" => "('p7', 1, '{1,2,3}')",
        "due" => "('p7', 1, '{1,2,3}', 100, '{a}', '{2}')",
        "set_types" => "('p7', 1, '{a}')",
        "parked" => "('p7', 1, 'k7', 0, 100)",
        "parked_keys" => "('p7', 1, 'k7', 100)",
        "replay" => "('p7', 1, 'k7')",
        "drop_parked" => "('p7', 1, 'k7', 7, 'why')",
        "stop" => "('p7', 1, 'why')",
        "set_state" => "('p7', 1, 'retired')",
        "dependents" | "grants" => "('p7', 'p7_v2')",
        "set_read" => "(7, true)",
        "effects_after" => "(7, '{1,2}', '{7,8}')",
        "take_all_slots" | "revoke" | "drop_version" | "forget_parked" => "(7)",
        other => panic!("sql/projections/{other}.sql is new: give it arguments here"),
    }
}

fn statements() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/projections");
    let entries = fs::read_dir(directory).unwrap();
    let statement = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    entries.map(statement).collect()
}

/// Fifty projections; two of them have parked 10,000 keys each, of three events.
async fn filled() -> Fixture {
    let fixture = fixture().await;
    let fill = "INSERT INTO es.projections (name, version, state, is_read, keyed_by, types, has_effects, incarnation, log_end)
                SELECT 'p' || n, 1, 'serving', true, 'stream', '{}', false, gen_random_uuid(), 0
                  FROM generate_series(1, 50) n;
                INSERT INTO es.leases (projection, slot, checkpoint)
                SELECT p.id, slot, 0 FROM es.projections p, generate_series(0, 63) slot;
                INSERT INTO es.projection_nodes
                SELECT p.id, gen_random_uuid(), now() FROM es.projections p, generate_series(1, 4);
                INSERT INTO es.parked (projection, key, position, slot, is_first, error, attempts, category,
                                       stream_key, version, recorded_at, id, schema_version, name, payload, metadata)
                SELECT p.id, 'k' || k, 10 * k + e, k % 64, e = 0, 'x', 1, 'a', 'k', 1, now(),
                       gen_random_uuid(), 1, 'a', to_json(repeat('x', 300)), '{}'
                  FROM es.projections p, generate_series(1, 10000) k, generate_series(0, 2) e
                 WHERE p.name IN ('p7', 'p8');
                ANALYZE es.projections; ANALYZE es.leases; ANALYZE es.projection_nodes; ANALYZE es.parked";
    fixture.pool.execute(fill).await.unwrap();
    fixture
}

async fn plan(connection: &mut PgConnection, name: &str, sql: &str, mode: &str) -> String {
    let sql = sql.trim().trim_end_matches(';');
    let prepare = format!("SET plan_cache_mode = {mode}; PREPARE {name} AS {sql};");
    connection.execute(AssertSqlSafe(prepare)).await.unwrap();
    let explain = format!("EXPLAIN EXECUTE {name} {}", arguments(name));
    let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut *connection).await.unwrap();
    connection.execute(AssertSqlSafe(format!("DEALLOCATE {name}"))).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_scans_what_is_parked_nor_the_slots_of_others() {
    let fixture = filled().await;
    let mut connection = PgConnection::connect(fixture.database.url()).await.unwrap();

    for (name, sql) in statements() {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let plan = plan(&mut connection, &name, &sql, mode).await;

            // These look at everything of a version, and here that is all there is.
            let is_of_all = ["forget_parked", "drop_version", "versions"].contains(&name.as_str());
            let parked = ["parked"].into_iter().filter(|_| !is_of_all);
            for table in ["leases", "events"].into_iter().chain(parked) {
                assert!(!plan.contains(&format!("Seq Scan on {table}")), "{name}, {mode}:\n{plan}");
            }
        }
    }
}

#[test]
fn every_statement_says_what_it_leans_on() {
    for (name, sql) in statements() {
        assert!(sql.starts_with("-- Leans on "), "{name}");
    }
}

/// A batch writes 64 rows of es.leases: on the page where they are, with no entry in an index. On a server
/// of its own, since a transaction in any database keeps the server from clearing away what was there.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_are_written_in_place() {
    let server = test_servers::TestServer::start();
    let pool = PgStore::pool_options().connect(&server.url("postgres")).await.unwrap();
    let store = PgStore::new(pool.clone());
    store.migrate().await.unwrap();
    let id = version(1);
    let kept = prepared(&store, &id).await;
    let node = Node::of(&kept, &id);
    let claims = node.claim(64).await;
    for position in 1..=200 {
        node.begin().await.commit(at(&claims, position)).await.unwrap();
    }
    kept.deregister(node.holder()).await.unwrap();

    let number = async |sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap()
    };
    // What a session has counted is told when it has nothing to do for a second.
    let told = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relid = 'es.leases'::regclass";
    while number(told).await < 64 * 202 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let elsewhere = "SELECT n_tup_upd - n_tup_hot_upd FROM pg_stat_user_tables \
                     WHERE relid = 'es.leases'::regclass";
    let elsewhere = number(elsewhere).await;
    let size = number("SELECT pg_relation_size('es.leases')").await;
    assert_eq!(elsewhere, 0, "so many of 12,928 writes wrote to the index as well");
    assert!(size <= 8 * 8192, "the table has {size} bytes");
}
