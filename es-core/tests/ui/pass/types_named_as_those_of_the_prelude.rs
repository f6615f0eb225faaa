//! The domain has words of its own for what the standard prelude calls otherwise.

use es_core::{Aggregate, Apply, Command, Decide, Event};

#[derive(Event, serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
#[event(name = "result-announced")]
struct Result {
    score: u32,
}

#[derive(Event, serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
#[event(name = "option-taken")]
struct Option;

#[derive(Event, serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
#[event(name = "vec-drawn")]
struct Vec(u32);

#[derive(Event, serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
#[event(name = "some-seen")]
struct Some;

#[derive(Clone, Debug, PartialEq)]
struct String(u32);

impl std::fmt::Display for String {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[allow(dead_code, reason = "in scope is all that they are for")]
mod shadows {
    pub trait From {}
    pub trait TryFrom {}
    pub trait Into {}
    pub struct Ok;
    pub struct Err;
    pub struct Box;
    pub struct Self_;
}
#[allow(unused_imports, reason = "in scope is all that they are for")]
use shadows::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "match", id = String, events(Result, Option, Vec, Some))]
struct Match;

impl<E: Event> Apply<E> for Match {
    fn apply(&mut self, _: E) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Match)]
struct Announce(#[command(id)] String);

impl Decide<Announce> for Match {
    type Events = Result;

    fn decide(&self, _: Announce) -> core::result::Result<Result, Self::Error> {
        core::result::Result::Ok(Result { score: 3 })
    }
}

fn main() {
    let announced = MatchEvent::from(Result { score: 3 });
    assert_eq!(announced.clone(), announced);
}
