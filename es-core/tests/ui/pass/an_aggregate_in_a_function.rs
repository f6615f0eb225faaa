//! A whole domain within one function, as tests write it.

use es_core::prelude::*;

fn main() {
    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "counted")]
    struct Counted(u32);

    #[derive(Aggregate, Default)]
    #[aggregate(name = "counter", id = u32, events(Counted))]
    struct Counter {
        total: u32,
    }

    impl Apply<Counted> for Counter {
        fn apply(&mut self, Counted(by): Counted) {
            self.total += by;
        }
    }

    #[derive(Command, Clone)]
    #[command(aggregate = Counter, any)]
    struct Count(#[command(id)] u32);

    let mut counter = Counter::default();
    counter.evolve(Counted(2).into());
    assert_eq!(counter.total, 2);
    assert_eq!(Count(7).aggregate_id(), &7);
}
