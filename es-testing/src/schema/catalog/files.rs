//! The catalog as files, compared with those that are committed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use es_core::SchemaVersion;
use serde_json::Value;

use super::async_api::async_api;
use super::chapter::Chapter;
use super::json_schema::json_schema;
use super::markdown::markdown;
use super::mermaid::mermaid;
use crate::page::{Colour, Line, Page, of_this_test};
use crate::schema::blessing::{self, Blessing};

/// The file of a schema, from the root of the catalog.
pub(super) fn schema_path(event: &str, version: SchemaVersion) -> String {
    format!("events/{event}/v{version}{SCHEMA}")
}

const SCHEMA: &str = ".schema.json";

/// All files of the catalog: path from its root, and text.
#[must_use]
pub fn files(title: &str, chapters: &[Chapter]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([
        ("README.md".to_owned(), markdown(title, chapters)),
        ("asyncapi.json".to_owned(), pretty(&async_api(title, chapters))),
        ("model.mmd".to_owned(), mermaid(chapters)),
    ]);
    for event in chapters.iter().flat_map(|chapter| &chapter.events) {
        for (version, schema) in &event.versions {
            let json = json_schema(event.name, *version, schema);
            files.insert(schema_path(event.name, *version), pretty(&json));
        }
    }
    files
}

fn pretty(json: &Value) -> String {
    format!("{json:#}\n")
}

/// Compares the catalog with the files in `directory` of the crate at `root`; with `ES_BLESS=1` in the
/// environment writes them, as [`write()`] does.
///
/// # Panics
///
/// As [`compare`]; and if a file cannot be written.
#[track_caller]
pub fn check(title: &str, root: &str, directory: &str, chapters: &[Chapter]) {
    if Blessing::of_this_run() == Blessing::Withheld {
        return compare(title, root, directory, chapters);
    }
    let path = Path::new(root).join(directory);
    if let Err(error) = write(&path, &files(title, chapters)) {
        panic!("the catalog in {} cannot be written: {error}", path.display());
    }
}

/// Compares the catalog with the files in `directory` of the crate at `root`.
///
/// # Panics
///
/// If a file is not as it is made now, and says which; if a file cannot be read.
#[track_caller]
pub fn compare(title: &str, root: &str, directory: &str, chapters: &[Chapter]) {
    let path = Path::new(root).join(directory);
    match stale(&path, &files(title, chapters)) {
        Ok(stale) if stale.is_empty() => {}
        Ok(stale) => report(directory, stale),
        Err(error) => panic!("the catalog in {} cannot be read: {error}", path.display()),
    }
}

/// Writes the files of a catalog into `directory`.
///
/// Other files there stay, but for schemas in `events/` that the catalog makes no more.
pub fn write(directory: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    for (path, text) in files {
        blessing::write(&directory.join(path), text)?;
    }
    for path in left_over(directory, files)? {
        fs::remove_file(directory.join(path))?;
    }
    Ok(())
}

/// A line for each file that is not as it is made now.
fn stale(directory: &Path, files: &BTreeMap<String, String>) -> io::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (path, text) in files {
        match fs::read_to_string(directory.join(path)) {
            Ok(there) if there.replace("\r\n", "\n") == *text => {}
            Ok(there) => lines.push(different(path, &there, text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                lines.push(Line::lost(path).remark("is missing"));
            }
            Err(error) => return Err(error),
        }
    }
    for path in left_over(directory, files)? {
        lines.push(Line::left_over(path).remark("is made no more"));
    }
    Ok(lines)
}

/// Schemas of events and versions that are no more.
fn left_over(directory: &Path, files: &BTreeMap<String, String>) -> io::Result<BTreeSet<String>> {
    let mut left_over = BTreeSet::new();
    for event in entries(&directory.join("events"))? {
        if !event.is_dir() {
            continue;
        }
        for file in entries(&event)? {
            let names = file.strip_prefix(directory).unwrap_or(&file).iter();
            let path = names.map(|name| name.to_string_lossy()).collect::<Vec<_>>().join("/");
            if path.ends_with(SCHEMA) && !files.contains_key(&path) {
                left_over.insert(path);
            }
        }
    }
    Ok(left_over)
}

fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn different(path: &str, there: &str, made: &str) -> Line {
    let mut line = Line::changed(path);
    let (mut there, mut made) = (there.lines(), made.lines());
    for nth in 1_usize.. {
        let (old, new) = (there.next(), made.next());
        if old != new || old.is_none() {
            let shown = |line: Option<&str>| line.unwrap_or("(the end)").trim().to_owned();
            line.details.push(format!("line {nth}: {}", shown(old)));
            line.details.push(format!("now:    {}", shown(new)));
            break;
        }
    }
    line
}

#[track_caller]
fn report(directory: &str, stale: Vec<Line>) -> ! {
    let page = Page {
        name: of_this_test(),
        headline: format!("the catalog in {directory} is out of date"),
        at: std::panic::Location::caller(),
        blocks: vec![("files", stale)],
        end: "what to do: run this test with ES_BLESS=1, read the diff, commit it".to_owned(),
    };
    panic!("{}", page.render(Colour::of_this_terminal()))
}

/// Writes the test that compares the catalog with the files in a directory of the crate. See
/// [`catalog`](mod@crate::catalog).
#[macro_export]
macro_rules! catalog {
    ($directory:literal, $($of:ty { $kind:ident: [$($asked:ty),* $(,)?] $(,)? }),+ $(,)?) => {
        #[test]
        fn the_catalog_is_current() {
            $crate::catalog::check(
                ::core::env!("CARGO_PKG_NAME"),
                ::core::env!("CARGO_MANIFEST_DIR"),
                $directory,
                &[$($crate::catalog!(@chapter $kind $of; $($asked)*)),+],
            );
        }
    };
    (@chapter commands $aggregate:ty; $($command:ty)*) => {
        $crate::catalog::Chapter::aggregate::<$aggregate>()
            $(.command::<$aggregate, $command, _>())*
    };
    (@chapter decisions $events:ty; $($decision:ty)*) => {
        $crate::catalog::Chapter::events::<$events>()$(.decision::<$decision, _>())*
    };
}
