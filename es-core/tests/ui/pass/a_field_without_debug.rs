//! A report names the type of a field that does not print.

use es_core::prelude::*;

#[derive(Clone, Default)]
struct Secret;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "locked")]
struct Locked;

#[derive(Aggregate, Default)]
#[aggregate(name = "safe", id = u32, events(Locked))]
struct Safe {
    secret: Secret,
}

impl Apply<Locked> for Safe {
    fn apply(&mut self, _: Locked) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Safe)]
struct Lock {
    #[command(id)]
    safe: u32,
    secret: Secret,
}

fn main() {
    let lock = Lock { safe: 1, secret: Secret };
    assert!(lock.describe().to_string().ends_with("Secret> }"));
    assert!(Safe::default().describe().to_string().ends_with("Secret> }"));
}
