//! A throw-away server, shared by all test processes of a user.
//!
//! Its directory holds its socket, `data/`, `log`, `bin` (whose programs run it) and `users/`, with
//! one file per process that uses it. Each process has a watcher. When the process has gone, the
//! watcher removes the process's file and tries to remove `users`. That works for the last one only,
//! and from then on nobody can join: so it stops the server and removes everything. What a machine
//! that went down left behind, the next start clears away.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::sync::OnceLock;

use uuid::Uuid;

use super::home::{self, Home};
use super::server::Server;

/// The settings of fast, forgetful tests: never for a measurement.
const SETTINGS: &str =
    "max_connections = 200\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off";

/// The script of the watcher, once its process has gone: `$1` is the server's directory, `$2` the
/// file of the process, `$3` `pg_ctl`. It waits a little first, for the next test process to join.
const WATCH: &str = r#"
while read -r _; do :; done
sleep 2
rm -f "$2"
rmdir "$1/users" 2>/dev/null || exit 0
"$3" -D "$1/data" -s -m immediate stop
rm -rf "$1"
"#;

/// Joins the server of another test process, or starts one.
pub(super) fn join_or_start(binaries: &Path) -> Result<Server, String> {
    let failed = |error: io::Error| {
        format!(
            "a throw-away PostgreSQL from {} cannot be started \
             (ES_TEST_DATABASE_URL may name another server): {error}",
            binaries.display()
        )
    };
    let home = Home::open("es-testing").map_err(failed)?;
    let _lock = home.lock().map_err(failed)?;
    let directory = match joinable(&home, binaries).map_err(failed)? {
        Some(running) => running,
        None => start(&home, binaries).map_err(failed)?,
    };
    Ok(Server::new(home::url(&directory, 5432, "postgres")))
}

/// A server of the same programs that runs; this process is among its users from now on.
/// Removes those that are dead.
fn joinable(home: &Home, binaries: &Path) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(&home.path)?.flatten() {
        let directory = entry.path();
        if !directory.is_dir() {
            continue;
        }
        if home::is_silent(&home::socket(&directory, 5432)) {
            // Its watcher may be removing it in this moment: then there is nothing left to do.
            let _ = fs::remove_dir_all(&directory);
            continue;
        }
        let same = fs::read(directory.join("bin"))
            .is_ok_and(|bin| bin == binaries.as_os_str().as_encoded_bytes());
        if same && enlist(home, &directory, binaries).is_ok() {
            return Ok(Some(directory));
        }
    }
    Ok(None)
}

fn start(home: &Home, binaries: &Path) -> io::Result<PathBuf> {
    let directory = home.new_directory("c-")?;
    home.make(&directory.join("users"))?;
    fs::write(directory.join("bin"), binaries.as_os_str().as_encoded_bytes())?;
    // Before there is anything to stop: from here on nothing can be left running.
    enlist(home, &directory, binaries)?;
    home.initialise(binaries, &directory, SETTINGS)?;
    home.start(binaries, &directory)?;
    Ok(directory)
}

/// Makes this process one of the users, and sets a watcher on it.
fn enlist(home: &Home, directory: &Path, binaries: &Path) -> io::Result<()> {
    static PROCESS_LIVES: OnceLock<ChildStdin> = OnceLock::new();
    let user = directory.join("users").join(Uuid::new_v4().simple().to_string());
    File::create_new(&user)?;
    let watcher = home
        .watch(WATCH, directory, &[&user, &binaries.join("pg_ctl")])
        // A user that nobody watches would keep the server for ever.
        .inspect_err(|_| drop(fs::remove_file(&user)))?;
    if let Some(pipe) = watcher.stdin {
        let _ = PROCESS_LIVES.set(pipe);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path of a socket has a hundred bytes.
    #[test]
    fn a_directory_whose_server_cannot_be_asked_is_left_alone() {
        let long = "x".repeat(100);
        let home = Home::open(&format!("es-testing-{}-{long}", Uuid::new_v4().simple())).unwrap();
        let _lock = home.lock().unwrap();
        let directory = home.new_directory("c-").unwrap();

        let found = joinable(&home, Path::new("/nowhere")).unwrap();

        let is_left = directory.is_dir();
        fs::remove_dir_all(&home.path).unwrap();
        assert_eq!((found, is_left), (None, true));
    }

    #[test]
    fn the_watcher_of_the_last_user_alone_clears_the_server_away() {
        let home = Home::open(&format!("es-testing-{}", Uuid::new_v4().simple())).unwrap();
        let directory = home.new_directory("c-").unwrap();
        home.make(&directory.join("users")).unwrap();
        let users = ["a", "b"].map(|user| directory.join("users").join(user));
        for user in &users {
            File::create_new(user).unwrap();
        }

        let is_left = users.each_ref().map(|user| {
            let echo: &Path = "/bin/echo".as_ref();
            let mut watcher = home.watch(WATCH, &directory, &[user, echo]).unwrap();
            drop(watcher.stdin.take());
            watcher.wait().unwrap();
            directory.is_dir()
        });

        fs::remove_dir_all(&home.path).unwrap();
        assert_eq!(is_left, [true, false]);
    }

    #[test]
    fn a_directory_without_a_server_is_cleared_away() {
        let home = Home::open(&format!("es-testing-{}", Uuid::new_v4().simple())).unwrap();
        let _lock = home.lock().unwrap();
        let directory = home.new_directory("c-").unwrap();

        let found = joinable(&home, Path::new("/nowhere")).unwrap();

        let is_left = directory.is_dir();
        fs::remove_dir_all(&home.path).unwrap();
        assert_eq!((found, is_left), (None, false));
    }
}
