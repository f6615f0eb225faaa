use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "course-defined")]
struct Defined {
    #[event]
    course: String,
}

fn main() {}
