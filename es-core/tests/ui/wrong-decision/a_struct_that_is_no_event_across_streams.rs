#[path = "../school.rs"]
mod school;

use es_core::prelude::*;
use school::*;

#[derive(Debug)]
struct Audit;

impl Decision for Audit {
    type Model = Course;
    type Events = Never;
    type Error = Never;
    fn model(&self) -> Self::Model { unimplemented!() }
    fn decide(&self, _: &Self::Model) -> Result<Self::Events, Never> { unimplemented!() }
}

fn main() {}
