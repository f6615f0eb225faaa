use es_core::prelude::*;

#[aggregate(name = "account")]
fn main() {}
