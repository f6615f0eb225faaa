//! Location of PostgreSQL's programs.

use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory of `initdb`, `pg_ctl` and `postgres`; the first that holds all three.
pub(super) fn find() -> Option<PathBuf> {
    named()
        .into_iter()
        .chain(said_by_pg_config())
        .chain(installed(Path::new("/usr/lib/postgresql"), ""))
        .chain(installed(Path::new("/opt/homebrew/opt"), "postgresql@"))
        .chain(installed(Path::new("/usr/local/opt"), "postgresql@"))
        .chain(on_the_path())
        .find(|directory| {
            ["initdb", "pg_ctl", "postgres"].iter().all(|program| directory.join(program).is_file())
        })
}

fn named() -> Option<PathBuf> {
    env::var_os("ES_PG_BIN").map(PathBuf::from)
}

fn said_by_pg_config() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok()?;
    let directory = String::from_utf8(said.stdout).ok()?;
    Some(PathBuf::from(directory.trim()))
}

/// `<root>/<prefix><version>/bin`, the highest version first.
fn installed(root: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| Reverse(*version));
    versions.into_iter().map(|(_, directory)| directory).collect()
}

fn on_the_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}
