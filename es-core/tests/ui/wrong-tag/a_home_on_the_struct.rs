use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed", home = "course")]
struct Subscribed {
    #[event(tag)]
    course: String,
    #[event(tag)]
    student: String,
}

fn main() {}
