//! The program as its users run it.

use std::process::{Command, Output};

use es_testing::postgres::TestDatabase;

fn run(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_course-subscriptions");
    Command::new(program).args(arguments).output().expect("the program runs")
}

/// Runs it, expects that it is content, and answers with what it told.
fn story(arguments: &[&str]) -> String {
    let output = run(arguments);
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{failed}");
    told
}

#[test]
fn no_rule_is_broken() {
    let told = story(&[]);

    assert!(told.contains("12 attend."), "{told}");
    assert!(told.ends_with("audit: 14 subscriptions, 0 against the rules\n"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rule_is_broken_in_a_database_that_holds_many_stories() {
    let database = TestDatabase::create().await;

    let first = story(&["--database-url", database.url()]);
    let second = story(&["--database-url", database.url()]);

    assert!(first.contains("12 attend.") && second.contains("12 attend."), "{first}{second}");
    assert!(first.ends_with("audit: 14 subscriptions, 0 against the rules\n"), "{first}");
    assert!(second.ends_with("audit: 28 subscriptions, 0 against the rules\n"), "{second}");
}

#[test]
fn a_database_that_is_away_is_told() {
    let output = run(&["--database-url", "postgres://nobody@localhost:1/none"]);

    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with("course-subscriptions: "), "{told}");
}
