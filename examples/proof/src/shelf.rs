//! A shelf that is filled and emptied: what a request on it is answered depends on when it comes.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "filled")]
pub struct Filled {
    pub number: u64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "taken")]
pub struct Taken {
    pub number: u64,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "shelf", id = String, events(Filled, Taken), error = Empty)]
pub struct Shelf {
    pieces: u64,
    /// The number of all that were ever taken.
    taken: u64,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Empty {
    taken: u64,
}

impl std::error::Error for Empty {}

impl std::fmt::Display for Empty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "empty after {}", self.taken)
    }
}

impl Apply<Filled> for Shelf {
    fn apply(&mut self, _: Filled) {
        self.pieces += 1;
    }
}

impl Apply<Taken> for Shelf {
    fn apply(&mut self, _: Taken) {
        self.pieces -= 1;
        self.taken += 1;
    }
}

/// Puts a piece there if the number is even; otherwise takes one, if there is one.
#[derive(Command, Serialize, Clone, Debug)]
#[command(aggregate = Shelf, any)]
pub struct Change {
    #[command(id)]
    pub shelf: String,
    pub number: u64,
}

impl Decide<Change> for Shelf {
    type Events = ShelfEvent;

    fn decide(&self, Change { number, .. }: Change) -> Result<ShelfEvent, Empty> {
        if number.is_multiple_of(2) {
            return Ok(Filled { number }.into());
        }
        if self.pieces == 0 {
            return Err(Empty { taken: self.taken });
        }
        Ok(Taken { number }.into())
    }
}
