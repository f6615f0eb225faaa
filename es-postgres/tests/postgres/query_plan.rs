//! Every statement of the store is prepared here, and none of them scans a table.

use std::fs;
use std::path::Path;

use es_postgres::sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::support::{Fixture, fixture};

const TABLES: [&str; 5] = ["streams", "events", "tags", "snapshots", "requests"];

/// Arguments for each statement, as they stand in an EXECUTE.
fn arguments(statement: &str) -> &'static str {
    match statement {
        "append" => {
            "('{account,account}', '{k7,new}', '{-1,0}', '{2,1}', '{1,1,2}', '{1,2,1}', \
             ARRAY[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()], \
             '{a,b,c}', '{1,1,1}', '{1,2,3}', '{null,null,null}', '{0,1}', false, null, \
             ARRAY[E'order:7\\nhot:1', '', 'hot:1'], '{}', '{}', '{}', 0)"
        }
        "append_one" => {
            "('account', 'k7', -1, ARRAY[gen_random_uuid(), gen_random_uuid()], \
             '{a,b}', '{1,1}', '{1,2}', '{null,null}', 0)"
        }
        "append_next" => "('account', 'k7', 10, gen_random_uuid(), 'a', 1, '1', 'null', 0)",
        "append_next_each" => {
            "('{account,account}', '{k7,k8}', '{10,10}', \
             ARRAY[gen_random_uuid(), gen_random_uuid()], '{a,b}', '{1,1}', '{1,2}', '{null,null}', 0)"
        }
        "append_next_all" => {
            "('{account,account,account}', '{k7,k8,k9}', '{10,10,10}', \
             ARRAY[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()], '{a,b,c}', '{1,1,1}', \
             '{1,2,3}', '{null,null,null}', 0, '{0,0,1}')"
        }
        "append_one_tagged" => {
            "('account', 'k7', -1, ARRAY[gen_random_uuid(), gen_random_uuid()], \
             '{a,b}', '{1,1}', '{1,2}', '{null,null}', ARRAY[E'order:7\\nhot:1'], 0)"
        }
        "append_once" => {
            "('account', 'k7', -1, ARRAY[gen_random_uuid(), gen_random_uuid()], \
             '{a,b}', '{1,1}', '{1,2}', '{null,null}', ARRAY[E'order:7\\nhot:1'], 0, \
             'account', 'r7', 7, '{}')"
        }
        "find_request" => "('account', 'r7', 604800)",
        "answer_request" => "('account', 'r7', 7, '{}', '{}', false)",
        "lock_request" => "('account', 'r7', true)",
        "due_requests" => "(604800)",
        "lock_streams" => "('{account,account}', '{k7,k8}', '{1,0}', false, '{order:7}', '{true}')",
        "fold_after" | "stream_after" => "('account', 'k7', 2, 500)",
        "stream_before" => "('account', 'k7', 9223372036854775807, 500)",
        "fold_pages" | "stream_pages" => "('{account,account}', '{k7,k8}', '{2,0}', 64)",
        "log_after" => "(30000, 60000, 500)",
        "log_before" => "(9223372036854775807, 60000, 500)",
        "gate_holder" | "safe" | "written" | "replayed" | "stores" | "held_up" | "event_tags" => "",
        "schema_objects" => "('es')",
        "snapshot_page" => "('account', 'k7', 7, 9223372036854775807, 500)",
        "save_snapshot" => "('account', 'k7', 7, 10, 70, '{}', 2)",
        "migrated" | "turn_requests" => "(1)",
        "begin_incarnation" => "(gen_random_uuid())",
        "query_page" => "(30000, 500, '{0,1,1}', '{order:7,order:7,hot:1}', '{1}', '{a}')",
        "query_page_by_type" => {
            "(30000, 500, '{0,1,1}', '{order:7,order:7,hot:1}', '{1,2}', '{a,b}')"
        }
        "select_log" => "(30000, 40000, '{b,stream-transformed}', 500)",
        "select_category" => "(30000, 40000, 'account', null, 500)",
        "select_stream" => "('account', 'k7', 30000, 60000, '{b,stream-transformed}', 10000, 500)",
        "select_tags" => "(30000, 60000, '{order:7,hot:1}', '{a}', 10000, 500)",
        "notify" => "('7')",
        "condition" => "(30000, '{30001}', '{0,1,1}', '{order:7,order:7,hot:1}', '{1,2}', '{a,b}')",
        "stream_versions" => "('{account,account}', '{k7,k8}')",
        "stream_tags" | "name_stream" => "('account', 'k7')",
        "archive_stream" => "('account', 'k7', 'account~11')",
        "untag" | "retag_events" => "('{30001,30002}', '{hot:1,hot:1}')",
        "write_copies" => {
            "('account', 'k7', 11, '{61,62}', ARRAY[gen_random_uuid(), gen_random_uuid()], \
             '{a,b}', '{1,1}', '{1,2}', '{null,null}', ARRAY[E'order:7\\nhot:1'])"
        }
        "tag_gate" => "(false)",
        "tag_missing" => "('nobody', 'order', 60000)",
        "tag_state" => "('a', 'order', 'complete')",
        "retag_begin" => "('{a,b}', '{order,hot}')",
        "retag_state" => "('{a,b}', '{order,hot}', 7)",
        "known_events" => "(ARRAY[gen_random_uuid(), gen_random_uuid()])",
        other => panic!("sql/{other}.sql is new: give it arguments here"),
    }
}

