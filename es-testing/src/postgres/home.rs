//! The directories of all throw-away servers of a user, and how one is made there.
//!
//! ```text
//! <temp>/es-testing-<uid>/c-<random>/      the server that test processes share: cluster.rs
//! <temp>/es-testing-own-<uid>/o-<random>/  a server of one test alone: es-postgres/tests/servers
//! ```
//!
//! Beside the servers is a file `lock`, held while somebody joins, starts or clears away.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fmt::Write as _};

use uuid::Uuid;

use super::lock;
use super::program::{printed, run, with_resources};

/// The directory of the servers, and the user that runs them.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) path: PathBuf,
    /// PostgreSQL refuses to run as root.
    run_as: Option<(u32, u32)>,
}

impl Home {
    /// The directory `<temp>/<name>-<uid>`.
    pub(super) fn open(name: &str) -> io::Result<Self> {
        let me = effective_uid()?;
        let run_as = (me == 0).then(unprivileged).transpose()?;
        let owner = run_as.map_or(me, |(uid, _)| uid);
        let path = env::temp_dir().join(format!("{name}-{owner}"));
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let mut found = fs::symlink_metadata(&path)?;
        // Who made it, this process or another one in this moment, may not have given it away yet.
        if found.is_dir() && found.uid() == me {
            give(&path, run_as)?;
            found = fs::symlink_metadata(&path)?;
        }
        if !is_directory_of(&found, owner) {
            return Err(io::Error::other(format!("{} belongs to somebody else", path.display())));
        }
        Ok(Self { path, run_as })
    }

    /// Locks the directory: nobody else joins, starts or clears away while the answer is kept.
    pub(super) fn lock(&self) -> io::Result<File> {
        lock::held(&self.path.join("lock"), self.run_as)
    }

    /// `<prefix><random>`, for whoever runs the servers.
    pub(super) fn new_directory(&self, prefix: &str) -> io::Result<PathBuf> {
        let random = Uuid::new_v4().simple().to_string();
        let directory = self.path.join(format!("{prefix}{}", random.get(..8).unwrap_or(&random)));
        self.make(&directory)?;
        Ok(directory)
    }

    pub(super) fn make(&self, directory: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(directory)?;
        give(directory, self.run_as)
    }

    /// A server's files, with `settings`.
    pub(super) fn initialise(
        &self,
        binaries: &Path,
        directory: &Path,
        settings: &str,
    ) -> io::Result<()> {
        let data = directory.join("data");
        let mut failures = Vec::new();
        // macOS calls its UTF-8 otherwise; C is there everywhere.
        for locale in ["C.UTF-8", "C"] {
            let made = run(
                directory,
                self.command(binaries, "initdb", directory)
                    .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale", locale])
                    .args(["--no-sync", "--no-instructions", "-D"])
                    .arg(&data),
            );
            match made {
                Ok(()) => return Self::configure(directory, settings),
                Err(error) => failures.push(format!("with the locale {locale}, {error}")),
            }
            let _ = fs::remove_dir_all(&data);
        }
        Err(with_resources(&io::Error::other(failures.join("\n")), directory))
    }

    /// Sets what a server is told at its start. Of two settings of one name the later one counts.
    pub(super) fn configure(directory: &Path, settings: &str) -> io::Result<()> {
        let sockets = directory.display().to_string().replace('\'', "''");
        let mut conf = File::options().append(true).open(directory.join("data/postgresql.conf"))?;
        write!(
            conf,
            "\nlisten_addresses = ''\nport = 5432\nunix_socket_directories = '{sockets}'\n{settings}\n"
        )
    }

    /// Starts the server of `directory`, and returns when it takes connections.
    pub(super) fn start(&self, binaries: &Path, directory: &Path) -> io::Result<()> {
        let log = directory.join("log");
        run(
            directory,
            self.command(binaries, "pg_ctl", directory)
                .args(["-w", "-s", "-D"])
                .arg(directory.join("data"))
                .arg("-l")
                .arg(&log)
                .arg("start"),
        )
        // pg_ctl knows no more than that it failed: the server writes why.
        .map_err(|error| format!("{error}\nthe server's log{}", printed(&log)))
        .map_err(|error| with_resources(&io::Error::other(error), directory))
    }

    /// A small shell at the other end of a pipe, which runs `script`. However this process ends,
    /// the pipe closes, and the script reads its end. `$1` is `directory`.
    pub(super) fn watch(
        &self,
        script: &str,
        directory: &Path,
        arguments: &[&Path],
    ) -> io::Result<Child> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script, "es-testing-watcher"])
            .arg(directory)
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Away from the terminal's interrupts, which end the tests and must not end it.
            .process_group(0);
        self.set_owner(&mut command);
        command.spawn()
    }

    pub(super) fn command(&self, binaries: &Path, program: &str, directory: &Path) -> Command {
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
}

