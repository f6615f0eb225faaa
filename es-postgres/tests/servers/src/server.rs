//! A server of one test alone.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use uuid::Uuid;

use crate::binaries;
use crate::home::{self, Home};
use crate::program;

/// The settings of every server on top of PostgreSQL's defaults: it keeps enough for a standby that
/// lags.
const SETTINGS: &str = "max_connections = 120\nwal_keep_size = '256MB'";

/// The script of the watcher, once the guard is dropped or its process has gone: `$1` is the
/// server's directory, `$2` `pg_ctl`.
const WATCH: &str = r#"
while read -r _; do :; done
"$2" -D "$1/data" -s -m immediate stop
rm -rf "$1"
"#;

/// A throw-away PostgreSQL that belongs to one test, which may stop it, kill it, copy it and let a
/// standby follow it.
///
/// It keeps what it has committed through a crash: its settings for durability are PostgreSQL's own.
/// It speaks through a socket in the temporary directory and has no port. It goes away with this
/// guard, and also when the process of the test is killed. Every method blocks until it is done:
/// call them on a runtime of several threads.
///
/// ```no_run
/// use test_servers::TestServer;
///
/// # async fn example() {
/// let server = TestServer::start();
/// let url = server.url("postgres");
/// // … connect, work …
/// server.kill();
/// server.start_again();
/// // … what was committed is there …
/// # }
/// ```
///
/// # Panics
///
/// All methods, with a sentence that says what cannot be done: the test that asked cannot go on.
#[derive(Debug)]
pub struct TestServer {
    home: Home,
    binaries: PathBuf,
    directory: PathBuf,
    watcher: Child,
    /// Locked for as long as the process lives.
    _owner: File,
}

impl TestServer {
    /// A fresh server, running.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// A fresh server, running, with these lines at the end of its `postgresql.conf`.
    #[must_use]
    pub fn start_with(settings: &str) -> Self {
        let server = Self::prepare();
        let settings = format!("{SETTINGS}\n{settings}");
        done("initialised", server.home.initialise(&server.binaries, &server.directory, &settings));
        server.start_again();
        server
    }

    /// A server that follows this one: it replays what this one writes, and can be read.
    #[must_use]
    pub fn standby(&self) -> Self {
        self.copied(&["--write-recovery-conf"])
    }

    /// A server with the databases as they are now, which goes its own way from here: what a
    /// backup is when it is restored.
    #[must_use]
    pub fn restored_backup(&self) -> Self {
        self.copied(&[])
    }

