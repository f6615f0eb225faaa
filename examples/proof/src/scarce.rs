//! Two hundred guests at once for what there are 27 of, as decisions across streams.

use std::fmt;
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_postgres::PgStore;
use tokio::task::JoinSet;

use crate::Run;

/// Number of guests who ask.
const GUESTS: u64 = 200;

/// Number of free nights and seats.
const FREE: u64 = 27;

/// The answers to guests.
#[derive(Default)]
pub struct Answers {
    pub confirmed: u64,
    /// Requests that were neither confirmed nor told that nothing is left.
    pub gave_up: u64,
    /// Events in the store.
    pub stored: u64,
    pub longest: Duration,
    pub took: Duration,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "night-booked")]
struct Booked {
    #[event(tag)]
    night: u64,
    #[event(tag, home)]
    guest: u64,
}

/// A night of a room, free or taken.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Booked))]
struct Night {
    #[decision_model(tag)]
    night: u64,
    booked: bool,
}

impl Apply<Booked> for Night {
    fn apply(&mut self, _: Booked) {
        self.booked = true;
    }
}

/// The refusal when nothing is left.
#[derive(Debug)]
struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing is left")
    }
}

impl std::error::Error for Full {}

#[derive(Clone)]
struct Book {
    night: u64,
    guest: u64,
}

impl Decision for Book {
    type Model = Night;
    type Events = Booked;
    type Error = Full;

    fn model(&self) -> Night {
        Night { night: self.night, booked: false }
    }

    fn decide(&self, night: &Night) -> Result<Booked, Full> {
        if night.booked { Err(Full) } else { Ok(Booked { night: self.night, guest: self.guest }) }
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "seat-taken")]
struct Taken {
    #[event(tag)]
    show: String,
    #[event(tag, home)]
    guest: u64,
}

/// The seats of a show that are taken.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Taken))]
struct Show {
    #[decision_model(tag)]
    show: String,
    taken: u64,
}

impl Apply<Taken> for Show {
    fn apply(&mut self, _: Taken) {
        self.taken += 1;
    }
}

#[derive(Clone)]
struct Take {
    guest: u64,
}

impl Decision for Take {
    type Model = Show;
    type Events = Taken;
    type Error = Full;

    fn model(&self) -> Show {
        Show { show: "premiere".to_owned(), taken: 0 }
    }

    fn decide(&self, show: &Show) -> Result<Taken, Full> {
        if show.taken == FREE {
            return Err(Full);
        }
        Ok(Taken { show: show.show.clone(), guest: self.guest })
    }
}

/// Each guest wants one of 27 nights; the store is opened so many times, as processes open it.
pub async fn nights(run: &Run, stores: usize) -> anyhow::Result<Answers> {
    asked(run, stores, |guest| Book { night: guest % FREE, guest }).await
}

/// All want a seat of the same show.
pub async fn seats(run: &Run, stores: usize) -> anyhow::Result<Answers> {
    asked(run, stores, |guest| Take { guest }).await
}

async fn asked<D>(run: &Run, stores: usize, decision: impl Fn(u64) -> D) -> anyhow::Result<Answers>
where
    D: Decision<Error = Full> + Clone + Send + Sync + 'static,
{
    let database = run.server.database().await?;
    let opened = |_| Decisions::new(database.another_store());
    let opened: Vec<Decisions<PgStore>> = (0..stores).map(opened).collect();
    let begun = Instant::now();
    let mut asking = JoinSet::new();
    for (guest, decisions) in (0..GUESTS).zip(opened.iter().cycle()) {
        let (decisions, decision) = (decisions.clone(), decision(guest));
        asking.spawn(async move { (decisions.execute(decision).await.map(drop), begun.elapsed()) });
    }
    let mut answers = Answers::default();
    for (answer, took) in asking.join_all().await {
        answers.longest = answers.longest.max(took);
        match answer {
            Ok(()) => answers.confirmed += 1,
            Err(DecisionError::Rejected(Full)) => {}
            Err(_) => answers.gave_up += 1,
        }
    }
    answers.took = begun.elapsed();
    answers.stored = database.number("SELECT count(*) FROM es.events").await?;
    run.server.drop(database).await?;
    Ok(answers)
}
