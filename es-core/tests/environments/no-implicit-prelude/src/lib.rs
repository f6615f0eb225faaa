//! Promise: expansions use nothing that the standard prelude brings. Here is none, and the words
//! that it would bring mean something else.
#![no_implicit_prelude]

use ::core::clone::Clone;
use ::core::cmp::PartialEq;
use ::core::default::Default;
use ::core::fmt::Debug;
use ::es_core::{Aggregate, Apply, Command, Decide, Event, EventSet, Shape};
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

/// A season of matches.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[aggregate(name = "season", id = u32, events(Result, Option), snapshot(every = 10, keep = 1))]
pub struct Season {
    /// Matches that ended.
    pub matches: u32,
    /// Who leads.
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
    /// What to announce.
    pub result: Result,
}

impl Decide<Announce> for Season {
    type Events = Result;

    fn decide(&self, command: Announce) -> ::core::result::Result<Result, Self::Error> {
        ::core::result::Result::Ok(command.result)
    }
}

/// What the papers read.
#[derive(EventSet, Clone, Debug, PartialEq)]
pub enum Printed {
    /// [`Result`]
    Result(Result),
}
