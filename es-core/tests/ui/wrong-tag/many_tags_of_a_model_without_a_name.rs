use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "room-booked")]
struct Booked(#[event(tags = "night")] Vec<String>);

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Booked))]
struct Stay {
    #[decision_model(tags)]
    nights: Vec<String>,
}

impl Apply<Booked> for Stay {
    fn apply(&mut self, _: Booked) {}
}

fn main() {}
