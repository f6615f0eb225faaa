//! The stock of one item: an aggregate in the same store, whose commands are steps of the saga.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-received")]
pub(crate) struct Received {
    pub(crate) pieces: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-reserved")]
pub(crate) struct Reserved {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-released")]
pub(crate) struct Released {}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "stock", id = String, events(Received, Reserved, Released), error = SoldOut)]
pub(crate) struct Stock {
    pub(crate) pieces: u32,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("none left")]
pub(crate) struct SoldOut;

impl Apply<Received> for Stock {
    fn apply(&mut self, event: Received) {
        self.pieces += event.pieces;
    }
}

impl Apply<Reserved> for Stock {
    fn apply(&mut self, _: Reserved) {
        self.pieces -= 1;
    }
}

impl Apply<Released> for Stock {
    fn apply(&mut self, _: Released) {
        self.pieces += 1;
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Stock, any)]
pub(crate) struct Receive {
    #[command(id)]
    pub(crate) item: String,
    pub(crate) pieces: u32,
}

#[derive(Command, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[command(aggregate = Stock)]
pub(crate) struct ReserveStock {
    #[command(id)]
    pub(crate) item: String,
}

/// It was called `ReleaseStock` once: what is stored still is.
#[derive(Command, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[command(aggregate = Stock, name = "release-stock")]
pub(crate) struct GiveBack {
    #[command(id)]
    pub(crate) item: String,
}

impl Decide<Receive> for Stock {
    type Events = Received;

    fn decide(&self, command: Receive) -> Result<Received, SoldOut> {
        Ok(Received { pieces: command.pieces })
    }
}

impl Decide<ReserveStock> for Stock {
    type Events = Reserved;

    fn decide(&self, _: ReserveStock) -> Result<Reserved, SoldOut> {
        if self.pieces == 0 {
            return Err(SoldOut);
        }
        Ok(Reserved {})
    }
}

impl Decide<GiveBack> for Stock {
    type Events = Released;

    fn decide(&self, _: GiveBack) -> Result<Released, SoldOut> {
        Ok(Released {})
    }
}
