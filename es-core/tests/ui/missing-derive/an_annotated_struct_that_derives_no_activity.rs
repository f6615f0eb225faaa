use es_core::prelude::*;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "pay")]
struct Pay;

fn name<A: es_core::process::Activity>(_: A) {}

fn main() {}