/// The URL of a database of the server in `directory`.
pub(super) fn url(directory: &Path, port: u16, database: &str) -> String {
    format!("postgres://postgres@localhost:{port}/{database}?host={}", percent_encoded(directory))
}

pub(super) fn socket(directory: &Path, port: u16) -> PathBuf {
    directory.join(format!(".s.PGSQL.{port}"))
}

/// True if no server runs on the socket. One that cannot be asked, because this process has too many files
/// open or the path is too long, may well run.
pub(super) fn is_silent(socket: &Path) -> bool {
    UnixStream::connect(socket).is_err_and(|error| {
        matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
    })
}

/// True for a directory, and no link to one, of `owner`.
fn is_directory_of(found: &Metadata, owner: u32) -> bool {
    found.is_dir() && found.uid() == owner
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

/// A directory of one test.
#[cfg(test)]
pub(super) fn scratch(name: &str) -> PathBuf {
    let directory = env::temp_dir().join(format!("es-testing-{name}-{}", Uuid::new_v4().simple()));
    fs::create_dir(&directory).expect("the temporary directory is writable");
    directory
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_directory_that_another_process_has_just_made_is_taken() {
        let name = format!("es-testing-{}", Uuid::new_v4().simple());
        let first = Home::open(&name).unwrap();
        fs::remove_dir(&first.path).unwrap();
        // As root, it belongs to root until the other process has given it away.
        DirBuilder::new().mode(0o700).create(&first.path).unwrap();

        let opened = Home::open(&name);

        fs::remove_dir(&first.path).unwrap();
        assert!(opened.is_ok(), "{opened:?}");
    }

    #[test]
    fn the_lock_belongs_to_who_owns_the_directory() {
        let home = Home::open(&format!("es-testing-{}", Uuid::new_v4().simple())).unwrap();

        let lock = home.lock().unwrap();

        let owners = [fs::metadata(&home.path), lock.metadata()].map(|found| found.unwrap().uid());
        fs::remove_dir_all(&home.path).unwrap();
        assert_eq!(owners[0], owners[1]);
    }

    #[test]
    fn a_file_or_a_link_in_the_place_of_the_directory_is_refused() {
        let name = format!("es-testing-{}", Uuid::new_v4().simple());
        let path = Home::open(&name).unwrap().path;
        let refused = |made: io::Result<()>| {
            made.unwrap();
            let told = Home::open(&name).unwrap_err().to_string();
            fs::remove_file(&path).unwrap();
            told == format!("{} belongs to somebody else", path.display())
        };
        fs::remove_dir(&path).unwrap();

        assert!(refused(File::create_new(&path).map(drop)));
        assert!(refused(symlink(env::temp_dir(), &path)));
    }

    #[test]
    fn a_directory_of_another_user_is_refused() {
        let directory = scratch("owner");
        let found = fs::symlink_metadata(&directory).unwrap();

        let of = [found.uid(), found.uid() + 1].map(|owner| is_directory_of(&found, owner));

        fs::remove_dir(directory).unwrap();
        assert_eq!(of, [true, false]);
    }

    #[test]
    fn programs_that_fail_in_both_locales_are_reported_for_both() {
        let directory = scratch("initdb");
        // A shell refuses what initdb is told. A script that was just written may be refused as busy, while
        // another test starts a program.
        symlink("/bin/sh", directory.join("initdb")).unwrap();
        let home = Home { path: directory.clone(), run_as: None };

        let told = home.initialise(&directory, &directory, "").unwrap_err().to_string();

        fs::remove_dir_all(&directory).unwrap();
        let reports: Vec<_> = told.split("with the locale ").collect();
        assert!(reports[1].starts_with("C.UTF-8, "), "{told}");
        assert!(reports[2].starts_with("C, "), "{told}");
        let free = "\nfree on this machine: ";
        assert!(reports[1..].iter().all(|report| report.contains("\n  ")), "{told}");
        assert!(reports[2].contains(free), "{told}");
    }

    #[test]
    fn a_server_that_does_not_start_is_reported_with_its_log() {
        let directory = scratch("start");
        symlink("/bin/sh", directory.join("pg_ctl")).unwrap();
        fs::write(directory.join("log"), "FATAL: no shared memory\n").unwrap();
        let home = Home { path: directory.clone(), run_as: None };

        let told = home.start(&directory, &directory).unwrap_err().to_string();

        fs::remove_dir_all(&directory).unwrap();
        assert!(told.contains("\nthe server's log\n  FATAL: no shared memory\n"), "{told}");
        assert!(told.contains("\nfree on this machine: "), "{told}");
    }
}
