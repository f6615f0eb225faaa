//! The compiler, beside the libraries that this test was built with.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::mistake::Rename;

/// The libraries that a program may name: those that a newcomer writes into `Cargo.toml`.
const LIBRARIES: [&str; 5] = ["es_core", "es_testing", "serde", "thiserror", "tokio"];

pub(crate) struct Compiler {
    /// The arguments that name the libraries.
    libraries: Vec<String>,
    folder: PathBuf,
}

impl Compiler {
    /// Asks cargo where the libraries are. It has just built them for this test, in the same selection
    /// of packages and features, so it builds nothing.
    pub(crate) fn new() -> Self {
        let everything: &[&str] = &["--workspace", "--all-features"];
        let selection =
            if cfg!(feature = "postgres") { everything } else { &["--package", "es-testing"] };
        let cargo = Command::new(env!("CARGO"))
            .args(["build", "--offline", "--test", "whole_programs", "--message-format=json"])
            .args(selection)
            .output()
            .expect("cargo runs, as it ran this test");
        assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));

        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("whole_programs");
        fs::create_dir_all(&folder).expect("the folder for temporary files is writable");
        Self { libraries: arguments(&cargo), folder }
    }

    /// The errors of a program, as they are printed.
    pub(crate) fn errors_of(
        &self,
        name: &str,
        program: &str,
        rename: Option<&Rename>,
    ) -> Vec<String> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).expect("the folder for temporary files is writable");
        let source = folder.join("main.rs");
        fs::write(&source, program).expect("the folder for temporary files is writable");
        fs::write(folder.join("Cargo.toml"), manifest(rename))
            .expect("the folder for temporary files is writable");
        let rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--edition=2024", "--test", "--emit=metadata", "--cap-lints=allow"])
            .args(["--error-format=json", "--diagnostic-width=100", "--crate-name=program"])
            .args(["-o", "program.rmeta"])
            .args(self.libraries.iter().map(|argument| named(argument, rename)))
            .arg("main.rs")
            .current_dir(&folder)
            .env("CARGO_MANIFEST_DIR", &folder)
            .env_remove("CARGO_MANIFEST_PATH")
            .output()
            .expect("rustc runs, as it compiled this test");
        let told = String::from_utf8(rustc.stderr).expect("rustc writes UTF-8");
        let errors: Vec<_> = told.lines().filter_map(error).collect();
        assert_eq!(rustc.status.success(), errors.is_empty(), "{name}: {told}");
        errors
    }
}

/// The argument that names a library, with the other name if it has one.
fn named(argument: &str, rename: Option<&Rename>) -> String {
    let other = rename.and_then(|Rename { library, name, .. }| {
        let file = argument.strip_prefix(&format!("--extern={library}="))?;
        Some(format!("--extern={name}={file}"))
    });
    other.unwrap_or_else(|| argument.to_owned())
}

/// The manifest of the program.
fn manifest(rename: Option<&Rename>) -> String {
    let dependencies = LIBRARIES.map(|library| {
        let package = library.replace('_', "-");
        match rename.filter(|rename| rename.library == library) {
            None => format!("{package} = \"1\"\n"),
            Some(Rename { name, is_handed_on: true, .. }) => format!("{name} = \"1\"\n"),
            Some(Rename { name, .. }) => {
                format!("{name} = {{ package = \"{package}\", version = \"1\" }}\n")
            }
        }
    });
    format!("[package]\nname = \"program\"\n\n[dependencies]\n{}", dependencies.concat())
}

/// The rendered text, if the line is an error at some place; the last line counts them and has none.
fn error(line: &str) -> Option<String> {
    let message: Value = serde_json::from_str(line).expect("rustc writes JSON");
    let is_somewhere = message["spans"].as_array().is_some_and(|spans| !spans.is_empty());
    let is_error = message["level"] == "error" && is_somewhere;
    is_error.then(|| message["rendered"].as_str().unwrap_or_default().to_owned())
}

fn arguments(cargo: &Output) -> Vec<String> {
    let mut arguments = Vec::new();
    for line in String::from_utf8_lossy(&cargo.stdout).lines() {
        let message: Value = serde_json::from_str(line).expect("cargo writes JSON");
        let name = message["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
        let files = message["filenames"].as_array().into_iter().flatten();
        let mut files = files.filter_map(Value::as_str).map(Path::new);
        let library = files.find(|file| file.extension().is_some_and(|kind| kind == "rlib"));
        let Some(library) = library else { continue };
        if LIBRARIES.contains(&name.as_str()) {
            let folder = library.parent().expect("a file is in a folder").display();
            arguments.push(format!("--extern={name}={}", library.display()));
            arguments.push(format!("-Ldependency={folder}"));
        }
    }
    assert!(arguments.len() >= 2 * LIBRARIES.len(), "{arguments:?}");
    arguments
}
