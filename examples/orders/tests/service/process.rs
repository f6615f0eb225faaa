//! The program: how it starts, stops, and lives with others on one database.

use std::process::{Command, Output};

use es_testing::postgres::TestDatabase;
use serde_json::json;

use crate::running::Service;

fn run(arguments: &[&str], url: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_orders");
    let mut command = Command::new(program);
    command.args(arguments).env("DATABASE_URL", url).output().expect("the program runs")
}

#[test]
fn it_says_how_it_is_used() {
    let output = run(&["--help"], "");

    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{told}");
    assert!(told.contains("DATABASE_URL") && told.contains("--listen <ADDRESS>"), "{told}");
}

#[test]
fn a_database_that_is_away_is_told() {
    let output = run(&["--listen", "127.0.0.1:0"], "postgres://nobody@localhost:1/none");

    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with("orders: cannot open the database: "), "{told}");
}

#[tokio::test]
async fn an_address_that_is_taken_is_told() {
    let service = Service::in_memory().await;
    let taken = service.address.strip_prefix("http://").expect("an address").to_owned();

    let output = run(&["--listen", &taken], "");

    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with(&format!("orders: cannot listen on {taken}: ")), "{told}");
}

#[tokio::test]
async fn it_ends_when_it_is_interrupted() {
    let service = Service::in_memory().await;
    service.place("r-1", "ada").await;

    let (ended, last) = service.interrupt().await;

    assert!(ended.success(), "{ended}");
    assert_eq!(last.as_deref(), Some("stopped"));
}

#[tokio::test]
async fn what_is_in_postgres_is_there_after_a_restart() {
    let database = TestDatabase::create().await;
    let service = Service::on(&database).await;
    let placed = service.place("r-1", "ada").await;
    service.put("/customers/ada", json!({ "name": "Ada Lovelace" })).await;
    service.interrupt().await;

    let service = Service::on(&database).await;

    assert_eq!(service.place("r-1", "ada").await, placed);
    let read = service.read(&format!("/orders/{}", placed.order()), &placed).await;
    assert_eq!(read.body["customer_name"], "Ada Lovelace");
}

#[tokio::test]
async fn two_processes_on_one_database_are_one_service() {
    let database = TestDatabase::create().await;
    let one = Service::on(&database).await;
    let other = Service::on(&database).await;

    let placed = one.place("r-1", "ada").await;
    let read = other.read(&format!("/orders/{}", placed.order()), &placed).await;
    let again = other.place("r-1", "ada").await;

    assert_eq!(read.body["status"], "placed");
    assert_eq!(again, placed);
}
