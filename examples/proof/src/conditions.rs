//! Decisions across streams: no event that a condition speaks of stands before the events that it let
//! in, unless the decision had seen it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{Condition, Query, QueryItem, Tag};
use es_postgres::PgStore;
use fastrand::Rng;
use sqlx::{Connection, PgConnection};

use crate::report::Table;
use crate::{Run, progress};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed")]
struct Subscribed {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "capacity-changed")]
struct CapacityChanged {}

/// The fact that an event states, and of whom.
#[derive(Clone, PartialEq, Eq)]
enum Fact {
    Subscribed { course: u64, student: u64 },
    CapacityChanged { course: u64 },
}

impl Fact {
    /// The course and the student that it is about: decisions on the course, and on the student if
    /// there is one, rest on it.
    fn concerns(&self) -> (u64, Option<u64>) {
        match self {
            Self::Subscribed { course, student } => (*course, Some(*student)),
            Self::CapacityChanged { course } => (*course, None),
        }
    }
}

/// An event that was stored, and what its decision had seen.
struct Stored {
    position: u64,
    fact: Fact,
    /// Everything that matters to it and that it knew of; nothing if it was not conditional.
    seen: Option<HashSet<u64>>,
}

#[derive(Default)]
struct Outcome {
    stored: Vec<Stored>,
    refused: u64,
}

impl Outcome {
    fn join(&mut self, other: Self) {
        self.stored.extend(other.stored);
        self.refused += other.refused;
    }

    fn conditional(&self) -> usize {
        self.stored.iter().filter(|stored| stored.seen.is_some()).count()
    }

    /// The auditor: reads the log as it came to be, and counts the decisions that it contradicts.
    fn violated(&self) -> u64 {
        let mut courses: HashMap<u64, Vec<u64>> = HashMap::new();
        let mut students: HashMap<u64, Vec<u64>> = HashMap::new();
        for stored in &self.stored {
            let (course, student) = stored.fact.concerns();
            courses.entry(course).or_default().push(stored.position);
            if let Some(student) = student {
                students.entry(student).or_default().push(stored.position);
            }
        }
        let broken = self.stored.iter().filter(|stored| match (&stored.seen, &stored.fact) {
            (Some(seen), Fact::Subscribed { course, student }) => {
                let matter = courses.get(course).into_iter().chain(students.get(student)).flatten();
                matter.into_iter().any(|at| *at < stored.position && !seen.contains(at))
            }
            _ => false,
        });
        broken.count() as u64
    }
}

/// Courses and students that go out of use after a while, so that decisions stay short.
struct Round(AtomicU64);

impl Round {
    fn choose(&self, dice: &mut Rng) -> (u64, u64) {
        let round = self.0.fetch_add(1, Ordering::Relaxed) / 60 * 10;
        (round + dice.u64(..8), round + dice.u64(..10))
    }
}

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    progress("conditions");
    let ours = through_the_store(run).await?;
    progress("conditions: what breaks them");
    let theirs = serializable(run).await?;
    let about = format!(
        "{} writers subscribe students to courses, on the condition that nothing has happened to either \
         that they do not know of; as often one changes the capacity of a course and asks for nothing. An \
         auditor reads the log and evaluates each condition against what stands before. {} conditions \
         were refused; under SERIALIZABLE the server aborted {} transactions.",
        run.options.writers, ours.refused, theirs.refused
    );
    let mut table = Table::of_guarantees("Conditions in the order of the log", about);
    table.guarantee_beside(
        "conditions violated in the order of the log",
        (ours.violated(), format!("{} accepted", ours.conditional())),
        (format!("{} of {}", theirs.violated(), theirs.conditional()), "SERIALIZABLE"),
    );
    run.report.add(table);
    Ok(())
}

async fn through_the_store(run: &Run) -> anyhow::Result<Outcome> {
    let database = run.server.database().await?;
    let until = Instant::now() + run.options.torture() / 2;
    let round = Arc::new(Round(AtomicU64::new(0)));
    let writer = |nth| {
        let mut dice = run.options.dice("conditions", nth);
        let (store, round) = (database.store.clone(), round.clone());
        tokio::spawn(async move {
            let mut outcome = Outcome::default();
            while Instant::now() < until {
                let (course, student) = round.choose(&mut dice);
                if dice.bool() {
                    let position = change_capacity(&store, nth, course).await?;
                    let fact = Fact::CapacityChanged { course };
                    outcome.stored.push(Stored { position, fact, seen: None });
                    continue;
                }
                match subscribe(&store, &mut dice, nth, course, student).await? {
                    Some(stored) => outcome.stored.push(stored),
                    None => outcome.refused += 1,
                }
            }
            anyhow::Ok(outcome)
        })
    };
    let writers: Vec<_> = (0..run.options.writers.into()).map(writer).collect();
    let mut outcome = Outcome::default();
    for writer in writers {
        outcome.join(writer.await??);
    }
    Ok(outcome)
}

/// A stream of the writer's own: what is tested is what goes across streams.
fn stream(writer: u64) -> anyhow::Result<StreamId> {
    Ok(StreamId::new(Category::new("course")?, StreamKey::new(writer.to_string())?))
}

