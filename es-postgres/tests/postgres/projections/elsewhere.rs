//! Effects outside of the database, with their progress in it: mails that are counted in a file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{Projections, RunOptions, Running};
use es_core::{Append, NewEvent, Project, ProjectError, Projection, ReadModel, Start, Token};
use es_postgres::sqlx::PgPool;
use es_postgres::{PgProjections, PgStore};

use crate::support::fixture;

const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "order-placed")]
struct OrderPlaced {
    number: u64,
}

#[derive(Projection)]
#[projection(name = "mails", version = 1, events(OrderPlaced), db(PostBox, Mailer))]
struct Mails;

/// Another system: what was posted there stays there, whatever becomes of the process.
#[derive(Clone)]
struct PostBox(Arc<Mutex<File>>);

impl PostBox {
    fn open(path: &Path) -> Self {
        let file = File::options().append(true).create(true).open(path).expect("a file");
        Self(Arc::new(Mutex::new(file)))
    }
}

impl Project<OrderPlaced, PostBox> for Mails {
    async fn project(
        &self,
        event: Recorded<OrderPlaced>,
        to: &mut PostBox,
    ) -> Result<(), ProjectError> {
        let line = format!("{} {}\n", event.stream.key(), event.event.number);
        to.0.lock().unwrap().write_all(line.as_bytes())?;
        tokio::time::sleep(Duration::from_millis(2)).await;
        Ok(())
    }
}

impl ReadModel<PostBox> for Mails {}

/// A mailer that may be away.
#[derive(Clone, Default)]
struct Mailer {
    is_away: Arc<AtomicBool>,
    sent: Arc<Mutex<Vec<(String, u64)>>>,
}

impl Project<OrderPlaced, Mailer> for Mails {
    async fn project(
        &self,
        event: Recorded<OrderPlaced>,
        to: &mut Mailer,
    ) -> Result<(), ProjectError> {
        if to.is_away.load(Ordering::SeqCst) {
            return Err(ProjectError::new("the mailer does not answer"));
        }
        if event.event.number == 7 {
            return Err(ProjectError::rejected("there is no such address"));
        }
        to.sent.lock().unwrap().push((event.stream.key().to_string(), event.event.number));
        Ok(())
    }
}

impl ReadModel<Mailer> for Mails {}

async fn place(store: &PgStore, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        let key = StreamKey::new(format!("o-{}", number % 20)).unwrap();
        let stream = StreamId::new(Category::new("order").unwrap(), key);
        let placed = MailsEvent::from(OrderPlaced { number });
        let event = NewEvent::of(&placed, Metadata::default()).unwrap();
        store.append(Append::to(stream, ExpectedVersion::Any, vec![event]).unwrap()).await.unwrap();
    }
}

fn projections(pool: &PgPool) -> Projections<PgStore, PgProjections> {
    let store = PgStore::new(pool.clone());
    Projections::new(store.clone(), store.projections())
}

fn brisk() -> RunOptions {
    RunOptions::default().with_lease(Duration::from_millis(800))
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let so = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, so).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// The number of times that each mail was posted.
fn posted(path: &Path) -> BTreeMap<String, u32> {
    let mut posted = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap_or_default().lines() {
        *posted.entry(line.to_owned()).or_default() += 1;
    }
    posted
}

/// This very test program, which runs [`the_process_that_is_killed`] and nothing else.
fn process(url: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", "projections::elsewhere::the_process_that_is_killed", "--ignored"])
        .env("ES_TEST_MAILS_URL", url)
        .env("ES_TEST_MAILS_FILE", path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a process starts")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run as a process by the test below"]
async fn the_process_that_is_killed() {
    let (Ok(url), Ok(path)) =
        (std::env::var("ES_TEST_MAILS_URL"), std::env::var("ES_TEST_MAILS_FILE"))
    else {
        return;
    };
    let pool = PgPool::connect(&url).await.unwrap();
    let post_box = PostBox::open(Path::new(&path));
    let projections = projections(&pool);
    let run = projections.run_into(Mails, post_box, Start::Beginning, brisk());
    let mut running: Running = run.await.unwrap();
    running.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_repeats_one_mail_at_most() {
    const KILLS: u32 = 6;
    let fixture = fixture().await;
    place(&fixture.store, 0..300).await;
    let path: PathBuf = std::env::temp_dir().join(format!("{}.mails", fixture.database.name()));

    for kill in 1..=KILLS {
        let mut child = process(fixture.database.url(), &path);
        let enough = 40 * kill as usize;
        until("some mails are posted", || posted(&path).len() >= enough).await;
        child.kill().expect("it runs");
        child.wait().expect("it was killed");
    }
    let mut child = process(fixture.database.url(), &path);
    until("all mails are posted", || posted(&path).len() == 300).await;
    let end = Token::from(fixture.store.log_page(Cursor::END, 1).await.unwrap().head);
    projections(&fixture.pool).of::<Mails>().wait_for(end, PATIENCE).await.unwrap();
    child.kill().expect("it runs");
    child.wait().expect("it was killed");

    let repeats: u32 = posted(&path).values().map(|times| times - 1).sum();
    assert!(repeats <= KILLS, "{repeats} mails were repeated by {KILLS} kills");
    // In the order of each key, apart from the repetitions.
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for line in fs::read_to_string(&path).unwrap().lines() {
        let (key, number) = line.split_once(' ').expect("two words");
        let number = number.parse().expect("a number");
        let before = last.insert(key.to_owned(), number).unwrap_or_default();
        assert!(before <= number, "{line} after {before}");
    }
    fs::remove_file(&path).expect("the file is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_parks_no_mail_and_a_rejected_one_is_parked_alone() {
    let fixture = fixture().await;
    let mailer = Mailer::default();
    mailer.is_away.store(true, Ordering::SeqCst);
    place(&fixture.store, 0..20).await;
    let projections = projections(&fixture.pool);
    let run = projections.run_into(Mails, mailer.clone(), Start::Beginning, brisk());
    let running = run.await.unwrap();
    // Longer than five tries take.
    let tries = "SELECT count(*) FROM es.parked WHERE attempts > 5 AND due IS NOT NULL";
    fixture.until(tries, 20).await;

    mailer.is_away.store(false, Ordering::SeqCst);

    until("the others are sent", || mailer.sent.lock().unwrap().len() == 19).await;
    fixture.until("SELECT count(*) FROM es.parked WHERE due IS NULL", 1).await;
    // What was sent last is noted a moment later.
    fixture.until("SELECT count(*) FROM es.parked", 1).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_mailer_that_begins_now_mails_no_history() {
    let fixture = fixture().await;
    let mailer = Mailer::default();
    place(&fixture.store, 100..120).await;

    let projections = projections(&fixture.pool);
    let run = projections.run_into(Mails, mailer.clone(), Start::Now, brisk());
    let running = run.await.unwrap();
    place(&fixture.store, [200]).await;

    until("the new order is mailed", || !mailer.sent.lock().unwrap().is_empty()).await;
    running.stop().await;
    assert_eq!(*mailer.sent.lock().unwrap(), [("o-0".to_owned(), 200)]);
}
