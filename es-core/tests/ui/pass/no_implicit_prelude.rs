//! Nothing of the standard prelude is in scope.
#![no_implicit_prelude]

use ::es_core::{Aggregate, Apply, Command, Event, EventSet};

#[derive(
    Event,
    ::serde::Serialize,
    ::serde::Deserialize,
    ::core::clone::Clone,
    ::core::fmt::Debug,
    ::core::cmp::PartialEq,
)]
#[event(name = "account-opened")]
struct Opened {
    owner: ::std::string::String,
}

#[derive(Aggregate, ::core::default::Default)]
#[aggregate(name = "account", id = u32, events(Opened))]
struct Account {
    open: bool,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {
        self.open = true;
    }
}

#[derive(Command, ::core::clone::Clone)]
#[command(aggregate = Account)]
struct Close(#[command(id)] u32);

#[derive(EventSet)]
enum Seen {
    Opened(Opened),
}

fn main() {}
