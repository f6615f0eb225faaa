//! The README's code as a reader pastes it, into `src/lib.rs` of a new crate with the dependencies that the
//! README lists and no others, and below it the code of the chapters that continue it, which is marked `Rust`. It
//! is built and its tests pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const README: &str = include_str!("../../README.md");
const TESTING: &str = include_str!("../../es-testing/guide/testing.md");
const PRODUCTION: &str = include_str!("../guide/running-in-production.md");

/// The code blocks of a document that are marked `marks`, in their order.
fn blocks(document: &str, marks: &[&str]) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(mark) = line.strip_prefix("```").filter(|mark| !mark.is_empty()) else { continue };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        if marks.contains(&mark) {
            blocks.push(block.join("\n") + "\n");
        }
    }
    blocks
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("it is in a workspace")
}

/// The dependencies of the README, found from wherever the crate is.
fn manifest(name: &str) -> String {
    let of_readme =
        blocks(README, &["toml"]).into_iter().next().expect("the first aggregate has some");
    let here = format!("path = \"{}/", workspace().display());
    // A profile like the workspace's: what is built for its tests is not built again.
    let root = fs::read_to_string(workspace().join("Cargo.toml")).expect("it has a manifest");
    let profile = root.split_once("[profile.dev]").expect("it has a profile").1;
    let profile = profile.split("\n[").next().unwrap_or_default();
    format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n{}\n[workspace]\n\n[profile.dev]{profile}",
        of_readme.replace("path = \"", &here)
    )
}

/// A new crate with this `lib.rs`.
fn pasted(name: &str, lib: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(folder.join("src")).expect("a folder of its own");
    fs::write(folder.join("Cargo.toml"), manifest(name)).expect("it is written");
    fs::write(folder.join("src/lib.rs"), lib).expect("it is written");
    // The versions that the workspace was tested with, and no look at a registry.
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).expect("it is there");
    folder
}

fn cargo(what: &str, folder: &Path) {
    // That of the workspace, where the dependencies are built already.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is in a target");
    let done = Command::new(env!("CARGO"))
        .args([what, "--offline", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&done.stderr);
    let tests = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "cargo {what} in a pasted crate:\n{said}{tests}");
    // Of the code that was pasted; the framework has a build of its own.
    assert!(!said.contains("--> src/lib.rs"), "cargo {what} warns in a pasted crate:\n{said}");
}

#[test]
fn the_readme_works_as_pasted() {
    let mut story = blocks(README, &["rust", "Rust"]);
    assert_eq!(story.len(), 2, "the README has other blocks of code");
    story.extend([TESTING, PRODUCTION].iter().flat_map(|chapter| blocks(chapter, &["Rust"])));
    assert_eq!(story.len(), 4, "the chapters continue the README with other blocks of code");

    // Each is built with what is above it, and no longer needs what is below.
    for upto in 1..=story.len() {
        let crate_of = pasted("readme-story", &story[..upto].join("\n"));
        cargo("build", &crate_of);
    }
    cargo("test", &pasted("readme-story", &story.join("\n")));
}
