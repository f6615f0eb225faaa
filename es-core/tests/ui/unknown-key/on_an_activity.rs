use es_core::prelude::*;

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "pay", answer = Paid)]
struct Pay;

fn main() {}
