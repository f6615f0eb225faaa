use es_core::prelude::*;

struct Day(u32);

#[derive(StateShape)]
struct Booking {
    day: Option<Day>,
    seats: u32,
}

fn main() {}
