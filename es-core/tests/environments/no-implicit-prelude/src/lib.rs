//! Promise: expansions use nothing that the standard prelude brings. Here is none, and the words
//! that it would bring mean something else.
#![no_implicit_prelude]

use ::core::clone::Clone;
use ::core::cmp::PartialEq;
use ::core::default::Default;
use ::core::fmt::Debug;
use ::es_core::process::{Compensate, Perform, Prepare};
use ::es_core::{
    Activity, Aggregate, Apply, Command, Decide, Event, EventSet, Projection, Saga, Shape,
    Superseded, Upcast,
};
use ::serde::{Deserialize, Serialize};

/// A match ended.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "result-announced")]
pub struct Result {
    /// Points of the home team.
    pub home: u32,
    /// Points of the guests.
    pub guests: u32,
}

/// A team took its option on a player.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "option-taken")]
pub struct Option(pub ::std::string::String);

/// A match was counted by mistake, once.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "result-mistaken")]
pub struct Err;

impl Superseded for Err {
    type By = ();
    type Error = ::core::convert::Infallible;

    fn superseded(self) -> ::core::result::Result<(), Self::Error> {
        ::core::result::Result::Ok(())
    }
}

/// A season of matches.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[aggregate(name = "season", id = u32, events(Result, Option), superseded(Err), snapshot(every = 10, keep = 1))]
pub struct Season {
    /// Matches that ended.
    pub matches: u32,
    /// The leader.
    pub some: Some,
}

/// A table.
#[derive(Shape, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Some {
    /// Its points.
    pub points: ::std::vec::Vec<u32>,
}

impl Apply<Result> for Season {
    fn apply(&mut self, _: Result) {
        self.matches += 1;
    }
}

impl Apply<Option> for Season {
    fn apply(&mut self, _: Option) {}
}

/// Announce a result.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Season, any)]
pub struct Announce {
    /// The season.
    #[command(id)]
    pub season: u32,
    /// The text to announce.
    pub result: Result,
}

impl Decide<Announce> for Season {
    type Events = Result;

    fn decide(&self, command: Announce) -> ::core::result::Result<Result, Self::Error> {
        ::core::result::Result::Ok(command.result)
    }
}

/// The events that the papers read.
#[derive(EventSet, Clone, Debug, PartialEq)]
pub enum Printed {
    /// [`Result`]
    Result(Result),
}

/// The limit of an account was set, in its third version.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "limit-set", version = 3)]
#[event(removed(reason: ::std::string::String, in = 3))]
pub struct LimitSetV3 {
    /// The limit.
    #[event(renamed(from = "limit", in = 2), changed(from = u32, in = 3, with = <i64 as ::core::convert::From<u32>>::from))]
    pub cents: i64,
    /// By whom.
    #[event(added(in = 2, default))]
    pub by: ::std::string::String,
    /// The length of the reason in characters.
    #[event(added(in = 3, with = ::std::string::String::len(reason)))]
    pub letters: usize,
}

/// The limit of an account was set.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "limit-set", version = 4, previous = LimitSetV3, aliases("limited"))]
pub struct LimitSet {
    /// The limit.
    pub cents: i64,
}

impl Upcast<LimitSetV3> for LimitSet {
    fn upcast(previous: LimitSetV3) -> Self {
        Self { cents: previous.cents }
    }
}

/// The record of the season.
#[derive(Projection, Clone, Debug)]
#[projection(name = "memories", events(Result, Option), superseded(Err), effects(Result), start = now, key = season_of)]
pub struct Memories;

fn season_of(event: &::es_core::Recorded<MemoriesEvent>) -> ::std::string::String {
    ::std::string::ToString::to_string(&event.stream)
}

impl ::es_core::Project<Result, Season> for Memories {
    async fn project(
        &self,
        event: ::es_core::Recorded<Result>,
        season: &mut Season,
    ) -> ::core::result::Result<(), ::es_core::ProjectError> {
        season.matches += event.event.home;
        ::core::result::Result::Ok(())
    }
}

impl ::es_core::Project<Option, Season> for Memories {
    async fn project(
        &self,
        _: ::es_core::Recorded<Option>,
        _: &mut Season,
    ) -> ::core::result::Result<(), ::es_core::ProjectError> {
        ::core::result::Result::Ok(())
    }
}

impl ::es_core::React<Result, Season> for Memories {
    async fn react(
        &self,
        _: ::es_core::Recorded<Result>,
        _: &mut Season,
    ) -> ::core::result::Result<(), ::es_core::ProjectError> {
        ::core::result::Result::Ok(())
    }
}

/// The same, many at a time.
#[derive(Projection, Clone, Debug)]
#[projection(name = "annals", events(Result), bulk, db = Season)]
pub struct Annals;

impl ::es_core::ProjectAll<Season> for Annals {
    async fn project_all(
        &self,
        _: &[::es_core::Recorded<AnnalsEvent>],
        _: &mut Season,
    ) -> ::core::result::Result<(), ::es_core::ProjectError> {
        ::core::result::Result::Ok(())
    }
}

/// A cup was handed out.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "cup-won")]
pub struct Ok {
    /// The season.
    #[event(tag)]
    pub season: u32,
}

/// Engrave the cup.
#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "engrave", output = Some)]
pub struct Sync;

/// Polish it.
#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "polish")]
pub struct Vec;

/// The way of the cup.
#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(
    name = "cup",
    id = u32,
    by = "season",
    starts(Ok),
    steps(Sync(timeout = "1m", attempts = 2), Vec(optional, no_compensation = "it shines")),
    compensation(attempts = 2),
    deadline = "1d"
)]
pub struct Cup;

impl Apply<Ok> for Cup {
    fn apply(&mut self, _: Ok) {}
}

impl Apply<Some> for Cup {
    fn apply(&mut self, _: Some) {}
}

impl Prepare<Sync> for Cup {
    fn prepare(&self) -> Sync {
        Sync
    }
}

impl Prepare<Vec> for Cup {
    fn prepare(&self) -> Vec {
        Vec
    }
}

impl Compensate<Sync> for Cup {
    type By = Vec;

    fn compensate(&self, _: ::es_core::process::Tried<Some>) -> Vec {
        Vec
    }
}

/// The smith.
#[derive(Clone, Debug)]
pub struct Smith;

impl Perform<Sync> for Smith {
    async fn perform(
        &self,
        _: Sync,
        _: &::es_core::process::Call<'_>,
    ) -> ::core::result::Result<Some, ::es_core::process::ActivityError> {
        ::core::result::Result::Ok(<Some as Default>::default())
    }
}

impl Perform<Vec> for Smith {
    async fn perform(
        &self,
        _: Vec,
        _: &::es_core::process::Call<'_>,
    ) -> ::core::result::Result<(), ::es_core::process::ActivityError> {
        ::core::result::Result::Ok(())
    }
}

/// The smith performs the saga.
pub const fn performs<S: ::es_core::process::Saga>(_: &impl ::es_core::sagas::Performs<S>) {}

/// It is so.
pub const fn smith_performs_the_cup() {
    performs::<Cup>(&Smith);
}
