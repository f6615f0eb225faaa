//! The program: how it starts, stops, and lives with others on one database.

use std::process::{Command, Output};

use es_testing::postgres::TestDatabase;
use futures_util::future::join;
use serde_json::json;
use test_servers::TestServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::running::{Service, answered};

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
async fn what_was_asked_is_answered_before_it_ends() {
    let service = Service::in_memory().await;
    let address = service.address.strip_prefix("http://").expect("an address");
    let mut caller = TcpStream::connect(address).await.expect("a connection");
    // Waits for two seconds and is then told that it was in vain.
    let ask = "GET /orders HTTP/1.1\r\nhost: orders\r\nes-token: 999999999\r\n\r\n";
    caller.write_all(ask.as_bytes()).await.expect("written");
    answered(service.get("/health")).await;

    let (ended, _) = service.interrupt().await;

    let mut answer = String::new();
    caller.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(ended.success(), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_callers_are_told_to_come_back() {
    let server = TestServer::start();
    let service = Service::at(&server.url("postgres")).await;
    let placed = service.place("r-1", "ada").await;
    let order = format!("/orders/{}", placed.order());
    service.read(&order, &placed).await;
    server.stop_at_once();

    let asked = service.place("r-2", "bob").await;
    let read = answered(service.get(&order)).await;
    let health = answered(service.get("/health")).await;
    server.start_again();
    let again = service.place("r-2", "bob").await;

    assert_eq!((asked.status, read.status, health.status), (503, 503, 503));
    assert_eq!(again.status, 201);
    let all = service.read("/orders", &again).await;
    assert_eq!(all.body["orders"].as_array().map(Vec::len), Some(2));
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

#[tokio::test]
async fn the_same_request_to_two_processes_at_once_is_one() {
    let database = TestDatabase::create().await;
    let one = Service::on(&database).await;
    let other = Service::on(&database).await;

    for nth in 0..10 {
        let request = format!("r-{nth}");
        let (here, there) = join(one.place(&request, "ada"), other.place(&request, "ada")).await;

        assert_eq!((here.status, &here.body["version"]), (201, &json!(1)));
        assert_eq!(here, there);
    }
}

/// The next process gets the read model when the lease of the killed one is over; until then it serves
/// what it has, and tells those to come back who want more.
#[tokio::test]
async fn a_process_that_was_killed_is_replaced() {
    let database = TestDatabase::create().await;
    let service = Service::on(&database).await;
    service.place("r-1", "ada").await;
    service.kill().await;

    let service = Service::on(&database).await;
    let placed = service.place("r-2", "bob").await;

    let answer = service.read("/orders", &placed).await;
    assert_eq!(answer.body["orders"].as_array().map(Vec::len), Some(2));
}
