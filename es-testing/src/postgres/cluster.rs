//! A throw-away server, shared by all test processes of a user.
//!
//! ```text
//! <temp>/es-testing-<uid>/lock         held while somebody joins or starts
//!                        /c-<random>/  one server: its socket, data/, log, bin
//!                                   /users/<random>  one file per process that uses it
//! ```
//!
//! Each process has a watcher, a small shell at the other end of a pipe. However the process ends,
//! the pipe closes; the watcher removes the process's file and tries to remove `users`. That works
//! for the last one only, and from then on nobody can join: so it stops the server and removes
//! everything. What a machine that went down left behind, the next start clears away.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::{env, fmt::Write as _};

use uuid::Uuid;

use super::server::Server;

/// For fast, forgetful tests: never for a measurement.
const SETTINGS: &str = "listen_addresses = ''\nport = 5432\nmax_connections = 200\nfsync = off\n\
     synchronous_commit = off\nfull_page_writes = off\n";

/// What a watcher does when its process has gone: `$1` is the server's directory, `$2` the file of
/// the process, `$3` `pg_ctl`. It waits a little first, for the next test process to join.
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
            "a throw-away PostgreSQL from {} cannot be started: {error}; \
             set ES_TEST_DATABASE_URL to the URL of a server instead",
            binaries.display()
        )
    };
    let home = Home::open().map_err(failed)?;
    let lock = File::create(home.path.join("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let directory = match home.joinable(binaries).map_err(failed)? {
        Some(running) => running,
        None => home.start(binaries).map_err(failed)?,
    };
    Ok(Server::new(format!(
        "postgres://postgres@localhost:5432/postgres?host={}",
        percent_encoded(&directory)
    )))
}

/// The directory of all servers of a user, and who runs them.
struct Home {
    path: PathBuf,
    /// PostgreSQL refuses to run as root.
    run_as: Option<(u32, u32)>,
}

impl Home {
    fn open() -> io::Result<Self> {
        let me = effective_uid()?;
        let run_as = (me == 0).then(unprivileged).transpose()?;
        let owner = run_as.map_or(me, |(uid, _)| uid);
        let path = env::temp_dir().join(format!("es-testing-{owner}"));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => give(&path, run_as)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let found = fs::symlink_metadata(&path)?;
        if !found.is_dir() || found.uid() != owner {
            return Err(io::Error::other(format!("{} belongs to somebody else", path.display())));
        }
        Ok(Self { path, run_as })
    }

    /// A server of the same programs that runs; this process is among its users from now on.
    /// Removes those that are dead.
    fn joinable(&self, binaries: &Path) -> io::Result<Option<PathBuf>> {
        for entry in fs::read_dir(&self.path)?.flatten() {
            let directory = entry.path();
            if !directory.is_dir() {
                continue;
            }
            if UnixStream::connect(socket(&directory)).is_err() {
                // Its watcher may be removing it in this moment: then there is nothing left to do.
                let _ = fs::remove_dir_all(&directory);
                continue;
            }
            let same = fs::read(directory.join("bin"))
                .is_ok_and(|bin| bin == binaries.as_os_str().as_encoded_bytes());
            if same && self.enlist(&directory, binaries).is_ok() {
                return Ok(Some(directory));
            }
        }
        Ok(None)
    }

