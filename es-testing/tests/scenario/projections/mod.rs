//! Scenarios of projections: what holds, and what is printed where it does not. Bless with
//! `UPDATE_EXPECT=1`.

mod balances;
mod context;
#[cfg(feature = "laws")]
mod laws;
mod models;
#[cfg(feature = "postgres")]
mod rows;

use std::panic::AssertUnwindSafe;
use std::thread;

use expect_test::ExpectFile;

/// The report of `scenario`, run as a test called `name`, without line numbers and colours.
fn check(name: &str, scenario: impl FnOnce() + Send + 'static, report: &ExpectFile) {
    let named = thread::Builder::new().name(format!("projections::{name}"));
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
        file.contains("tests/scenario/projections/"),
        "the place is that of the assertion: {place}"
    );
    assert!(line.parse::<u32>().is_ok(), "the place has a line: {place}");
    format!("{headline}      tests/balances.rs:LINE\n{story}")
}
