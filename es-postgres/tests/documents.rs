//! The tests that the documents of the repository name.

use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("it is in a workspace")
}

/// The files below `folder` whose name ends in `suffix`, without what was built.
fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry of it");
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if entry.file_type().expect("it has one").is_dir() {
            if name != "target" && !name.starts_with('.') {
                found.extend(files(&path, suffix));
            }
        } else if name.ends_with(suffix) {
            found.push(path);
        }
    }
    found
}

/// A name of a test as the chapter writes it: with its contract and module, or alone.
fn is_test_name(code: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == ':';
    code.matches('_').count() > 2 && code.chars().all(is_plain)
}

#[test]
fn the_tests_that_the_chapter_on_guarantees_names_are_there() {
    let workspace = workspace();
    let chapter = fs::read_to_string(workspace.join("es-core/guide/guarantees.md")).expect("text");
    let sources: Vec<(PathBuf, String)> = files(&workspace, ".rs")
        .into_iter()
        .map(|file| (file.clone(), fs::read_to_string(file).expect("text")))
        .collect();
    let named: Vec<&str> = chapter.split('`').filter(|code| is_test_name(code)).collect();
    assert!(named.len() > 50, "only {} tests are named", named.len());

    let missing = named.iter().filter(|named| {
        let (module, name) = named.rsplit_once("::").unwrap_or(("", named));
        let file = format!("{}.rs", module.replace("::", "/"));
        let function = format!("fn {name}");
        let is_there = |(path, text): &(PathBuf, String)| {
            let is_its_file = module.is_empty() || path.ends_with(&file);
            is_its_file
                && text.match_indices(&function).any(|(at, _)| {
                    let next = text[at + function.len()..].chars().next();
                    matches!(next, Some('(' | '<'))
                })
        };
        !sources.iter().any(is_there)
    });

    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "there are no such tests: {missing:?}");
}
