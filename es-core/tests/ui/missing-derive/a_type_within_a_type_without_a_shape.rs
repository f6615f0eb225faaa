use es_core::prelude::*;

struct Day(u32);

#[derive(Shape)]
struct Booking {
    day: Option<Day>,
    seats: u32,
}

fn main() {}
