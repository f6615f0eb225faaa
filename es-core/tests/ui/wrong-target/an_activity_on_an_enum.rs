use es_core::prelude::*;

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "pay")]
enum Pay {
    Card,
    Cash,
}

fn main() {}