fn statements() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let mut statements: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        // Those of projections are looked at with projections.
        .filter(|path| path.is_file())
        // A block of PL/pgSQL has no plan.
        .filter(|path| !path.ends_with("forget_prepared.sql"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    statements.sort();
    statements
}

async fn filled() -> Fixture {
    let fixture = fixture().await;
    fixture
        .pool
        .execute(
            "INSERT INTO es.streams (category, key) SELECT 'account', 'k' || n FROM generate_series(1, 6000) n;
             INSERT INTO es.events
             SELECT nextval('es.events_position_seq'), s.id, v, now(), gen_random_uuid(), 1, 'a', '{}', '{}'
               FROM es.streams s, generate_series(1, 10) v;
             INSERT INTO es.tags
             SELECT position, tag FROM es.events,
                    LATERAL (VALUES ('order:' || position % 6000), ('hot:1')) AS of_event (tag);
             INSERT INTO es.snapshots
             SELECT s.id, v, 7, 10 * s.id, '{}' FROM es.streams s, generate_series(5, 10, 5) v;
             INSERT INTO es.requests
             SELECT n % 2, 'account', 'r' || n, n, '{}', '{}', now() FROM generate_series(1, 6000) n;
             ANALYZE es.requests; ANALYZE es.streams; ANALYZE es.events; ANALYZE es.tags; ANALYZE es.snapshots",
        )
        .await
        .unwrap();
    fixture
}

async fn plan(connection: &mut PgConnection, name: &str, sql: &str, mode: &str) -> String {
    explained(connection, name, sql, mode, "EXPLAIN", arguments(name)).await
}

async fn explained(
    connection: &mut PgConnection,
    name: &str,
    sql: &str,
    mode: &str,
    explain: &str,
    arguments: &str,
) -> String {
    let sql = sql.trim().trim_end_matches(';');
    connection
        .execute(AssertSqlSafe(format!("SET plan_cache_mode = {mode}; PREPARE {name} AS {sql};")))
        .await
        .unwrap();
    let explain = format!("{explain} EXECUTE {name} {arguments}");
    let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut *connection).await.unwrap();
    connection.execute(AssertSqlSafe(format!("DEALLOCATE {name}"))).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_scans_a_table() {
    let fixture = filled().await;
    let mut connection = PgConnection::connect(fixture.database.url()).await.unwrap();

    for (name, sql) in statements() {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let plan = plan(&mut connection, &name, &sql, mode).await;

            // They read all tags, or the log, and say so.
            let tables = match &*name {
                "stream_tags" => ["streams", "events"].as_slice(),
                "tag_missing" => &["streams"],
                _ => &TABLES,
            };
            for table in tables {
                assert!(!plan.contains(&format!("Seq Scan on {table}")), "{name}, {mode}:\n{plan}");
            }
        }
    }
}

