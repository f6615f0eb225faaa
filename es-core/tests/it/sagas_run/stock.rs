//! The stock of an item: an aggregate in the same store, whose commands are steps.

use es_core::prelude::*;

/// The order whose reservation panics.
pub(crate) const PANICS: u32 = 666;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-received")]
pub(crate) struct Received {
    pub(crate) pieces: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-reserved")]
pub(crate) struct Reserved {
    pub(crate) order: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-released")]
pub(crate) struct Released {
    pub(crate) order: u32,
}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "stock", id = String, events(Received, Reserved, Released), error = NoneLeft)]
pub(crate) struct Stock {
    pub(crate) pieces: u32,
    pub(crate) orders: Vec<u32>,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("none left")]
pub(crate) struct NoneLeft;

impl Apply<Received> for Stock {
    fn apply(&mut self, event: Received) {
        self.pieces += event.pieces;
    }
}

impl Apply<Reserved> for Stock {
    fn apply(&mut self, event: Reserved) {
        self.pieces -= 1;
        self.orders.push(event.order);
    }
}

impl Apply<Released> for Stock {
    fn apply(&mut self, event: Released) {
        self.pieces += 1;
        self.orders.retain(|order| *order != event.order);
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Stock, any)]
pub(crate) struct Receive {
    #[command(id)]
    pub(crate) item: String,
    pub(crate) pieces: u32,
}

#[derive(Command, Serialize, Deserialize, Clone)]
#[command(aggregate = Stock)]
pub(crate) struct Reserve {
    #[command(id)]
    pub(crate) item: String,
    pub(crate) order: u32,
}

/// It was called `GiveBack` once: what is stored still is.
#[derive(Command, Serialize, Deserialize, Clone)]
#[command(aggregate = Stock, name = "give-back")]
pub(crate) struct Release {
    #[command(id)]
    pub(crate) item: String,
    pub(crate) order: u32,
}

impl Decide<Receive> for Stock {
    type Events = Received;

    fn decide(&self, command: Receive) -> Result<Received, NoneLeft> {
        Ok(Received { pieces: command.pieces })
    }
}

impl Decide<Reserve> for Stock {
    type Events = Reserved;

    fn decide(&self, command: Reserve) -> Result<Reserved, NoneLeft> {
        assert!(command.order != PANICS, "the code is wrong");
        if self.pieces == 0 {
            return Err(NoneLeft);
        }
        Ok(Reserved { order: command.order })
    }
}

impl Decide<Release> for Stock {
    type Events = Released;

    fn decide(&self, command: Release) -> Result<Released, NoneLeft> {
        Ok(Released { order: command.order })
    }
}
