//! The directories of all throw-away servers of a user, and how one is made there.
//!
//! ```text
//! <temp>/es-testing-<uid>/c-<random>/      the server that test processes share: cluster.rs
//! <temp>/es-testing-own-<uid>/o-<random>/  a server of one test alone: es-postgres/tests/servers
//! ```
//!
//! Beside the servers is a file `lock`, held while somebody joins, starts or clears away.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fmt::Write as _};

use uuid::Uuid;

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

    /// Locks the directory: nobody else joins, starts or clears away while the answer is kept.
    pub(super) fn lock(&self) -> io::Result<File> {
        let lock = File::create(self.path.join("lock"))?;
        lock.lock()?;
        Ok(lock)
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
        let mut made = Err(io::Error::other("no locale was tried"));
        // macOS calls its UTF-8 otherwise; C is there everywhere.
        for locale in ["--locale=C.UTF-8", "--locale=C"] {
            made = run(
                directory,
                self.command(binaries, "initdb", directory)
                    .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", locale])
                    .args(["--no-sync", "--no-instructions", "-D"])
                    .arg(&data),
            );
            if made.is_ok() {
                break;
            }
            let _ = fs::remove_dir_all(&data);
        }
        made?;
        Self::configure(directory, settings)
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
        run(
            directory,
            self.command(binaries, "pg_ctl", directory)
                .args(["-w", "-s", "-D"])
                .arg(directory.join("data"))
                .arg("-l")
                .arg(directory.join("log"))
                .arg("start"),
        )
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

/// Output goes through a file and not a pipe: the server would inherit the pipe and hold it.
pub(super) fn run(directory: &Path, command: &mut Command) -> io::Result<()> {
    let said = directory.join("said");
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

/// The URL of a database of the server in `directory`.
pub(super) fn url(directory: &Path, port: u16, database: &str) -> String {
    format!("postgres://postgres@localhost:{port}/{database}?host={}", percent_encoded(directory))
}

pub(super) fn socket(directory: &Path, port: u16) -> PathBuf {
    directory.join(format!(".s.PGSQL.{port}"))
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
