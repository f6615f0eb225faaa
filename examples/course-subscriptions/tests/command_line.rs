//! The program as its users run it.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_course-subscriptions");
    Command::new(program).args(arguments).output().expect("the program runs")
}

#[test]
fn no_rule_is_broken() {
    let output = run(&[]);

    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{told}");
    assert!(told.contains("12 attend."), "{told}");
    assert!(told.ends_with("audit: 14 subscriptions, 0 against the rules\n"), "{told}");
}

#[test]
fn a_database_that_is_away_is_told() {
    let output = run(&["--database-url", "postgres://nobody@localhost:1/none"]);

    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with("course-subscriptions: "), "{told}");
}