    /// The URL of `database`. The one that every server has is called `postgres`.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        home::url(&self.directory, 5432, database)
    }

    /// The name of a new database.
    #[must_use]
    pub fn create_database(&self) -> String {
        let name = format!("es_test_{}", Uuid::new_v4().simple());
        let mut createdb = self.program("createdb");
        done("given a database", self.run(createdb.args(["-T", "template0"]).arg(&name)));
        name
    }

    /// A client program of PostgreSQL, such as `pg_dump`, told where this server is.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let mut command = self.home.command(&self.binaries, name, &self.directory);
        command.env("PGHOST", &self.directory).env("PGPORT", "5432").env("PGUSER", "postgres");
        command
    }

    /// Ends the server without a shutdown: sessions are cut off, and the next start recovers.
    pub fn stop_at_once(&self) {
        let mut stop = self.pg_ctl();
        done("stopped", self.run(stop.args(["-m", "immediate", "stop"])));
    }

    /// Kills the server's first process with SIGKILL. The others notice and end by themselves.
    pub fn kill(&self) {
        let pid = fs::read_to_string(self.directory.join("data/postmaster.pid"));
        let pid = pid.map(|file| file.lines().next().unwrap_or_default().to_owned());
        let killed = pid.and_then(|pid| self.run(Command::new("kill").args(["-9", &pid])));
        done("killed", killed);
    }

    /// Starts the server after [`stop_at_once`](Self::stop_at_once) or [`kill`](Self::kill).
    pub fn start_again(&self) {
        let mut started = self.home.start(&self.binaries, &self.directory);
        // What a killed server leaves behind is in the way until its last process has noticed.
        for _ in 0..100 {
            if started.is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(100));
            started = self.home.start(&self.binaries, &self.directory);
        }
        done("started", started);
    }

    /// Makes a standby a server that can be written to.
    pub fn promote(&self) {
        let mut promote = self.pg_ctl();
        done("promoted", self.run(promote.args(["-w", "promote"])));
    }

    /// The directory of its socket.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// A place for a server, and a watcher on it.
    fn prepare() -> Self {
        let Some(binaries) = binaries::find() else {
            panic!(
                "there is no PostgreSQL for this test, which needs a server of its own: \
                 install one (`apt-get install postgresql`, `brew install postgresql`), \
                 or set ES_PG_BIN to the directory that holds its `initdb`"
            );
        };
        let prepared = Home::open("es-testing-own").and_then(|home| {
            // Between the directory and its owner nobody may take it for a dead one.
            let _lock = home.lock()?;
            clear_away_the_dead(&home)?;
            let directory = home.new_directory("o-")?;
            let owner = File::create_new(directory.join("owner"))?;
            owner.lock()?;
            let watcher = home.watch(WATCH, &directory, &[&binaries.join("pg_ctl")])?;
            Ok(Self { home, binaries, directory, watcher, _owner: owner })
        });
        match prepared {
            Ok(server) => server,
            Err(error) => panic!("the test's own PostgreSQL has no place to be: {error}"),
        }
    }

    /// A running server from a copy of this one's files.
    fn copied(&self, options: &[&str]) -> Self {
        let copy = Self::prepare();
        let mut backup = self.program("pg_basebackup");
        backup
            .args(["--wal-method=stream", "--checkpoint=fast", "--no-sync", "--pgdata"])
            .arg(copy.directory.join("data"))
            .args(options);
        let configured = self.run(&mut backup).and_then(|()| Home::configure(&copy.directory, ""));
        done("copied", configured);
        copy.start_again();
        copy
    }

    fn pg_ctl(&self) -> Command {
        let mut command = self.home.command(&self.binaries, "pg_ctl", &self.directory);
        command.arg("-s").arg("-D").arg(self.directory.join("data"));
        command
    }

    fn run(&self, command: &mut Command) -> io::Result<()> {
        program::run(&self.directory, command)
    }
}

/// The watcher stops it and removes its files, as it would if the process were killed here.
impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// Clears away the servers that a machine left behind when it went down.
fn clear_away_the_dead(home: &Home) -> io::Result<()> {
    for entry in fs::read_dir(&home.path)?.flatten() {
        let directory = entry.path();
        if directory.is_dir() && !is_in_use(&directory) {
            // Its watcher may be removing it in this moment: then there is nothing left to do.
            let _ = fs::remove_dir_all(&directory);
        }
    }
    Ok(())
}

/// True if a directory belongs to a test that runs, or to one whose watcher is still at work.
fn is_in_use(directory: &Path) -> bool {
    match File::open(directory.join("owner")) {
        Ok(owner) => owner.try_lock().is_err() || !home::is_silent(&home::socket(directory, 5432)),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

fn done(what: &str, result: io::Result<()>) {
    if let Err(error) = result {
        panic!("the test's own PostgreSQL cannot be {what}: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    /// True if a directory is in use after `prepare`, whose answer stays open meanwhile.
    fn in_use(prepare: impl FnOnce(&Path) -> Option<File>) -> bool {
        let directory = home::scratch("owner");
        let _held = prepare(&directory);
        let is_in_use = is_in_use(&directory);
        fs::remove_dir_all(directory).unwrap();
        is_in_use
    }

    fn owner(directory: &Path) -> File {
        File::create_new(directory.join("owner")).unwrap()
    }

    #[test]
    fn a_directory_whose_owner_lives_is_in_use() {
        assert!(in_use(|directory| {
            let owner = owner(directory);
            owner.lock().unwrap();
            Some(owner)
        }));
    }

    #[test]
    fn a_directory_whose_server_still_runs_is_in_use() {
        assert!(in_use(|directory| {
            owner(directory);
            let server = UnixListener::bind(home::socket(directory, 5432)).unwrap();
            Some(File::from(OwnedFd::from(server)))
        }));
    }

    #[test]
    fn a_directory_whose_owner_cannot_be_asked_is_in_use() {
        assert!(in_use(|directory| {
            symlink("owner", directory.join("owner")).unwrap();
            None
        }));
    }

    #[test]
    fn a_directory_without_an_owner_or_a_server_is_not_in_use() {
        assert!(!in_use(|directory| Some(owner(directory))));
        assert!(!in_use(|_| None));
    }
}
