#[path = "../delivery.rs"]
mod delivery;

use delivery::*;

fn main() {
    delivery().compensated_start::<Placed>();
}
