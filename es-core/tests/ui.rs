//! Mistakes in annotations, each with the one error that a newcomer meets; and surprising code that
//! compiles.
//!
//! One folder a kind of mistake, one file a mistake, whose name says what is wrong. The texts are
//! those of the compiler in `rust-toolchain.toml`. Write them anew with `TRYBUILD=overwrite`, then
//! read the difference as someone who has never seen this crate.

use std::fs;
use std::path::{Path, PathBuf};

const CASES: &str = "tests/ui";
const SOUND: &str = "pass";

/// Cases in which the compiler says its sentence more than once, and why that cannot be helped.
const REPEATED: [(&str, usize); 2] = [
    // The attribute macro that tells of a missing derive is another meaning of the word, and the
    // compiler has a sentence for the order besides.
    ("missing-derive/an_annotation_above_its_derive.rs", 2),
    // `Command::aggregate_id` names the id of the aggregate, which has none if it is no aggregate.
    ("wrong-aggregate/an_event_that_shall_decide.rs", 2),
];

#[test]
fn each_mistake_has_its_sentence() {
    let cases = trybuild::TestCases::new();
    for case in mistakes() {
        cases.compile_fail(case);
    }
    for case in sound() {
        cases.pass(case);
    }
    cases.pass(a_long_list_of_long_names());
}

#[test]
fn many_mistakes_and_surprises_are_held_still() {
    assert!(mistakes().len() >= 45, "{} mistakes", mistakes().len());
    assert!(sound().len() >= 10, "{} sound cases", sound().len());
}

#[test]
fn a_mistake_fits_twenty_lines() {
    for case in mistakes() {
        let lines = text(&case).lines().count();
        assert!(lines <= 20, "{} has {lines} lines", case.display());
    }
}

#[test]
fn a_mistake_meets_one_error() {
    for case in mistakes() {
        let known = REPEATED.iter().find(|(name, _)| case.ends_with(name));
        let allowed = known.map_or(1, |(_, errors)| *errors);
        let told = text(&case.with_extension("stderr"));
        let errors = told.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, allowed, "{}:\n{told}", case.display());
    }
}

#[test]
fn a_mistake_meets_no_warning_and_no_source_of_the_standard_library() {
    for case in mistakes() {
        let told = text(&case.with_extension("stderr"));
        let is_noise = |line: &&str| line.starts_with("warning") || line.contains("$RUST");
        assert_eq!(told.lines().find(is_noise), None, "{}", case.display());
    }
}

/// A case that would be long to read: 250 events, whose names differ in their last three bytes.
fn a_long_list_of_long_names() -> PathBuf {
    let numbers = || 0..250;
    let events = numbers().map(|nth| {
        format!(
            "#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]\n\
             #[event(name = \"{:c<97}{nth:03}\")]\n\
             struct Changed{nth};\n",
            ""
        )
    });
    let variants = numbers().map(|nth| format!("    Changed{nth}(Changed{nth}),\n"));
    let text = format!(
        "use es_core::prelude::*;\n\n\
         {}\n\
         #[derive(EventSet)]\n\
         enum Change {{\n{}}}\n\n\
         fn main() {{\n    assert_eq!(Change::EVENTS.len(), 250);\n}}\n",
        events.collect::<String>(),
        variants.collect::<String>()
    );
    let case = Path::new(env!("CARGO_TARGET_TMPDIR")).join("a_long_list_of_long_names.rs");
    fs::write(&case, text).expect("the folder for temporary files is writable");
    case
}

fn mistakes() -> Vec<PathBuf> {
    let kinds = entries(Path::new(CASES)).into_iter();
    let kinds = kinds.filter(|kind| kind.is_dir() && !kind.ends_with(SOUND));
    kinds.flat_map(|kind| cases(&kind)).collect()
}

fn sound() -> Vec<PathBuf> {
    cases(&Path::new(CASES).join(SOUND))
}

fn cases(kind: &Path) -> Vec<PathBuf> {
    let is_case = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    entries(kind).into_iter().filter(is_case).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folders of cases are there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
