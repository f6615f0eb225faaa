//! What the rows of read models in Postgres are.

use es_core::prelude::*;
use es_core::{Project, ProjectError, Projection, ReadModel};
use es_testing::prelude::*;
use expect_test::{ExpectFile, expect_file};
use serde_json::json;
use sqlx::{Executor, PgConnection};

use super::balances::{Deposited, Opened, deposited, opened};
use super::check;

/// The balance of each account, as a row.
#[derive(Projection, Default)]
#[projection(name = "balances", version = 1, events(Opened, Deposited))]
struct Table;

impl ReadModel<PgConnection> for Table {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        let table = "CREATE TABLE account (name text PRIMARY KEY, owner text NOT NULL, \
                     cents bigint NOT NULL CHECK (cents < 1000), rank integer NOT NULL)";
        db.execute(table).await?;
        Ok(())
    }
}

impl Project<Opened, PgConnection> for Table {
    async fn project(
        &self,
        event: Recorded<Opened>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        // The rank is wrong on purpose: it depends on accounts of other keys.
        sqlx::query("INSERT INTO account SELECT $1, $2, 0, count(*) FROM account")
            .bind(event.stream.key().as_str())
            .bind(event.event.owner)
            .execute(db)
            .await?;
        Ok(())
    }
}

impl Project<Deposited, PgConnection> for Table {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        sqlx::query("UPDATE account SET cents = cents + $2 WHERE name = $1")
            .bind(event.stream.key().as_str())
            .bind(event.event.cents)
            .execute(db)
            .await?;
        Ok(())
    }
}

const BALANCES: &str = "SELECT owner, cents FROM account ORDER BY owner";

fn three() -> es_testing::projection::Given<Table> {
    Table::given_in("account/a", (opened("ada"), deposited(100)))
        .given_in("account/b", (opened("bob"), deposited(5)))
        .given_in("account/c", (opened("eve"), deposited(7)))
}

#[tokio::test]
async fn each_account_has_its_balance() {
    let expected = json!([
        {"owner": "ada", "cents": 100},
        {"owner": "bob", "cents": 5},
        {"owner": "eve", "cents": 7},
    ]);
    three().then_rows(BALANCES, expected).await;
}

#[tokio::test]
async fn tables_are_in_the_schema_of_the_projection() {
    three().then_rows("SELECT count(*) FROM balances.account;", json!([{"count": 3}])).await;
}

#[tokio::test]
async fn without_events_there_are_no_rows() {
    Table::given(()).then_rows(BALANCES, json!([])).await;
}

#[tokio::test]
async fn a_constraint_that_is_broken_can_be_expected() {
    Table::given((opened("ada"), deposited(1000)))
        .then_fails_in_database("violates check constraint \"account_cents_check\"")
        .await;
}

#[test]
fn balances_do_not_depend_on_who_makes_them() {
    three().given_in("account/a", (deposited(1), deposited(2))).laws().in_database(BALANCES);
}

/// As [`check`], of a scenario that waits.
fn check_async<F: Future<Output = ()>>(
    name: &str,
    scenario: impl FnOnce() -> F + Send + 'static,
    report: &ExpectFile,
) {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime starts").block_on(scenario());
    };
    check(name, run, report);
}

#[test]
fn other_rows() {
    let scenario = || {
        let expected = json!([
            {"owner": "ada", "cents": 70},
            {"owner": "bob", "cents": 5},
            {"owner": "zoe", "cents": 8},
        ]);
        three().then_rows(BALANCES, expected)
    };
    check_async("other_rows", scenario, &expect_file!["other_rows.txt"]);
}

#[test]
fn rows_in_another_order() {
    let scenario = || {
        let expected = json!([{"owner": "eve"}, {"owner": "ada"}, {"owner": "bob"}]);
        three().then_rows("SELECT owner\n  FROM account\n  ORDER BY owner", expected)
    };
    check_async("rows_in_another_order", scenario, &expect_file!["rows_in_another_order.txt"]);
}

#[test]
fn a_column_too_many() {
    let scenario = || {
        let expected = json!([{"owner": "ada", "cents": 100, "open": true}]);
        Table::given((opened("ada"), deposited(100)))
            .then_rows("SELECT owner, cents, rank FROM account", expected)
    };
    check_async("a_column_too_many", scenario, &expect_file!["a_column_too_many.txt"]);
}

#[test]
fn rows_that_depend_on_the_nodes() {
    let scenario = || three().laws().in_database("SELECT owner, rank FROM account ORDER BY owner");
    let report = expect_file!["rows_that_depend_on_the_nodes.txt"];
    check("rows_that_depend_on_the_nodes", scenario, &report);
}
