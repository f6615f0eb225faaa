use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "cell", id = String, events(T))]
struct Cell<T: Event + Default> {
    last: T,
}

fn main() {}
