use es_core::prelude::*;

#[derive(Activity, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "pay")]
struct Pay;

fn main() {}
