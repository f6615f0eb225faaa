use es_core::prelude::*;

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(version = 2)]
struct Pay;

fn main() {}
