//! A list, a set, an array and an `Option` as tags, and a model of any of several.
#![no_implicit_prelude]

use ::core::clone::Clone;
use ::core::fmt::Debug;
use ::es_core::{Apply, DecisionModel, Event};
use ::std::collections::BTreeSet;
use ::std::option::Option;
use ::std::string::String;
use ::std::vec::Vec;

#[derive(Event, ::serde::Serialize, ::serde::Deserialize, Clone, Debug, ::core::cmp::PartialEq)]
#[event(name = "room-booked")]
struct Booked {
    #[event(tag)]
    room: u32,
    #[event(tags = "night")]
    nights: Vec<String>,
    #[event(tags = "guest")]
    guests: BTreeSet<u64>,
    #[event(tags = "half")]
    halves: [u8; 2],
    #[event(tags = "coupon")]
    coupon: Option<String>,
}

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Booked))]
struct Taken {
    #[decision_model(tag)]
    room: u32,
    #[decision_model(tags = "night")]
    nights: Vec<String>,
}

impl Apply<Booked> for Taken {
    fn apply(&mut self, _: Booked) {}
}

fn main() {}
