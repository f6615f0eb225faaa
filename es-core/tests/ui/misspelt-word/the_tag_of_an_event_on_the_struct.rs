use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed", taggs(course))]
struct Subscribed {
    course: String,
}

fn main() {}