/// The hot tag is on every event and comes first by its name; the query reads the ten events of the
/// other one.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_several_tags_reads_the_sparsest() {
    let fixture = filled().await;
    let mut connection = PgConnection::connect(fixture.database.url()).await.unwrap();

    for (name, before) in
        [("query_page", "0, 500"), ("query_page_by_type", "0, 500"), ("condition", "0, '{}'")]
    {
        let sql = statements().into_iter().find(|statement| statement.0 == name).unwrap().1;
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let arguments =
                format!("({before}, '{{0,0,0}}', '{{hot:1,hot:1,order:7}}', '{{}}', '{{}}')");
            let explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)";

            let plan = explained(&mut connection, name, &sql, mode, explain, &arguments).await;

            let most =
                plan.lines().filter(|line| line.contains("on tags")).map(rows).max().unwrap();
            assert!(most <= 256, "{name}, {mode}: {most} rows:\n{plan}");
        }
    }
}

/// Nothing is found, and no more than a window is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_rare_selection_looks_at_no_more_than_a_window() {
    let fixture = filled().await;
    let mut connection = PgConnection::connect(fixture.database.url()).await.unwrap();

    for (name, arguments, window) in [
        ("select_log", "(30000, 40000, '{b}', 500)", 10_000),
        ("select_category", "(30000, 40000, 'order', null, 500)", 10_000),
        ("select_category", "(30000, 40000, 'account', '{b}', 500)", 10_000),
        ("select_tags", "(10000, 60000, '{hot:1}', '{b}', 10000, 500)", 10_000),
        ("select_tags", "(0, 60000, '{hot:1,order:7}', null, 10000, 500)", 256),
        ("select_stream", "('account', 'k7', 30000, 60000, '{b}', 10000, 500)", 10),
        ("select_stream", "('account', 'k7', 0, 60000, null, 3, 3)", 5),
    ] {
        let sql = statements().into_iter().find(|statement| statement.0 == name).unwrap().1;
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)";

            let plan = explained(&mut connection, name, &sql, mode, explain, arguments).await;

            let of_tables = |line: &&str| line.contains("on events") || line.contains("on tags");
            let most = plan.lines().filter(of_tables).map(rows).max().unwrap();
            assert!(most <= window, "{name} {arguments}, {mode}: {most} rows:\n{plan}");
            let removed = plan.lines().filter(|line| line.contains("Rows Removed by Filter"));
            let removed =
                removed.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
            let removed = removed.max().unwrap_or(0);
            assert!(removed <= window, "{name} {arguments}, {mode}: {removed} removed:\n{plan}");
            assert!(!plan.contains("Seq Scan on events"), "{name} {arguments}, {mode}:\n{plan}");
        }
    }
}

/// From `… (actual rows=7 loops=1)`, with or without decimals.
fn rows(line: &str) -> u64 {
    let rows = line.split("rows=").nth(1).unwrap_or("0");
    rows.split([' ', '.']).next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_would_be_seen() {
    let fixture = filled().await;
    let mut connection = PgConnection::connect(fixture.database.url()).await.unwrap();

    let plan =
        plan(&mut connection, "safe", "SELECT * FROM es.events WHERE name = 'b'", "auto").await;

    assert!(plan.contains("Seq Scan on events"), "{plan}");
}

#[test]
fn every_statement_says_what_it_leans_on() {
    for (name, sql) in statements() {
        assert!(sql.starts_with("-- Leans on "), "{name}");
    }
}
