//! What a failing scenario prints. Bless with `UPDATE_EXPECT=1`.

mod decisions;
mod events;
#[expect(clippy::option_option, reason = "this is what a report is about")]
mod losses;
mod predicates;
mod read_back;
mod refusals;
mod sagas;

use std::panic::AssertUnwindSafe;
use std::thread;

use expect_test::ExpectFile;

use crate::fixture::*;

/// The report of `scenario`, run as a test called `name`, without line numbers and colours.
fn check(name: &str, scenario: impl FnOnce() + Send + 'static, report: &ExpectFile) {
    let named = thread::Builder::new().name(format!("reports::{name}"));
    let panic = named
        .spawn(AssertUnwindSafe(scenario))
        .expect("a thread starts")
        .join()
        .expect_err("the scenario fails");
    let text = panic.downcast::<String>().expect("a report is text");
    report.assert_eq(&format!("{}\n", without_line(&without_colour(&text))));
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

fn without_line(text: &str) -> String {
    let (headline, story) = text.split_once('\n').expect("a report has several lines");
    let (headline, place) = headline.rsplit_once("      ").expect("six spaces before the place");
    let (file, line) = place.rsplit_once(':').expect("a line after the file");
    assert!(
        file.contains("tests/scenario/reports/"),
        "the place is that of the assertion: {place}"
    );
    assert!(line.parse::<u32>().is_ok(), "the place has a line: {place}");
    format!("{headline}      tests/account.rs:LINE\n{story}")
}

fn a_thousand() -> (Opened, Deposited) {
    (opened(), deposited(1000))
}

fn withdrawn(cents: i64, balance: i64) -> Withdrawn {
    Withdrawn { cents, balance }
}

fn left(cents: i64) -> Account {
    Account { cents, overdraft: 0, open: true }
}
