use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed")]
struct Subscribed {
    #[event(tag, home = true)]
    course: String,
    #[event(tag)]
    student: String,
}

fn main() {}
