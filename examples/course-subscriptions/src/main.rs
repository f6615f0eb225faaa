//! Decisions across streams: a course has so many seats, a student attends so many courses.
//!
//! Students race for the last seats; then the log is audited. Exits with 0 if no rule was broken.

mod audit;
mod decisions;
mod events;
mod models;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::Parser;
use es_core::prelude::*;
use es_postgres::PgStore;
use tokio::task::JoinSet;

use crate::decisions::{ChangeLimit, ChangeSeats, DefineCourse, Enrol, Subscribe, Unsubscribe};

/// Lets students race for the seats of a course, and audits the history.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Keeps the history in this Postgres database and not in memory
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

const SEATS: u32 = 12;
const STUDENTS: u32 = 40;

#[tokio::main]
async fn main() -> ExitCode {
    let told = match Arguments::parse().database_url {
        None => story(MemoryStore::new()).await,
        Some(url) => story_on(&url).await,
    };
    match told {
        Ok(code) => code,
        Err(error) => {
            eprintln!("course-subscriptions: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn story_on(url: &str) -> anyhow::Result<ExitCode> {
    let store = PgStore::connect(url).await?;
    store.migrate().await?;
    story(store).await
}

async fn story(store: impl EventStore) -> anyhow::Result<ExitCode> {
    // Names of this run, so that a database may hold many.
    let run = EventId::generate();
    let named = |name: &str| format!("{name}-{run}");
    let (rust, latin, ada) = (named("rust"), named("latin"), named("ada"));
    let decisions = Decisions::new(store.clone());

    for course in [&rust, &latin] {
        decisions.execute(DefineCourse { course: course.clone(), seats: SEATS }).await?;
    }
    let students: Vec<_> = (1..STUDENTS).map(|nth| named(&nth.to_string())).collect();
    for student in students.iter().chain([&ada]) {
        decisions.execute(Enrol { student: student.clone(), limit: 1 }).await?;
    }
    println!("{STUDENTS} students, {SEATS} seats, everybody at once:");
    let granted = race(&decisions, &rust, &students).await?;
    println!("  {granted} attend.");

    let subscribe = |course: &str| Subscribe { course: course.to_owned(), student: ada.clone() };
    tell("Ada asks for a seat", decisions.execute(subscribe(&rust)).await)?;
    let more = ChangeSeats { course: rust.clone(), seats: SEATS + 1 };
    tell("The course gets another seat", decisions.execute(more).await)?;
    tell("Ada asks again", decisions.execute(subscribe(&rust)).await)?;
    tell("Ada asks for another course", decisions.execute(subscribe(&latin)).await)?;
    let limit = ChangeLimit { student: ada.clone(), limit: 2 };
    tell("She may attend two from now on", decisions.execute(limit).await)?;
    tell("Ada asks again", decisions.execute(subscribe(&latin)).await)?;
    let leave = Unsubscribe { course: rust.clone(), student: ada.clone() };
    tell("She leaves the first course", decisions.execute(leave).await)?;

    let audit = audit::audit(&store).await?;
    let broken = audit.broken.len();
    println!("audit: {} subscriptions, {broken} against the rules", audit.subscriptions);
    Ok(if audit.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every student asks for a seat at the same time. Answers with how many got one.
async fn race<S: EventStore>(
    decisions: &Decisions<S>,
    course: &str,
    students: &[String],
) -> anyhow::Result<usize> {
    let mut asking = JoinSet::new();
    for student in students {
        let subscribe = Subscribe { course: course.to_owned(), student: student.clone() };
        let decisions = decisions.clone();
        asking.spawn(async move { decisions.execute(subscribe).await });
    }
    let mut granted = 0;
    for answer in asking.join_all().await {
        match answer {
            Ok(_) => granted += 1,
            Err(DecisionError::Rejected(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(granted)
}

fn tell<M>(
    what: &str,
    answer: Result<Decided<M>, DecisionError<decisions::Refusal>>,
) -> anyhow::Result<()> {
    match answer {
        Ok(_) => println!("{what}: done."),
        Err(DecisionError::Rejected(refusal)) => println!("{what}: refused, {refusal}."),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
