#[path = "../delivery.rs"]
mod delivery;

use delivery::*;
use es_core::process::{Compensate, Tried};

impl Compensate<Pay> for Delivery {
    type By = Pay;

    fn compensate(&self, _: Tried<()>) -> Pay {
        Pay
    }
}

fn main() {
    delivery().step::<Pay>(|step| step);
}
