use es_core::prelude::*;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct CourseId(u32);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "course-defined")]
struct Defined {
    #[event(tag)]
    course: CourseId,
}

fn main() {}
