//! Tests that the tree is the same, by whatever node and in whatever batches it is made.

use es_core::Projects;
use es_postgres::sqlx::Connection;
use es_testing::postgres::TestDatabase;
use es_testing::prelude::*;
use es_testing::projection::Given;
use serde_json::json;

use super::*;

fn content(digit: &str) -> Content {
    let content = json!({"mode": "100644", "blob": digit.repeat(40)});
    serde_json::from_value(content).expect("a mode and a blob")
}

fn added(digit: &str) -> Added {
    Added { content: content(digit), at: Timestamp::from_unix_micros(0) }
}

fn modified(digit: &str) -> Modified {
    Modified { content: content(digit), at: Timestamp::from_unix_micros(0) }
}

fn removed() -> Removed {
    Removed { at: Timestamp::from_unix_micros(0) }
}

fn three_files() -> Given<Files> {
    Files::given_in("file/README.md", (added("a"), modified("b"), removed(), added("c")))
        .given_in("file/docs/gone.md", (added("a"), removed()))
        .given_in("file/src/main.rs", (added("d"), modified("e")))
}

#[test]
fn a_map_does_not_depend_on_who_makes_it() {
    three_files().laws().in_memory::<Tree>();
}

#[test]
fn a_table_does_not_depend_on_who_makes_it() {
    three_files().laws().in_database("SELECT * FROM file ORDER BY path");
}

/// The row of `README.md`, and that of a file that is not there, after it was added.
async fn rows<Db: Send>(db: &mut Db) -> [Option<serde_json::Value>; 2]
where
    Files: ReadModel<Db>,
{
    let stream = "file/README.md".parse().expect("a stream");
    let event = Recorded::new(
        EventId::generate(),
        stream,
        Version(1),
        Position(1),
        Timestamp::from_unix_micros(0),
        Metadata::default(),
        added("a").into(),
    );
    let key = |text: &str| ProjectionKey::new(text).expect("a key");
    Files.create(db).await.expect("a table");
    Projects::project(&Files, event, db).await.expect("a row");
    let there = Files.rows_of(&key("file/README.md"), db).await.expect("a row");
    [there, Files.rows_of(&key("file/gone"), db).await.expect("no row")]
}

#[tokio::test]
async fn the_row_of_a_file_is_found_by_its_key() {
    let database = TestDatabase::create().await;
    let mut connection = PgConnection::connect(database.url()).await.expect("a connection");
    let (mode, blob) = ("100644", "a".repeat(40));

    let in_a_map = rows(&mut Tree::new()).await;
    let in_a_table = rows(&mut connection).await;

    assert_eq!(in_a_map, [Some(json!({"mode": mode, "blob": blob})), Some(json!(null))]);
    let row = json!({"path": "README.md", "mode": mode, "blob": blob});
    assert_eq!(in_a_table, [Some(row), Some(json!(null))]);
}