    fn start(&self, binaries: &Path) -> io::Result<PathBuf> {
        let random = Uuid::new_v4().simple().to_string();
        let directory = self.path.join(format!("c-{}", random.get(..8).unwrap_or(&random)));
        for path in [directory.clone(), directory.join("users")] {
            DirBuilder::new().mode(0o700).create(&path)?;
            give(&path, self.run_as)?;
        }
        fs::write(directory.join("bin"), binaries.as_os_str().as_encoded_bytes())?;
        // Before there is anything to stop: from here on nothing can be left running.
        self.enlist(&directory, binaries)?;
        let data = directory.join("data");
        self.run(
            self.command(binaries, "initdb", &directory)
                .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"])
                .args(["--no-sync", "--no-instructions", "-D"])
                .arg(&data),
        )
        // macOS calls its UTF-8 otherwise; C is there everywhere.
        .or_else(|_| {
            let _ = fs::remove_dir_all(&data);
            self.run(
                self.command(binaries, "initdb", &directory)
                    .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"])
                    .args(["--no-sync", "-D"])
                    .arg(&data),
            )
        })?;
        let socket_directory = directory.display().to_string().replace('\'', "''");
        let mut conf = File::options().append(true).open(data.join("postgresql.conf"))?;
        write!(conf, "\n{SETTINGS}unix_socket_directories = '{socket_directory}'\n")?;
        drop(conf);
        self.run(
            self.command(binaries, "pg_ctl", &directory)
                .args(["-w", "-s", "-D"])
                .arg(&data)
                .arg("-l")
                .arg(directory.join("log"))
                .arg("start"),
        )?;
        Ok(directory)
    }

    /// Makes this process one of the users, and sets a watcher on it.
    fn enlist(&self, directory: &Path, binaries: &Path) -> io::Result<()> {
        static PROCESS_LIVES: OnceLock<ChildStdin> = OnceLock::new();
        let user = directory.join("users").join(Uuid::new_v4().simple().to_string());
        File::create_new(&user)?;
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", WATCH, "es-testing-watcher"])
            .arg(directory)
            .arg(&user)
            .arg(binaries.join("pg_ctl"))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Away from the terminal's interrupts, which end the tests and must not end it.
            .process_group(0);
        self.set_owner(&mut command);
        let watcher = command.spawn().inspect_err(|_| {
            // A user that nobody watches would keep the server for ever.
            let _ = fs::remove_file(&user);
        })?;
        if let Some(pipe) = watcher.stdin {
            let _ = PROCESS_LIVES.set(pipe);
        }
        Ok(())
    }

    fn command(&self, binaries: &Path, program: &str, directory: &Path) -> Command {
        let mut command = Command::new(binaries.join(program));
        // The tests' own directory may be closed to the user who runs the server.
        command.current_dir(directory).stdin(Stdio::null());
        self.set_owner(&mut command);
        command
    }

    fn set_owner(&self, command: &mut Command) {
        if let Some((uid, gid)) = self.run_as {
            command.uid(uid).gid(gid);
        }
    }

    /// Output goes through a file and not a pipe: the server would inherit the pipe and hold it.
    fn run(&self, command: &mut Command) -> io::Result<()> {
        let said = self.path.join("said");
        let out = File::create(&said)?;
        let status = command.stdout(out.try_clone()?).stderr(out).status()?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(&said).unwrap_or_default();
        let last = said.lines().rev().find(|line| !line.trim().is_empty());
        Err(io::Error::other(format!(
            "{} says: {}",
            command.get_program().display(),
            last.unwrap_or("nothing")
        )))
    }
}

/// The owner of a file that was just made: the standard library does not ask the system directly.
fn effective_uid() -> io::Result<u32> {
    let probe = env::temp_dir().join(format!("es-testing-{}", Uuid::new_v4().simple()));
    let owner = File::create_new(&probe)?.metadata()?.uid();
    fs::remove_file(&probe)?;
    Ok(owner)
}

/// `postgres`, or else `nobody`.
fn unprivileged() -> io::Result<(u32, u32)> {
    let passwd = fs::read_to_string("/etc/passwd")?;
    let ids_of = |user: &str| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next()? == user).then_some(())?;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some((uid, gid))
        })
    };
    ids_of("postgres").or_else(|| ids_of("nobody")).ok_or_else(|| {
        io::Error::other("it does not run as root, and there is no user `postgres` or `nobody`")
    })
}

fn give(path: &Path, owner: Option<(u32, u32)>) -> io::Result<()> {
    match owner {
        Some((uid, gid)) => chown(path, Some(uid), Some(gid)),
        None => Ok(()),
    }
}

fn socket(directory: &Path) -> PathBuf {
    directory.join(".s.PGSQL.5432")
}

fn percent_encoded(path: &Path) -> String {
    path.as_os_str().as_encoded_bytes().iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
