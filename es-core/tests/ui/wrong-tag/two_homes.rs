use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed")]
struct Subscribed {
    #[event(tag, home)]
    course: String,
    #[event(tag, home)]
    student: String,
}

fn main() {}
