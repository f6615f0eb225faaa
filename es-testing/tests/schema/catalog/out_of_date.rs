//! The files of a catalog beside what is made now.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use es_testing::catalog::{compare, files, write};
use expect_test::expect_file;

use super::domain::account;

/// A crate whose catalog has just been written.
fn a_crate(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if root.exists() {
        fs::remove_dir_all(&root).unwrap();
    }
    write(&root.join("docs"), &files("bank", &[account()])).unwrap();
    root
}

fn is_current(root: &Path) -> Result<(), String> {
    let root = root.to_str().unwrap();
    let compare = AssertUnwindSafe(|| compare("bank", root, "docs", &[account()]));
    catch_unwind(compare).map_err(|panic| {
        let report = without_colour(&panic.downcast::<String>().unwrap());
        let (_, files) = report.split_once('\n').unwrap();
        files.to_owned()
    })
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[test]
fn what_was_just_written_is_current() {
    let root = a_crate("just_written");

    assert_eq!(is_current(&root), Ok(()));
}

#[test]
fn each_file_that_is_not_current_is_named() {
    let root = a_crate("not_current");
    let events = root.join("docs/events");
    fs::remove_file(root.join("docs/model.mmd")).unwrap();
    let schema = events.join("money-deposited/v1.schema.json");
    let text = fs::read_to_string(&schema).unwrap();
    fs::write(&schema, text.replace("\"cents\"", "\"euros\"")).unwrap();
    fs::create_dir(events.join("forgotten")).unwrap();
    fs::write(events.join("forgotten/v1.schema.json"), "{}").unwrap();

    let report = is_current(&root).unwrap_err();

    expect_file!["out_of_date.txt"].assert_eq(&(report + "\n"));
}

#[test]
fn writing_makes_it_current_and_leaves_other_files_alone() {
    let root = a_crate("written_again");
    let notes = root.join("docs/notes.md");
    fs::write(&notes, "by hand").unwrap();
    let forgotten = root.join("docs/events/forgotten/v1.schema.json");
    fs::create_dir_all(forgotten.parent().unwrap()).unwrap();
    fs::write(&forgotten, "{}").unwrap();

    write(&root.join("docs"), &files("bank", &[account()])).unwrap();

    assert_eq!(is_current(&root), Ok(()));
    assert!(notes.exists());
    assert!(!forgotten.exists());
}
