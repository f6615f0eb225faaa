//! The program as its users run it: real history, broken lines, a second run, Ctrl-C.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use es_postgres::sqlx::{Connection, PgConnection, raw_sql};
use es_testing::postgres::TestDatabase;

const TREE: &str =
    "\ntree: live at 4 commits, in the background, rebuilt and on 4 nodes: 0 differences\n";
const ACTIVITY: &str =
    "\nactivity: 32 months, live, in the background, rebuilt and on 4 nodes: 0 differences\n";
/// The busiest month, as the history counts it.
const BUSIEST: &str =
    "\n2026-07     121      900      19 ########################################\n";
const VERIFIED: &str = "verified: 2620 files at 4 commits, 0 differences, 9186 events, ";
const README: &str = r#"{"op":"A","path":"README.md","mode":"100644","blob":"ac95e6ffa1d893f426d4a636dc31da95b9317ae1"}"#;

/// A line that does `changes`, in a commit whose id is `digit` forty times.
fn commit(digit: char, changes: &str) -> String {
    let id = digit.to_string().repeat(40);
    format!(r#"{{"commit":"{id}","at":"2023-03-22T09:31:11+01:00","changes":[{changes}]}}"#)
}

/// An oracle that knows one commit, of which `README.md` is all.
fn oracle_of(digit: char) -> String {
    let id = digit.to_string().repeat(40);
    format!(r#"{{"{id}":{{"README.md":["100644","ac95e6ffa1d893f426d4a636dc31da95b9317ae1"]}}}}"#)
}

fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(file)
}

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("repository-history-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder for the test");
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.0.join(name);
        fs::write(&file, text).expect("a file for the test");
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn program(history: &Path, oracle: &Path, store: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repository-history"));
    command.args(["--store", store, "--history"]).arg(history).arg("--oracle").arg(oracle);
    command
}

/// Exit code, standard output, standard error.
fn run(history: &Path, oracle: &Path, store: &str) -> (i32, String, String) {
    let Output { status, stdout, stderr } =
        program(history, oracle, store).output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

/// What is read of the read models.
fn read_models(out: &str) -> [bool; 3] {
    [out.contains(TREE), out.contains(ACTIVITY), out.contains(BUSIEST)]
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

#[test]
fn the_real_history_is_true_in_memory() {
    let (history, oracle) = (data("emmett.jsonl.gz"), data("emmett.oracle.json.gz"));

    let (code, out, err) = run(&history, &oracle, "memory");

    assert_eq!(code, 0, "{out}{err}");
    assert!(last_line(&out).starts_with(VERIFIED), "{out}");
    assert_eq!(read_models(&out), [true; 3], "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_history_is_true_on_postgres_and_a_second_run_adds_nothing() {
    let database = TestDatabase::create().await;
    let (history, oracle) = (data("emmett.jsonl.gz"), data("emmett.oracle.json.gz"));

    let (code, first, err) = run(&history, &oracle, database.url());
    assert_eq!(code, 0, "{first}{err}");
    let (code, second, err) = run(&history, &oracle, database.url());
    assert_eq!(code, 0, "{second}{err}");

    assert!(first.starts_with("added 1224 commits\n"), "{first}");
    assert!(last_line(&first).starts_with(VERIFIED), "{first}");
    let nothing = "nothing to add: the store holds all 1224 commits already\n";
    assert!(second.starts_with(nothing), "{second}");
    assert!(last_line(&second).starts_with(VERIFIED), "{second}");
    assert_eq!(read_models(&first), [true; 3], "{first}");
    assert_eq!(read_models(&second), [true; 3], "{second}");
}

#[test]
fn a_tree_that_is_otherwise_is_listed() {
    let folder = Folder::new("otherwise");
    let history = folder.write("history", &commit('a', README));
    let oracle = folder.write("oracle", &oracle_of('a').replace("README.md", "LICENSE"));

    let (code, out, err) = run(&history, &oracle, "memory");

    assert_eq!(code, 1, "{out}{err}");
    let listed: Vec<_> = out.lines().skip(1).map(|line| line.split(": ").nth(1)).collect();
    assert_eq!(listed[..3], [Some("LICENSE"), Some("README.md"), Some("LICENSE")], "{out}");
    assert!(last_line(&out).starts_with("verified: 1 files at 1 commits, 3 differences, 1 events"));
    let tree = "live at 1 commits, in the background, rebuilt and on 4 nodes: 8 differences\n";
    assert!(out.contains(tree), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_go_on_from_their_rows_and_are_right_once_they_are_rebuilt() {
    let database = TestDatabase::create().await;
    let folder = Folder::new("rows");
    let oracle = folder.write("oracle", &oracle_of('a'));
    let one = folder.write("one", &commit('a', README));
    let another = commit('b', &README.replace("README.md", "new"));
    let both = folder.write("both", &format!("{}\n{another}\n", commit('a', README)));

    let (code, out, err) = run(&one, &oracle, database.url());
    assert_eq!(code, 0, "{out}{err}");
    let mut connection = PgConnection::connect(database.url()).await.expect("a connection");
    let wrong = "UPDATE tree.file SET mode = '120000'; UPDATE activity.month SET added = 5";
    raw_sql(wrong).execute(&mut connection).await.expect("rows that are changed by hand");
    let (code, out, err) = run(&both, &oracle, database.url());

    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("README.md: the tree in the background holds Content"), "{out}");
    assert!(out.contains("activity: 2023-03: in the background Some(Changes { added: 6,"), "{out}");
    assert_eq!(out.matches("rebuilt and on 4 nodes: 1 differences\n").count(), 2, "{out}");
    let (code, out, err) = run(&both, &oracle, database.url());
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("\n2023-03       2        0       0 #"), "{out}");
}

#[test]
fn a_commit_belongs_to_the_month_that_it_was_in_greenwich() {
    let folder = Folder::new("month");
    let new_year = commit('a', README).replace("2023-03-22T09", "2024-01-01T00");
    let history = folder.write("history", &new_year);
    let oracle = folder.write("oracle", &oracle_of('a'));

    let (code, out, err) = run(&history, &oracle, "memory");

    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("\n2023-12       1        0       0 #"), "{out}");
}

#[test]
fn a_commit_that_is_nowhere_is_a_difference() {
    let folder = Folder::new("nowhere");
    let history = folder.write("history", &commit('a', README));
    let oracle = folder.write("oracle", &oracle_of('b'));

    let (code, out, err) = run(&history, &oracle, "memory");

    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("bbbb: the store does not hold this commit\n"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_leaves_the_store_as_before_that_commit() {
    let database = TestDatabase::create().await;
    let folder = Folder::new("broken");
    let sound = commit('a', README);
    let new = README.replace("README.md", "new");
    let gone = README.replace(r#""A""#, r#""D""#).replace("README.md", "gone");
    let broken = commit('b', &format!("{new},{gone}"));
    let history = folder.write("history", &format!("{sound}\n{broken}\n"));
    let oracle = folder.write("oracle", &oracle_of('a'));

    let (code, _, err) = run(&history, &oracle, database.url());

    assert_eq!(code, 2, "{err}");
    let refused = "line 2: changes[1].path: `gone` cannot be changed so: it is not there";
    assert!(last_line(&err).contains(refused), "{err}");

    let history = folder.write("history", &sound);
    let (code, out, err) = run(&history, &oracle, database.url());
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.starts_with("nothing to add: the store holds all 1 commits already"), "{out}");
    assert!(out.contains("0 differences, 1 events"), "{out}");
}

#[test]
fn an_unknown_op_names_line_field_and_reason() {
    let folder = Folder::new("op");
    let unknown = commit('b', &README.replace(r#""A""#, r#""X""#));
    let history = folder.write("history", &format!("{}\n{unknown}\n", commit('a', README)));
    let oracle = folder.write("oracle", &oracle_of('a'));

    let (code, out, err) = run(&history, &oracle, "memory");

    assert_eq!(code, 2, "{out}{err}");
    assert!(last_line(&err).contains("line 2: changes[0].op: unknown variant `X`"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_of_another_history_is_refused() {
    let database = TestDatabase::create().await;
    let folder = Folder::new("another");
    let oracle = folder.write("oracle", &oracle_of('a'));
    let one = folder.write("one", &commit('a', README));
    let other = folder.write("other", &commit('b', README));

    let (code, _, err) = run(&one, &oracle, database.url());
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = run(&other, &oracle, database.url());

    assert_eq!(code, 2, "{err}");
    assert!(err.contains("aaaa, which is not in the history"), "{err}");
}

#[test]
fn a_history_that_was_cut_off_is_told() {
    let folder = Folder::new("cut");
    let whole = fs::read(data("emmett.jsonl.gz")).expect("the history");
    let cut = folder.write("cut.gz", "");
    fs::write(&cut, &whole[..40_000]).expect("a file for the test");

    let (code, out, err) = run(&cut, &data("emmett.oracle.json.gz"), "memory");

    assert_eq!(code, 2, "{out}{err}");
    assert!(last_line(&err).contains("cut.gz"), "{err}");
}

#[test]
fn a_missing_file_is_named() {
    let (code, _, err) = run(&data("nothing"), &data("emmett.oracle.json.gz"), "memory");

    assert_eq!(code, 2, "{err}");
    assert!(last_line(&err).contains("cannot read ") && err.contains("nothing"), "{err}");
}

#[test]
fn a_store_of_no_known_kind_is_refused() {
    let (history, oracle) = (data("emmett.jsonl.gz"), data("emmett.oracle.json.gz"));

    let (code, _, err) = run(&history, &oracle, "mysql://localhost");

    assert_eq!(code, 2, "{err}");
    assert!(err.contains("`memory` or a URL that begins with `postgres://`"), "{err}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_whole_commits_and_the_next_run_goes_on() {
    let database = TestDatabase::create().await;
    let (history, oracle) = (data("emmett.jsonl.gz"), data("emmett.oracle.json.gz"));
    let mut child = program(&history, &oracle, database.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");

    let mut progress = BufReader::new(child.stderr.take().expect("stderr is piped"));
    progress.read_line(&mut String::new()).expect("a line of progress");
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.expect("kill runs").success());
    progress.read_to_string(&mut String::new()).expect("the rest of the progress");
    let stopped = child.wait_with_output().expect("it ends");

    assert_eq!(stopped.status.code(), Some(130));
    let out = String::from_utf8(stopped.stdout).expect("UTF-8");
    assert!(out.starts_with("stopped: 0 commits were there, "), "{out}");
    let (code, out, err) = run(&history, &oracle, database.url());
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.starts_with("went on after "), "{out}");
    assert!(last_line(&out).contains("0 differences, 9186 events"), "{out}");
}
