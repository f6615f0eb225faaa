use es_core::prelude::*;

#[derive(EventSet)]
#[event_set(superseded(Changed))]
enum Activity {
    Moved(Moved),
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "moved")]
struct Moved;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "moved")]
struct Changed;

impl Superseded for Changed { type By = (); type Error = std::fmt::Error; fn superseded(self) -> Result<(), Self::Error> { Ok(()) } }

fn main() {}
