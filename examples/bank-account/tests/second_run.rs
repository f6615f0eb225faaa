//! On Postgres the history outlives the program.

use std::process::Command;

use es_testing::postgres::TestDatabase;

fn story(url: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bank-account"))
        .env("DATABASE_URL", url)
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn history_survives_a_second_run() {
    let database = TestDatabase::create().await;

    let first = story(database.url());
    let second = story(database.url());

    assert!(first.contains("Ada opens an account."), "{first}");
    assert!(second.contains("from an earlier run, with 3 events."), "{second}");
    assert!(second.contains("the balance is 170."), "{second}");
    assert!(second.contains("At version 2 the balance was 100."), "{second}");
}
