//! pgbouncer in transaction mode, before a server of one test.

use std::env;
use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use crate::home;
use crate::program::printed;
use crate::server::TestServer;

const PORT: u16 = 6432;

/// Runs the pooler, `$2`, until the guard is dropped or its process has gone.
const WATCH: &str = r#"
"$2" -q "$1/pgbouncer.ini" &
while read -r _; do :; done
kill $!
wait
"#;

/// A pgbouncer that hands every transaction to whichever session of a [`TestServer`] is free, for as
/// long as this guard lives.
///
/// It gives its clients few sessions, so that they do meet the statements of one another.
#[derive(Debug)]
pub struct TestPooler {
    directory: PathBuf,
    watcher: Child,
}

impl TestPooler {
    /// A pooler before `server`; one for each server.
    ///
    /// # Panics
    ///
    /// Where there is no pgbouncer, with a sentence that says how to get one.
    #[must_use]
    pub fn before(server: &TestServer) -> Self {
        let Some(program) = find() else {
            panic!(
                "there is no pgbouncer for this test: \
                 install one (`apt-get install pgbouncer`, `brew install pgbouncer`)"
            );
        };
        match run(&program, server) {
            Ok(pooler) => pooler,
            Err(error) => panic!("the test's pgbouncer cannot be started: {error}"),
        }
    }

    /// The URL of `database` through the pooler.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        home::url(&self.directory, PORT, database)
    }
}

impl Drop for TestPooler {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        // Debian's place for what an administrator runs.
        .chain([PathBuf::from("/usr/sbin")])
        .map(|directory| directory.join("pgbouncer"))
        .find(|program| program.is_file())
}

fn run(program: &Path, server: &TestServer) -> io::Result<TestPooler> {
    let directory = server.directory();
    fs::write(directory.join("pgbouncer.ini"), settings(program, directory)?)?;
    let watcher = server.home().watch(WATCH, directory, &[program])?;
    let pooler = TestPooler { directory: directory.to_owned(), watcher };
    for _ in 0..500 {
        if UnixStream::connect(home::socket(directory, PORT)).is_ok() {
            return Ok(pooler);
        }
        thread::sleep(Duration::from_millis(20));
    }
    let log = printed(&directory.join("pgbouncer.log"));
    Err(io::Error::other(format!("it takes no connections; its log{log}")))
}

fn settings(program: &Path, directory: &Path) -> io::Result<String> {
    let directory = directory.display();
    let mut settings = format!(
        "[databases]\n\
         * = host={directory} port=5432 user=postgres\n\
         [pgbouncer]\n\
         unix_socket_dir = {directory}\n\
         listen_port = {PORT}\n\
         logfile = {directory}/pgbouncer.log\n\
         auth_type = any\n\
         pool_mode = transaction\n\
         default_pool_size = 4\n\
         server_idle_timeout = 1\n\
         max_client_conn = 200\n\
         ignore_startup_parameters = extra_float_digits\n"
    );
    let said = Command::new(program).arg("--version").output()?.stdout;
    let version: Vec<u32> = String::from_utf8_lossy(&said)
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .map(|version| version.split('.').map_while(|part| part.parse().ok()).collect())
        .unwrap_or_default();
    // From 1.21 on it can keep prepared statements itself: this one is to be like any other.
    if version >= vec![1, 21] {
        settings += "max_prepared_statements = 0\n";
    }
    Ok(settings)
}
