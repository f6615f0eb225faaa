//! The statements of sagas, where there are many instances: none scans them all.

use std::fs;
use std::path::Path;

use es_postgres::sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::support::fixture;

/// Arguments for each statement, as they stand in an EXECUTE, and the index that it leans on.
fn arguments(statement: &str) -> (&'static str, &'static str) {
    match statement {
        "rows" => ("('s7', '{k1,k2}')", "sagas_pkey"),
        "unattended" => ("('s7', '{1,2,3}', 'k5', 100)", "sagas_attempt_idx"),
        "due" => {
            ("('s7', '{1,2,3}', 1800000000000000, 100, 1700000000000000, 'k5')", "sagas_due_idx")
        }
        "list" => ("('s7', 'k5', null, null, 100)", "sagas_pkey"),
        "of_phase" => ("('s7', 'k5', null, null, 100, 'requires-intervention')", "sagas_phase_idx"),
        "save" => (
            "('s7', '{k1}', '{1}', '{9}', '{7}', '{1}', '{forward}', '{pay}', '{1}', '{attempt}', '{1}', '{null}', \
             '{1}', '{1}', '{null}')",
            "sagas_pkey",
        ),
        other => panic!("sql/sagas/{other}.sql is new: give it arguments here"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_scans_all_instances() {
    let fixture = fixture().await;
    let fill = "INSERT INTO es.sagas (saga, key, slot, version, heard, saga_version, phase, step, attempt, waits, due,
                                      since, started_at, ended_at)
                SELECT 's' || s, 'k' || k, k % 64, 9, 7, 1,
                       CASE WHEN k % 1000 = 0 THEN 'requires-intervention' WHEN k % 10 = 0 THEN 'forward'
                            ELSE 'completed' END,
                       CASE WHEN k % 10 = 0 THEN 'pay' END, 1,
                       CASE WHEN k % 1000 <> 0 AND k % 20 = 0 THEN 'attempt' WHEN k % 1000 <> 0 AND k % 10 = 0 THEN 'time' END,
                       CASE WHEN k % 1000 <> 0 AND k % 10 = 0 THEN now() + k * interval '1 second' END,
                       now(), now(), CASE WHEN k % 10 <> 0 THEN now() END
                  FROM generate_series(1, 10) s, generate_series(1, 20000) k;
                ANALYZE es.sagas";
    fixture.pool.execute(fill).await.unwrap();
    let mut connection = PgConnection::connect(fixture.database.url()).await.unwrap();

    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/sagas")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let sql = fs::read_to_string(&path).unwrap();
        let (arguments, index) = arguments(&name);
        assert!(sql.starts_with(&format!("-- Leans on {index}.")), "{name} says what it leans on");
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let prepare = format!(
                "SET plan_cache_mode = {mode}; PREPARE {name} AS {}",
                sql.trim().trim_end_matches(';')
            );
            connection.execute(AssertSqlSafe(prepare)).await.unwrap();
            let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE {name} {arguments}"));
            let rows = sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap();
            let plan: String = rows.iter().map(|row| row.get::<String, _>(0) + "\n").collect();
            connection.execute(AssertSqlSafe(format!("DEALLOCATE {name}"))).await.unwrap();

            assert!(!plan.contains("Seq Scan on sagas"), "{name}, {mode}:\n{plan}");
            assert!(name == "save" || plan.contains(index), "{name}, {mode}:\n{plan}");
        }
    }
}