fn tagged<E: Event>(event: &E, tags: Vec<Tag>) -> anyhow::Result<NewEvent> {
    let raw = es_core::RawEvent::new(es_core::EventName::of::<E>(), E::VERSION, event.encode()?);
    Ok(NewEvent::new(raw, Metadata::default()).with_tags(tags))
}

async fn change_capacity(store: &PgStore, writer: u64, course: u64) -> anyhow::Result<u64> {
    let event = tagged(&CapacityChanged {}, vec![Tag::new("course", course)?])?;
    let append = Append::to(stream(writer)?, ExpectedVersion::Any, vec![event])?;
    Ok(store.append(append).await?.position().unwrap_or_default().0)
}

/// Appends a subscription on its condition; `None` if the condition was refused.
async fn subscribe(
    store: &PgStore,
    dice: &mut Rng,
    writer: u64,
    course: u64,
    student: u64,
) -> anyhow::Result<Option<Stored>> {
    let of_course = QueryItem::new(vec![], vec![Tag::new("course", course)?])?;
    let of_student = QueryItem::new(
        vec![es_core::EventName::of::<Subscribed>()],
        vec![Tag::new("student", student)?],
    )?;
    let query = Query::new(vec![of_course, of_student])?;
    let (mut seen, mut after) = (HashSet::new(), Position::START);
    let mut safe = None;
    loop {
        let page = store.query_page(&query, after, 500).await?;
        let safe_before = *safe.get_or_insert(page.safe);
        seen.extend(page.events.iter().map(|found| found.event.position.0));
        match page.events.last() {
            Some(last) if page.events.len() == 500 => after = last.event.position,
            _ => {
                safe = Some(safe_before);
                break;
            }
        }
    }
    tokio::time::sleep(Duration::from_millis(dice.u64(..3))).await;
    let safe = safe.unwrap_or_default();
    let beyond = seen.iter().copied().filter(|at| *at > safe.0).map(Position).collect();
    let condition = Condition::new(query, safe).with_known(beyond);
    let tags = vec![Tag::new("course", course)?, Tag::new("student", student)?];
    let append =
        Append::to(stream(writer)?, ExpectedVersion::Any, vec![tagged(&Subscribed {}, tags)?])?;
    match store.append(append.with_condition(condition)).await {
        Ok(appended) => Ok(Some(Stored {
            position: appended.position().unwrap_or_default().0,
            fact: Fact::Subscribed { course, student },
            seen: Some(seen),
        })),
        Err(AppendError::Condition(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The same in transactions that the server keeps serializable.
async fn serializable(run: &Run) -> anyhow::Result<Outcome> {
    let database = run.server.database().await?;
    for sql in [
        "CREATE TABLE serial (position bigserial PRIMARY KEY, course bigint, student bigint)",
        "CREATE INDEX ON serial (course)",
        "CREATE INDEX ON serial (student)",
    ] {
        sqlx::query(sql).execute(&database.pool).await?;
    }
    let until = Instant::now() + run.options.torture() / 2;
    let round = Arc::new(Round(AtomicU64::new(0)));
    let connections = database.connections(run.options.writers.into()).await?;
    let writer = |nth, mut connection: PgConnection| {
        let mut dice = run.options.dice("serializable", nth);
        let round = round.clone();
        tokio::spawn(async move {
            let mut outcome = Outcome::default();
            while Instant::now() < until {
                let (course, student) = round.choose(&mut dice);
                let student = dice.bool().then_some(student);
                let pause = Duration::from_millis(dice.u64(..3));
                match insert(&mut connection, course, student, pause).await {
                    Ok(stored) => outcome.stored.push(stored),
                    Err(sqlx::Error::Database(error))
                        if error.code().as_deref() == Some("40001") =>
                    {
                        outcome.refused += 1;
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(outcome)
        })
    };
    let writers: Vec<_> =
        (0..).zip(connections).map(|(nth, connection)| writer(nth, connection)).collect();
    let mut outcome = Outcome::default();
    for writer in writers {
        outcome.join(writer.await??);
    }
    Ok(outcome)
}

/// Inserts a subscription, which looks first, if there is a student; else a change of capacity.
async fn insert(
    connection: &mut PgConnection,
    course: u64,
    student: Option<u64>,
    pause: Duration,
) -> Result<Stored, sqlx::Error> {
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
    let mut seen = None;
    if let Some(student) = student {
        let matters = "SELECT position FROM serial WHERE course = $1 OR student = $2";
        let positions: Vec<i64> = sqlx::query_scalar(matters)
            .bind(course.cast_signed())
            .bind(student.cast_signed())
            .fetch_all(&mut *tx)
            .await?;
        seen = Some(positions.into_iter().map(i64::cast_unsigned).collect());
        tokio::time::sleep(pause).await;
    }
    let position: i64 = sqlx::query_scalar(
        "INSERT INTO serial (course, student) VALUES ($1, $2) RETURNING position",
    )
    .bind(course.cast_signed())
    .bind(student.map(u64::cast_signed))
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    let fact = match student {
        Some(student) => Fact::Subscribed { course, student },
        None => Fact::CapacityChanged { course },
    };
    Ok(Stored { position: position.cast_unsigned(), fact, seen })
}
