use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "course-defined", tag)]
struct Defined {
    course: String,
}

fn main() {}
