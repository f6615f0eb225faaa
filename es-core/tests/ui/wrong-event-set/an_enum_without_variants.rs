use es_core::prelude::*;

#[derive(EventSet)]
enum Happened {}

fn main() {}
